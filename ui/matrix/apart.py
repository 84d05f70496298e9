"""Development examples with each target's answer beside the people's label, most disagreement first."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from composer.matrix.apart import TESTS, Line, lines
from composer.matrix.beside import Beside
from library.canonical import digest
from ui.candidate import open_row
from ui.components import example_parts
from ui.components.example_rows import file_and_number, filtered
from ui.components.metrics import gold, read_value
from ui.shell.csv_text import as_csv
from ui.shell.html import safe
from ui.shell.page import html, section
from ui.shell.state import clicked_row

MOST = 200
"""Rows shown at a time: nobody reads further, and a browser is slow with more."""
SHOW = "show"
"""The widget that chooses which examples are shown, and its name in the link."""


@st.fragment
def show(found: Beside) -> None:
    """Show the filters, the table, and the example that is open; a filter runs this part of the page alone."""
    every = lines(found)
    section("Where targets disagree", "development examples · the furthest apart first")
    if not every:
        html(
            '<div class="ic ic-mute">No example was answered by two targets yet: ask one of them above, about '
            "examples that another has answered.</div>"
        )
        return
    shown = filtered(every, TESTS, SHOW)
    if shown:
        _table(found, shown)
    file_and_number(len(shown), MOST, lambda: csv(found, shown), f"{found.task.name}-targets.csv", "apart-csv")
    row = open_row.opened()
    if opened := next((one for one in every if one.example.id == row), None):
        html(open_line(found, opened))


def frame(found: Beside, shown: Sequence[Line]) -> pd.DataFrame:
    """Return rows of the table: the people's label, an answer a target, and the inputs."""
    names = answering(found)
    return pd.DataFrame(
        [
            {
                "example": one.example.id,
                "people": gold(one.example.gold),
                **{name: read_value(one.given[name].value) if name in one.given else "" for name in names},
                "apart": one.apart,
                "slice": one.example.slice,
                **one.example.inputs,
            }
            for one in shown
        ]
    )


def csv(found: Beside, shown: Sequence[Line]) -> bytes:
    """Return rows for a spreadsheet or script, with every loss and every answer as it came."""
    rows = []
    for one in shown:
        row: dict[str, object] = {"id": one.example.id, "people": one.example.gold, "slice": one.example.slice}
        for name in answering(found):
            given = one.given.get(name)
            row |= {
                name: read_value(given.value) if given else "",
                f"{name} loss": given.loss if given else None,
                f"{name} answer": given.text if given else "",
            }
        rows.append({**row, "apart": one.apart, **one.example.inputs})
    return as_csv(pd.DataFrame(rows))


def answering(found: Beside) -> list[str]:
    """Return the targets that have answered anything, in the order of the page."""
    return [one.target.name for one in found.places if one.answers.answered]


def open_line(found: Beside, one: Line) -> str:
    """Return one example as HTML: its inputs, the people's label, and each target's answer as it came."""
    places = [each for each in found.places if one.example.id in each.answers.by_id]
    answers = []
    for each in places:
        answer, read = each.answers.by_id[one.example.id]
        title = f"{each.target.name}, {each.link.replace(':', ' ')}"
        answers.append(example_parts.raw_answer(title, answer, read, one.given[each.target.name].loss))
    return (
        f'<div class="ic ic-open"><dl><dt>example</dt><dd><b>{safe(one.example.id)}</b></dd>'
        f"{example_parts.inputs(one.example)}{example_parts.gold_label(one.example, found.task.output)}</dl>"
        f'<div class="ic-answers ic-many">{"".join(answers)}</div></div>'
    )


def _table(found: Beside, every: Sequence[Line]) -> None:
    shown = every[:MOST]
    data = frame(found, shown)
    if not data["slice"].any():
        data = data.drop(columns="slice")
    ids = [one.example.id for one in shown]
    # The key holds the rows, so that a click never lands on the row that was there under another filter.
    key = f"apart-{digest([ids, answering(found)])[:12]}"

    def opened() -> None:
        row = clicked_row(key)
        open_row.open_row(None if row is None else ids[row])

    st.dataframe(
        data,
        hide_index=True,
        height="content" if len(ids) <= 10 else 380,
        key=key,
        on_select=opened,
        selection_mode="single-cell",
        column_config={
            "example": st.column_config.TextColumn(width=110, pinned=True),
            "people": st.column_config.TextColumn(width=70),
            "apart": st.column_config.ProgressColumn(width=80, min_value=0, max_value=1, format="percent"),
            **{name: st.column_config.TextColumn(width=120) for name in answering(found)},
        },
        alt="Examples with each target’s answer",
    )
