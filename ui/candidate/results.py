"""What a candidate gains and breaks: by step, by answer, by figure and by slice."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from composer.activity.addresses import candidate_page
from composer.analysis.jobs import Job
from composer.evaluation.formatting import NAMES, SHARES, change, interval
from composer.evaluation.outcomes import Difference, Row, Slice
from composer.task.task import Output
from library.roles import Person
from ui.candidate import examples, job_button, open_row, page_data
from ui.candidate.page_data import CandidateJobs, Shown
from ui.components import before_after, charts, effects, metrics
from ui.shell.html import safe, table
from ui.shell.page import html, section
from ui.shell.state import Key

WORST = 5
"""Regressions named before the table of all examples."""
FEWEST_STEPS = 3
"""With two, base and candidate, the cards show it all."""

BEFORE_AFTER = "Each example’s loss before and after"
CLICKS = Key("before-after-clicks", 0)
"""How often the chart of before and after was clicked."""
CLICKED = Key("before-after-clicked", "")
"""What was picked by the click that this run of the page comes from."""


def show(found: Shown, jobs: CandidateJobs, person: Person) -> None:
    """Show the steps from incumbent to candidate, answers against gold labels, every figure, and slices."""
    review = found.review
    output = review.task.output
    section("What it gains and breaks", legend(output))
    _steps(found, jobs.jobs)
    _answers(found, output)
    tables = f"<div>{metrics.table(found.figures)}</div>{worst(found)}{slices(found)}"
    html(f'<div class="ic ic-pairs">{tables}</div>')
    _effects(found, jobs, person)


def legend(output: Output) -> str:
    """Return what the marks of the charts of answers mean, as HTML."""
    if output.kind == "label":
        return 'answers by gold label: <b class="ic-better">■</b> right <b class="ic-worse">■</b> wrong'
    return (
        'each mark a test example: <b class="ic-better">▼</b> better <b class="ic-same">●</b> same '
        '<b class="ic-worse">▲</b> worse'
    )


def _answers(found: Shown, output: Output) -> None:
    rows = [line.row for line in found.lines]
    ordinal = output.kind == "ordinal"
    sides = charts.ratings(rows, output) if ordinal else charts.confusion(rows, output)
    columns = st.columns(3, gap="medium")
    what = "The model’s rating by gold rating" if ordinal else "The model’s label by gold label"
    for side, column, chart in zip(("before", "after"), columns, sides, strict=False):
        with column:
            st.altair_chart(chart, key=f"answers-{side}", alt=f"{what}, {side}")
    with columns[2]:
        _before_after(rows, output)


def _before_after(rows: Sequence[Row], output: Output) -> None:
    """Show what became of each example; a click opens its row, or shows the examples that it counts."""
    # A chart that has been clicked is drawn anew: a click on what is picked already would otherwise do nothing.
    key = f"before-after-{CLICKS.get()}"

    def clicked() -> None:
        if found := before_after.picked(st.session_state[key].selection):
            CLICKS.set(CLICKS.get() + 1)
            CLICKED.set(found[1])
            name, value = found
            if name == "example":
                open_row.open_row(value)
            else:
                st.query_params[examples.SHOW] = value

    ordinal = output.kind == "ordinal"
    chart = before_after.chart(rows, output, ": click one to open it" if ordinal else ": click to list")
    st.altair_chart(chart, key=key, on_select=clicked, selection_mode=before_after.PICKED, alt=BEFORE_AFTER)
    if name := CLICKED.pop():
        what = f"{safe(name)} is open" if ordinal else f"Those that are “{safe(name)}” are listed"
        html(f'<div class="ic ic-small">{what} under <a href="#{examples.ANCHOR}">Every example</a></div>')


def _steps(found: Shown, known: Sequence[Job]) -> None:
    way, source = steps(found, known)
    if way:
        html(f'<div class="ic ic-mute ic-under">{safe(source)}</div>')
        st.altair_chart(charts.steps(way), key="steps", alt="The metric after each step, with its interval")


def steps(found: Shown, known: Sequence[Job]) -> tuple[list[tuple[str, Difference]], str]:
    """Return the steps as measured on the sealed test, else as the search estimates them, and which of the two.

    `known` are the candidate's jobs. Returns no steps where neither is known.
    """
    measured = next((job.steps for job in known if job.steps), ())
    if measured:
        way = [(one.name, one.difference) for one in measured]
        return way, "each snippet as one step, on the sealed test examples, with 95% intervals"
    if found.steps and len(found.steps.steps) >= FEWEST_STEPS:
        return [(one.name, one.difference) for one in found.steps.steps], (
            f"each snippet as one step: a search estimate, on the {found.steps.examples} development examples "
            "that every step answered, with 95% intervals"
        )
    return [], ""


def _effects(found: Shown, jobs: CandidateJobs, person: Person) -> None:
    """Show, folded, the effect of each snippet, and offer to measure the steps on the sealed test."""
    review = found.review
    if found.findings and found.findings.left_out:
        effects.show_parts(found.findings, review.candidate.run_id)
    if (
        not any(job.steps for job in jobs.jobs)
        and not review.status.stale
        and len(review.composition.versions) > (review.incumbent.base == review.composition.base)
    ):
        job_button.show(page_data.job_offer(jobs, "steps"), "Measure each step on the sealed test", person)


def worst(found: Shown) -> str:
    """Return the worst regressions as HTML, each a link that opens it; nothing where nothing got worse."""
    candidate = found.review.candidate
    rows = [
        f'<tr><td><a href="{safe(candidate_page(candidate.id, row=one.example_id))}">'
        f'{safe(one.example_id)}</a></td><td class="ic-num">{safe(metrics.gold(one.gold))}</td>'
        f'<td class="ic-num">{safe(metrics.read_value(one.incumbent_value))}</td>'
        f'<td class="ic-num">{safe(metrics.read_value(one.candidate_value))}</td>'
        f'<td class="ic-num ic-worse">{one.change:+.3f}</td></tr>'
        for one in (line.row for line in found.lines[:WORST])
        if one.outcome == "worse"
    ]
    if not rows:
        return ""
    return f"<div>{table(('worst regressions', '#gold', '#before', '#after', '#loss change'), rows)}</div>"


def slices(found: Shown) -> str:
    """Return how the examples of each slice fared, as HTML; nothing where the data has no slices."""
    known = found.review.candidate.slices
    if not known:
        return ""
    metric = found.review.candidate.figures[0]
    rows = [_slice(one, metric) for one in known]
    heads = ("slice", "#examples", "#better", "#same", "#worse", f"{NAMES[metric.name]}, 95% interval", "#p, Holm")
    return f"<div>{table(heads, rows)}</div>"


def _slice(one: Slice, metric: Difference) -> str:
    difference = Difference(metric.name, metric.better_is, None, None, one.difference, one.low, one.high)
    counts = "".join(
        f'<td class="ic-num ic-{name}">{number:,}</td>'
        for name, number in (("better", one.better), ("same", one.same), ("worse", one.worse))
    )
    unit = " pts" if metric.name in SHARES else ""
    sure = "" if one.p < 0.05 else ' title="not clear once corrected for looking at every slice"'
    return (
        f'<tr><td>{safe(one.name)}</td><td class="ic-num">{one.n:,}</td>{counts}'
        f'<td class="ic-nowrap">{change(metric.name, one.difference)}{unit} '
        f'<span class="ic-mute">{interval(difference)}</span></td>'
        f'<td class="ic-num"{sure}>{_p(one.p)}</td></tr>'
    )


def _p(value: float) -> str:
    return "&lt;0.001" if value < 0.001 else f"{value:.3f}"
