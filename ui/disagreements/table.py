"""The disagreements as a table: a click opens one, the rest of the page follows; and all of them as a file."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import pandas as pd
import streamlit as st

from composer.curation.disagreements import Disagreements, Judged
from composer.evaluation.distribution import range_in_words
from library.canonical import digest
from ui.components.metrics import gold, read_value
from ui.disagreements import choices
from ui.disagreements.choices import Line
from ui.shell.csv_text import as_csv
from ui.shell.html import count, plain
from ui.shell.state import clicked_row

MOST = 200
"""Rows shown at a time: nobody reads further, and a browser is slow with more."""
DISPUTED, NEAR, PICKED = "≁", "↳", "✓"
"""Marks: people are far apart on it; it resembles the one above; the draft is written from it."""


def show(found: Disagreements, lines: Sequence[Line], picked: Collection[str]) -> None:
    """Show the table, the ways from row to row, and the file; `picked` are the examples to write from."""
    ids = [line.id for line in lines[:MOST]]
    # The key holds the rows, so that a click never lands on the row that was there under another filter.
    key = f"disagreements-{digest([ids, sorted(set(ids) & set(picked))])[:12]}"

    def opened() -> None:
        row = clicked_row(key)
        choices.open_row(None if row is None else ids[row])

    width = 380 // len(found.now.task.inputs)
    st.dataframe(
        frame(found, lines[:MOST], picked),
        hide_index=True,
        height="content" if len(ids) <= 8 else 420,
        key=key,
        on_select=opened,
        selection_mode="single-cell",
        column_config={
            "": st.column_config.TextColumn(width=34, help=f"{PICKED} written from · {NEAR} like the one above"),
            "group": st.column_config.TextColumn(width=90),
            "people": st.column_config.TextColumn(width=60, help="The label that people gave"),
            "model": st.column_config.TextColumn(width=76, help="What the prompt in use answers"),
            "loss": st.column_config.NumberColumn(format="%.3f", width=60, help="0 right, 1 as wrong as can be"),
            "rated": st.column_config.TextColumn(
                width=90, help=f"Range of people’s ratings; {DISPUTED} they are far apart themselves"
            ),
            **{
                name: st.column_config.TextColumn(name.replace("_", " "), width=width)
                for name in found.now.task.inputs
            },
            "example": st.column_config.TextColumn(width=90),
        },
        alt="Authoring examples on which the prompt in use and people differ, group by group",
    )
    _steps(found, lines)


def frame(found: Disagreements, lines: Sequence[Line], picked: Collection[str]) -> pd.DataFrame:
    """Return the rows of the table, the inputs as columns of their own; without ratings, none of them."""
    rows = [
        {
            "": f"{PICKED if line.id in picked else ''}{NEAR if line.row.near else ''}",
            "people": gold(line.row.example.gold),
            "model": read_value(line.row.parsed.value),
            **{name: line.row.example.inputs[name] for name in found.now.task.inputs},
            "group": line.group,
            "rated": rated(line.row),
            "loss": line.row.loss,
            "example": line.id,
        }
        for line in lines
    ]
    data = pd.DataFrame(rows)
    return data.drop(columns=[] if data["rated"].any() else ["rated"])


def rated(row: Judged) -> str:
    """Return the range of people's ratings, marked where they are far apart."""
    return f"{DISPUTED} " * row.disputed + range_in_words(row.example.ratings)


def csv(found: Disagreements, lines: Sequence[Line]) -> bytes:
    """Return rows for a spreadsheet or script: all that the table and the open row show, answers verbatim."""
    return as_csv(pd.DataFrame([_cells(found, line) for line in lines]))


def _cells(found: Disagreements, line: Line) -> dict[str, object]:
    row, example = line.row, line.row.example
    return {
        "id": example.id,
        "group": line.group,
        "direction": row.direction,
        "slice": example.slice,
        "near": row.near,
        "gold": example.gold,
        "answer": "" if row.parsed.value is None else row.parsed.value,
        "loss": row.loss,
        "problem": row.parsed.error,
        "raw_answer": row.answer.text,
        "people": range_in_words(example.ratings),
        "people_spread": "" if row.spread is None else row.spread,
        "people_disagree": row.disputed,
        "within_people": "" if row.inside is None else row.inside,
        "explanation": example.explanation,
        "prompt": found.now.name,
        **example.inputs,
    }


def _steps(found: Disagreements, lines: Sequence[Line]) -> None:
    ids, row = [line.id for line in lines], choices.opened(lines)
    place = ids.index(row) if row in ids else None
    with st.container(horizontal=True, vertical_alignment="center"):
        before = ids[place - 1] if place else None
        after = None if place == len(ids) - 1 else ids[0 if place is None else place + 1]
        for label, key, to, shortcut in (
            ("Previous", "previous", before, "k"),
            ("Next" if place is not None else "The first", "next", after, "j"),
        ):
            st.button(
                label,
                key=key,
                type="tertiary",
                on_click=choices.open_row,
                args=(to,),
                disabled=to is None,
                shortcut=shortcut,
            )
        st.download_button(
            "CSV",
            lambda: csv(found, lines),
            file_name=f"{found.now.task.name}--{found.now.target.name}--disagreements.csv",
            mime="text/csv",
            key="csv",
            icon=":material/download:",
            on_click="ignore",
            help="All rows that fit, with the raw answers.",
        )
        said = count(len(ids), "row") if place is None else f"{place + 1:,} of {count(len(ids), 'row')}"
        more = f"; {MOST} are shown, the file holds all" if len(ids) > MOST else ""
        st.caption(plain(f"{said}{more}"), width="content")
