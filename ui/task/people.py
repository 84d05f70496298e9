"""How well the people agree who labelled a task: a measure of choice, the spread, and who is at odds."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from composer.analysis.data_summary import DataSummary, Spread
from composer.evaluation.coefficients import COHEN, FLEISS, ICC, INTERVAL, NOMINAL, ORDINAL
from composer.evaluation.formatting import NAMES, bracketed, figure
from composer.evaluation.raters import ENOUGH, LONE, RaterLoss
from composer.task.task import Task
from ui.components.histogram import histogram
from ui.shell.csv_text import as_csv
from ui.shell.html import count, safe, table
from ui.shell.page import html, section

MOST = 12
"""Raters that are listed, those most at odds with the others first; the file has all."""
MEANING = {
    INTERVAL: "1: all agree, 0: as by chance. Two ratings are as far apart as their squared difference.",
    ORDINAL: "1: all agree, 0: as by chance. Two ratings are as far apart as there are ratings between them.",
    NOMINAL: "1: all agree, 0: as by chance. Ratings are either the same or not, however near.",
    FLEISS: "How much oftener than by chance two people give the very same answer.",
    COHEN: "How much oftener than by chance these two give the very same answer.",
    ICC: "The share of the variance of single ratings that is between examples, not between people.",
}


def show(task: Task, summary: DataSummary) -> None:
    """Show the measure of agreement that is chosen, the spread of the ratings, and the people."""
    section("How well people agree", f"{summary.several:,} examples that two people or more rated")
    if not summary.raters:
        html(
            '<div class="ic ic-mute">No example has the ratings of two people. Import a column for each '
            "person, or a row for each rating, and this shows how well they agree.</div>"
        )
        return
    left, right = st.columns([2, 3], gap="large")
    with left:
        _measure(summary)
        assert summary.spread is not None
        html(spread(summary.spread, labels=task.output.kind == "label"))
    with right:
        html(raters(task, summary.raters))
        st.download_button(
            "CSV",
            lambda: raters_csv(task, summary.raters),
            f"{task.name}--people.csv",
            "text/csv",
            key="people-csv",
            icon=":material/download:",
            on_click="ignore",
        )


def _measure(summary: DataSummary) -> None:
    names = list(summary.coefficients)
    chosen = st.selectbox("Measure of agreement", names, key="measure", bind="query-params") or names[0]
    one = summary.coefficients[chosen]
    value, low, high = (f"{end:.3f}".replace("-", "−") for end in (one.value, one.low, one.high))
    html(
        f'<div class="ic"><span class="ic-big">{value}</span> <span class="ic-mute">{bracketed(low, high)}</span>'
        f'<div class="ic-mute">{safe(MEANING[chosen])}</div></div>'
    )


def spread(found: Spread, *, labels: bool) -> str:
    """Return how far people are apart on the examples, drawn and in words, as HTML."""
    wide = (found.top or 1.0) / len(found.bars)
    bars = [(f"{place * wide:.1f}", number) for place, number in enumerate(found.bars)]
    what = (
        "share of the ratings that are not the majority’s"
        if labels
        else "standard deviation of an example’s ratings"
    )
    return (
        f'<div class="ic ic-under"><div>Spread: {what}</div>{histogram(bars, what="examples by spread")}'
        f'<div class="ic-mute">Half of the examples are below {found.median:.2f}, nine in ten below '
        f"{found.ninth:.2f}; the widest is {found.top:.2f}.</div></div>"
    )


def raters(task: Task, people: Sequence[RaterLoss]) -> str:
    """Return the people with their figures against the others as an HTML table, those most at odds first."""
    rows = [
        f'<tr><td>{safe(one.name)}</td><td class="ic-num">{one.number:,}</td>'
        f'<td class="ic-num">{figure(task.metric, one.figure)}</td><td>{_mark(one)}</td></tr>'
        for one in people[:MOST]
    ]
    more = len(people) - MOST
    rest = f" {count(more, 'more is', 'more are')} nearer to the others: the file has all." if more > 0 else ""
    what = (
        f"At odds: {LONE:g} times as far from the others as people are on the same examples, "
        f"over {ENOUGH} ratings or more.{rest}"
    )
    heads = ("rater", "#ratings", f"#{NAMES[task.metric]} against the others", "")
    shown = f'<div class="ic ic-pairs"><div>{table(heads, rows)}</div></div>'
    return f'{shown}<div class="ic ic-mute ic-small">{what}</div>'


def _mark(one: RaterLoss) -> str:
    return '<span class="ic-worse">! at odds with the others</span>' if one.at_odds else ""


def raters_csv(task: Task, people: Sequence[RaterLoss]) -> bytes:
    """Return every person with their figure, for a spreadsheet."""
    rows = [
        {"rater": one.name, "ratings": one.number, task.metric: one.figure, "at odds": one.at_odds}
        for one in people
    ]
    return as_csv(pd.DataFrame(rows))
