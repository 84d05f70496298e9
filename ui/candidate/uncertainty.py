"""How sure a candidate's evidence is: the difference it could detect, uses of the test split, repeatability."""

from __future__ import annotations

from composer.analysis.diagnoses import Repeatability
from composer.analysis.jobs import repeatability_of
from composer.evaluation.caveats import Answers, answers_given, best_constant, minimum_detectable_difference
from composer.evaluation.formatting import NAMES, WORTH, change, figure
from composer.evaluation.outcomes import as_change
from composer.runs.plan import PROPOSED
from library.roles import Person
from ui.candidate import job_button, page_data
from ui.candidate.page_data import CandidateJobs, Shown
from ui.components import metrics
from ui.shell.html import count, safe, table
from ui.shell.page import html, section

MOST_ANSWERS = 8
"""Answers counted one by one; a task may have hundreds of labels."""


def show(found: Shown, jobs: CandidateJobs, person: Person) -> None:
    """Show what the evidence can and can't detect, and offer to measure the repeatability of the answers."""
    section("How sure")
    again = repeatability_of(jobs.jobs)
    html(f'<div class="ic ic-pairs">{facts(found, again)}<div>{gates(found)}</div></div>')
    if again is None and not found.review.status.stale:
        job_button.show(page_data.job_offer(jobs, "noise"), "Measure repeatability", person)


def facts(found: Shown, again: Repeatability | None) -> str:
    """Return what the evidence can detect and how it came about, as HTML."""
    review = found.review
    evidence = review.candidate.evidence
    metric, search = review.candidate.figures[0], evidence.search
    smallest = minimum_detectable_difference(metric)
    unit = " points" if metric.name == "accuracy" else ""
    reads = evidence.test_reads_before
    examples = [line.row for line in found.lines]
    constant = best_constant(review.task.output, examples)
    before, after = answers_given(examples)
    known = {
        "Smallest difference": "—"
        if smallest is None
        else f"a true difference of about {change(metric.name, smallest).lstrip('+')}{unit} "
        f"in {NAMES[metric.name]} would have been found 4 times in 5",
        "Repeatability": "not measured: each answer was asked for once"
        if again is None
        else f"{again.changed} of {count(again.asked, 'answer')} read otherwise when asked again",
        "A constant answer": f"always “{constant.answer}” would come to {NAMES[metric.name]} "
        f"{figure(metric.name, constant.figure)}; a prompt that is no better does not use its input",
        **_people(found),
        "Answers given": f"before {_counted(before)}; after {_counted(after)}",
        "Compositions tried": f"this one: {search.stopped}"
        if search.strategy == PROPOSED
        else f"the best of {search.tried:,} ({search.strategy}, seed {search.seed}, "
        f"budget {search.budget:,} answers); stopped: {search.stopped}",
        "Uses of the test split": "none before this one"
        if not reads
        else f"read {count(reads, 'time')} before, for other compositions",
        "Dev and test": _gap(found),
        "Seconds": WORTH,
        "Intervals": "95%, paired: the same examples before and after; wider where examples share a document",
    }
    rows = "".join(f"<dt>{name}</dt><dd>{safe(text)}</dd>" for name, text in known.items())
    return f'<dl class="ic-facts">{rows}</dl>'


def _gap(found: Shown) -> str:
    """Return the search's estimate on dev beside the gain on the sealed split, and what their difference means."""
    if found.gap is not None:
        return f"{found.gap.sides}. {found.gap.meaning}"
    metric, search = found.review.candidate.figures[0].name, found.review.candidate.evidence.search
    if search.strategy == PROPOSED:
        return "no estimate on dev: nothing was searched"
    estimate = f"{NAMES[metric]} {change(metric, as_change(metric, search.estimate))} on dev"
    if search.start:
        return f"{estimate} over the prompt of the other target, unchanged; the gain above is over what is in use"
    return f"{estimate}; no interval on test"


def _people(found: Shown) -> dict[str, str]:
    people = found.people
    return {} if people is None else {"One more person": people.person, "On the way there": people.way}


def gates(found: Shown) -> str:
    """Return each gate with the figure and interval it was read from, as an HTML table."""
    rows = []
    for gate in found.review.candidate.gates:
        sign, outcome, tone = metrics.mark(gate)
        one = metrics.gate_difference(gate, found.review.candidate.figures)
        difference = metrics.gain(one) if one is not None else safe(gate.figure.replace("-", "−"))
        binding = "" if gate.binding else ' <span class="ic-tag">advisory</span>'
        rows.append(
            f'<tr><td class="ic-nowrap">{safe(NAMES.get(gate.name, gate.name))}{binding}</td>'
            f'<td class="ic-nowrap ic-{tone}">{sign} {outcome}</td><td class="ic-nowrap">{difference}</td></tr>'
        )
    return table(("gate", "", "figure, 95% interval"), rows)


def _counted(given: Answers) -> str:
    """Return how often each answer was given; of many labels the most frequent ones."""
    most = sorted(given, key=lambda one: -one[1])[:MOST_ANSWERS]
    shown = ", ".join(f"{answer} ×{number:,}" for answer, number in given if (answer, number) in most)
    return shown if len(given) <= MOST_ANSWERS else f"{shown}, and {len(given) - MOST_ANSWERS:,} others"
