"""The top of the Candidate page: which one it is, its figures, and what there is to do."""

from __future__ import annotations

from composer.activity.addresses import candidate_page, run_page, task_page
from composer.evaluation.dev_and_test import DevTestGap
from composer.evaluation.formatting import NAMES, change, interval
from composer.review.next_step import next_step
from composer.review.status import Review
from library.roles import Person
from ui.candidate.next_step import next_step_text
from ui.candidate.page_data import Shown
from ui.components import metrics
from ui.components.state_tag import state_tag
from ui.shell.context import now
from ui.shell.html import count, safe, when
from ui.shell.page import html


def show(found: Shown, me: Person) -> None:
    """Show which candidate this is, its story in a sentence, its figures, and what is to be done next."""
    review, candidate = found.review, found.review.candidate
    status = review.status
    run = f'<a href="{run_page(candidate.run_id)}">run {candidate.run_id}</a>'
    again = candidate.rescored_from
    facts = [
        f"candidate {candidate.id}",
        f'<a href="{safe(task_page(candidate.task))}">task {safe(candidate.task)}</a>',
        f"proposed by {safe(candidate.proposed_by)} from {run}",
        when(candidate.created_at, now()),
        "" if again is None else f'scored again from <a href="{candidate_page(again)}">candidate {again}</a>',
        f'evidence <code title="{candidate.evidence_hash}">{candidate.evidence_hash[:10]}</code>',
    ]
    html(
        f'<div class="ic"><div class="ic-head"><h1>{safe(candidate.task)} → {safe(candidate.target)}</h1>'
        f'{state_tag(status.state)}</div><div class="ic-mute">{" · ".join(filter(None, facts))}</div>'
        f'<p class="ic-story">{story(found)}</p></div>'
        + metrics.cards(found.figures, candidate.outcome.counts)
        + strip(review, found.gap)
        + metrics.gates(candidate.gates, candidate.figures)
        + f'<p class="ic ic-next"><b>Next</b> {safe(next_step_text(next_step(status, me)))}</p>'
    )


def story(found: Shown) -> str:
    """Return in a few sentences what the test split shows of a candidate, caveats included, as HTML."""
    review = found.review
    metric, counts = review.candidate.figures[0], review.candidate.outcome.counts
    name = NAMES[metric.name]
    way = "falls" if (metric.difference or 0) < 0 else "rises"
    size = change(metric.name, abs(metric.difference or 0)).lstrip("+")
    unit = " points" if metric.name == "accuracy" else ""
    failing = [gate.name for gate in review.candidate.gates if not gate.passed]
    gates = f"; {count(len(failing), 'gate fails', 'gates fail')}" if failing else "; every gate passes"
    return (
        f"On {counts.total:,} sealed test examples {safe(name)} {way} by {size}{unit} {interval(metric)}: "
        f"{counts.better:,} answers get better, {counts.worse:,} get worse{gates}."
        f"{_people(found)}{_caveats(found)}"
    )


def _people(found: Shown) -> str:
    people = found.people
    if people is None:
        return ""
    before, after = people.shares
    return (
        f" From the best constant answer to one more person, the candidate has come {after} of the way, "
        f"the incumbent {before}."
    )


def _caveats(found: Shown) -> str:
    return f' <span class="ic-worse">{safe(" ".join(found.caveats))}</span>' if found.caveats else ""


def strip(review: Review, gap: DevTestGap | None = None) -> str:
    """Return how far the review is, what the evidence cost, and the gain on dev and test, as one line of HTML."""
    status, evidence = review.status, review.candidate.evidence
    regressions = len(review.candidate.regressions)
    resolved = regressions - len(status.unresolved)
    reads = evidence.test_reads_before
    who = ", ".join(status.approvals)
    past = ", on evidence that no longer holds" if status.stale and status.approvals else ""
    parts = {
        "Approvals": f"{len(status.approvals)} of {status.approvals_needed}" + (f" ({who})" if who else "") + past,
        "Regressions resolved": f"{resolved:,} of {regressions:,}",
        "Test split": "first use" if not reads else f"used {count(reads, 'time')} before",
        "Compositions tried": f"{evidence.search.tried:,}",
    }
    if status.state == "not let through":  # nobody approves or resolves anything here
        parts = {name: parts[name] for name in ("Test split", "Compositions tried")}
    if gap is not None:
        name = gap.test.name
        parts["Dev, then test"] = f"{change(name, gap.dev)} → {change(name, gap.test.difference)}"
    shown = "".join(f"<span><b>{name}</b> {safe(text)}</span>" for name, text in parts.items())
    return f'<div class="ic ic-gates">{shown}</div>'
