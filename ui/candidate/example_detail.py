"""One example opened: its inputs and gold label, both raw answers, and the answers without each snippet."""

from __future__ import annotations

from collections.abc import Sequence

from composer.analysis.diagnoses import AblationAnswer, ablation_results
from composer.analysis.examples import ExampleView, ParsedAnswer, example_views
from composer.prompts.changes import BASE
from composer.task.task import Output
from library.roles import Person
from ui.candidate import dispositions, job_button, open_row, page_data, people_range
from ui.candidate.page_data import Shown
from ui.components import example_parts
from ui.components.comments import comments_under
from ui.components.metrics import read_value
from ui.shell.context import database
from ui.shell.html import safe, table
from ui.shell.page import html


def show(found: Shown, person: Person) -> None:
    """Show the example that the link names, if it names one, and take a disposition where it got worse."""
    review = found.review
    opened = open_row.opened()
    if opened is not None and any(line.row.example_id == opened for line in found.lines):
        with database().session() as session:
            (view,) = example_views(session, review, [opened])
            ablations = ablation_results(session, review, view.example)
        html(pane(view, review.task.output, comments_under(found.comments, "example", opened)))
        if ablations:
            _ablations(found, view, ablations, person)
        if opened in review.candidate.regressions:
            dispositions.show(found, view, person)
    dispositions.show_rest(found, person)


def read(answer: ParsedAnswer | None) -> str:
    """Return an answer as it was parsed: its value, or that it is malformed or no longer stored."""
    return "not stored" if answer is None else read_value(answer.parsed.value)


def pane(view: ExampleView, output: Output, comments: str = "") -> str:
    """Return one example opened: its inputs, its gold label, and both raw answers, as HTML."""
    example, row = view.example, view.row
    before, after = (
        _answer("before", view.before, row.incumbent_loss),
        _answer("after", view.after, row.candidate_loss),
    )
    return (
        f'<div class="ic ic-open"><dl>{example_parts.inputs(example)}{example_parts.gold_label(example, output)}'
        f"{people_range.drawn(view, output)}{example_parts.extras(example.extras)}</dl>"
        f'<div class="ic-answers">{before}{after}</div>{comments}</div>'
    )


def _answer(side: str, answer: ParsedAnswer | None, loss: float) -> str:
    if answer is None:
        return f'<div class="ic-answer">{side}: <span class="ic-mute">the answer is no longer stored</span></div>'
    return example_parts.raw_answer(side, answer.answer, answer.parsed, loss)


def _ablations(found: Shown, view: ExampleView, ablations: Sequence[AblationAnswer], person: Person) -> None:
    """Show the answers without each snippet of the candidate, and offer to ask for those not asked for yet."""
    if asked := ablation_table(ablations):
        html(asked)
    if any(one.parsed is None for one in ablations) and not found.review.status.stale:
        offer = page_data.job_offer(page_data.jobs(found), "suspects", [view.example.id])
        job_button.show(offer, "Find which snippet causes it", person)


def ablation_table(ablations: Sequence[AblationAnswer]) -> str:
    """Return the answers without each snippet of the candidate, as HTML; empty where nobody asked."""
    rows = [
        f"<tr><td>{_without(one)}</td><td>{example_parts.parsed(one.parsed)}</td>"
        f'<td class="ic-num">{one.loss:.3f}</td><td>{_attribution(one)}</td></tr>'
        for one in ablations
        if one.parsed is not None
    ]
    if not rows:
        return ""
    return f'<div class="ic ic-ablations">{table(("ablation", "answer", "#loss", "attribution"), rows)}</div>'


def _without(one: AblationAnswer) -> str:
    return "on the incumbent’s base" if one.name == BASE else f"without <code>{safe(one.name)}</code>"


def _attribution(one: AblationAnswer) -> str:
    if one.suspect:
        return '<b class="ic-worse">likely cause</b>: better without it'
    return '<span class="ic-mute">no better without it</span>'
