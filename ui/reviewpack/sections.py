"""The sections of a review pack, in the order of the page, as HTML."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from composer.analysis.diagnoses import AblationAnswer
from composer.analysis.examples import ExampleView
from composer.analysis.jobs import Job, repeatability_of
from composer.prompts.changes import prompt_changes
from composer.prompts.composition import Composition
from ui.candidate import changes, corrections, discussion, results, uncertainty, verdict
from ui.candidate.page_data import Line, Shown
from ui.components import before_after, charts, effects, metrics, text_diff
from ui.components.metrics import replaced
from ui.components.snippet_changes import show_changes
from ui.components.svg import svg
from ui.reviewpack import provenance
from ui.reviewpack.examples import examples, left_out
from ui.shell.context import now
from ui.shell.html import count, safe

CHART, WIDE_CHART = 340, 640
"""Widths of charts in pixels: one of three side by side, and one by itself."""
ROOM = 50
"""Pixels beside a chart whose longest labels are at its edges."""


@dataclass(frozen=True)
class Pack:
    """All that a review pack is made of.

    `base` names what the candidate is compared with, `before` is that composition; `views` and `ablations` hold
    the texts, and the answers without each snippet, of the `lines` shown, by example.
    """

    found: Shown
    base: str
    before: Composition
    lines: tuple[Line, ...]
    views: Mapping[str, ExampleView]
    ablations: Mapping[str, Sequence[AblationAnswer]]
    jobs: tuple[Job, ...]


def sections(pack: Pack) -> dict[str, tuple[str, str, str]]:
    """Return each section in the order of the page: its heading, what is beside it, its content as HTML."""
    found, review = pack.found, pack.found.review
    again = repeatability_of(pack.jobs)
    open_ones = sum(one.resolved_at is None for one in found.comments)
    missing = left_out(found.lines)
    return {
        "changes": ("What changes", safe(f"against {pack.base}"), _changes(pack)),
        "gains": (
            "What it gains and breaks",
            f"against the incumbent · {results.legend(review.task.output)}",
            _gains(pack),
        ),
        "examples": (
            "Every example" if not missing else "The examples that matter",
            safe(f"{count(len(pack.lines), 'example')} of the sealed test split, the worst regression first"),
            (f"<p><b>{safe(missing)}</b></p>" if missing else "")
            + examples(found, pack.lines, pack.views, pack.ablations),
        ),
        "sure": (
            "How sure",
            "",
            f'<div class="ic-pairs">{uncertainty.facts(found, again)}<div>{uncertainty.gates(found)}</div></div>',
        ),
        "discussion": (
            "Discussion",
            count(open_ones, "open comment"),
            "".join(map(discussion.with_subject, found.comments)) or "<p>Nobody has commented.</p>",
        ),
        "verdicts": ("Verdicts", "oldest first", _verdicts(found)),
        "policy": ("Policy", "what the task asks for before a release", provenance.policy(review.task)),
        "grounds": (
            "What it rests on",
            "sha256 of each part",
            provenance.hashes(review) + provenance.snippets(review.composition),
        ),
        "prompt": (
            "The prompt",
            "the candidate’s, whole",
            provenance.prompt(review.composition, review.task, review.candidate.evidence.target.system),
        ),
    }


def _changes(pack: Pack) -> str:
    found, after = pack.found, pack.found.review.composition
    findings = found.findings if pack.base == changes.INCUMBENT else None
    changed = show_changes(prompt_changes(pack.before, after), findings, found.comments)
    text = text_diff.side_by_side(text_diff.compare(pack.before.text, after.text))
    return f"{changed}<h3>The text <span>{safe(pack.base)} left, the candidate right</span></h3>{text}"


def _gains(pack: Pack) -> str:
    found, review = pack.found, pack.found.review
    output = review.task.output
    rows = [line.row for line in found.lines]
    way, source = results.steps(found, pack.jobs)
    parts = []
    if way:
        drawn = svg(
            charts.steps(way), "steps", width=WIDE_CHART, alt="The metric after each step, with its interval"
        )
        parts.append(f"<h3>Step by step <span>{safe(source)}</span></h3>{drawn}")
    both = charts.ratings(rows, output) if output.kind == "ordinal" else charts.confusion(rows, output)
    what = "The model’s rating by gold rating" if output.kind == "ordinal" else "The model’s label by gold label"
    drawings = [
        *(
            svg(one, f"answers-{side}", width=CHART, alt=f"{what}, {side}")
            for side, one in zip(("before", "after"), both, strict=True)
        ),
        svg(before_after.chart(rows, output), "before-after", width=CHART, alt=results.BEFORE_AFTER),
    ]
    parts.append(f'<h3>{what}</h3><div class="pk-charts">{"".join(drawings)}</div>')
    cut = results.slices(found)
    slices = f"<div><h3>Slices</h3>{cut}</div>" if cut else ""
    table = metrics.table(found.figures)
    parts.append(f'<div class="ic-pairs"><div><h3>Figures</h3>{table}</div>{slices}</div>')
    if found.findings and found.findings.left_out:
        drawn = svg(
            effects.chart(found.findings.left_out, ticked=False),
            "effects",
            width=WIDE_CHART,
            alt=effects.WITHIN,
            room=ROOM,
        )
        parts.append(
            f"<h3>{effects.WITHIN} <span>search estimate, on the development examples that chose it: expect "
            f"less on new ones · {effects.KEY}</span></h3>{drawn}"
        )
    return "".join(parts)


def _verdicts(found: Shown) -> str:
    status = found.review.status
    parts = [
        *map(corrections.correction, status.corrections),
        verdict.history(status) or "<p>Nobody has given a verdict.</p>",
    ]
    if made := status.release:
        parts.append(
            f"<p><b>Release {made.id}</b> by {safe(made.released_by)}, {made.released_at:%Y-%m-%d %H:%M:%S} UTC: "
            f'<span class="ic-verbatim">{safe(made.reason)}</span></p>'
        )
    elif status.successor is None:
        parts.append(f"<p>What a release would replace: {replaced(found.replaces, now())}.</p>")
    return "".join(parts)
