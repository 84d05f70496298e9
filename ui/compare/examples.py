"""The examples that several prompts answered: an answer a prompt, those first on which they differ."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import pandas as pd
import streamlit as st

from composer.analysis.side_by_side import Line, SideBySide
from composer.registry.datasets import examples_named
from library.canonical import digest
from ui.candidate import open_row
from ui.components.example_rows import file_and_number, filtered
from ui.components.metrics import gold, read_value
from ui.shell.context import database
from ui.shell.csv_text import as_csv
from ui.shell.html import safe
from ui.shell.page import html, section
from ui.shell.state import clicked_row

MOST = 200
"""Rows shown at a time: nobody reads further, and a browser is slow with more."""
SHOW = "show"
"""The widget that chooses which examples are shown, and its name in the link."""


def tests(found: SideBySide) -> dict[str, Callable[[Line], bool]]:
    """Return the filters by name."""
    base = found.base

    def change(line: Line, *, worse: bool) -> bool:
        was = line.losses[base]
        others = [one for place, one in enumerate(line.losses) if place != base and one is not None]
        return was is not None and any(one > was if worse else one < was for one in others)

    return {
        "they differ": lambda line: line.disagree,
        "one is worse": lambda line: change(line, worse=True),
        "one is better": lambda line: change(line, worse=False),
        "all": lambda _line: True,
    }


@st.fragment
def show(found: SideBySide) -> None:
    """Show the filters, the table, and the example that is open; a filter runs this part of the page alone."""
    section("Every example", "an answer a prompt · those first whose losses are furthest apart")
    lines = sorted(filtered(found.lines, tests(found), SHOW), key=lambda line: (-_apart(line), line.id))
    if lines:
        _table(found, lines)
    file_and_number(len(lines), MOST, lambda: csv(found, lines), f"{found.task.name}-compared.csv", "csv")
    row = open_row.opened()
    if opened := next((line for line in found.lines if line.id == row), None):
        html(open_example(found, opened))


def frame(found: SideBySide, lines: Sequence[Line]) -> pd.DataFrame:
    """Return rows of the table: the gold label, an answer a prompt, and the inputs."""
    inputs = _inputs(found, [line.id for line in lines])
    titles = names(found)
    return pd.DataFrame(
        [
            {
                "example": line.id,
                "gold": gold(line.gold),
                **{
                    name: "" if loss is None else read_value(value)
                    for name, value, loss in zip(titles, line.values, line.losses, strict=True)
                },
                "slice": line.slice,
                **inputs[line.id],
            }
            for line in lines
        ]
    )


def csv(found: SideBySide, lines: Sequence[Line]) -> bytes:
    """Return rows for a spreadsheet or script, with every loss and every answer as it came."""
    inputs, titles = _inputs(found, [line.id for line in lines]), names(found)
    texts = [
        {example.id: answer.text for example, answer in zip(one.column.examples, one.column.answers, strict=True)}
        for one in found.places
    ]
    rows = []
    for line in lines:
        row: dict[str, object] = {"id": line.id, "gold": line.gold, "slice": line.slice}
        for place, name in enumerate(titles):
            known = line.losses[place] is not None
            row |= {
                name: read_value(line.values[place]) if known else "",
                f"{name} loss": line.losses[place],
                f"{name} answer": texts[place].get(line.id, "") if known else "",
            }
        rows.append({**row, **inputs[line.id]})
    return as_csv(pd.DataFrame(rows))


def names(found: SideBySide) -> list[str]:
    """Return what each column of the table is called: with its target where prompts are of several."""
    several = len({one.column.target for one in found.places}) > 1
    titles = [f"{one.column.name.title}{f' on {one.column.target}' if several else ''}" for one in found.places]
    # A base named with its target and without is twice the same.
    return titles if len(set(titles)) == len(titles) else [str(one.column.name) for one in found.places]


def open_example(found: SideBySide, line: Line) -> str:
    """Return one example as HTML: its inputs, its gold label, and each prompt's answer as it came."""
    inputs = _inputs(found, [line.id])[line.id]
    given = "".join(
        f"<dt>{safe(name.replace('_', ' '))}</dt><dd>{safe(text)}</dd>" for name, text in inputs.items()
    )
    answers = []
    for place, (one, name) in enumerate(zip(found.places, names(found), strict=True)):
        loss = line.losses[place]
        if loss is None:
            answers.append(
                f'<div class="ic-answer">{safe(name)}: <span class="ic-mute">no answer is stored</span></div>'
            )
            continue
        number = next(number for number, example in enumerate(one.column.examples) if example.id == line.id)
        parsed = one.standing.parsed[number]
        read = (
            f"<b>{safe(gold(parsed.value))}</b>"
            if parsed.value is not None
            else (f'<b class="ic-worse">malformed</b> <span class="ic-worse">{safe(parsed.error)}</span>')
        )
        answers.append(
            f'<div class="ic-answer">{safe(name)}: {read} <span class="ic-mute">loss {loss:.3f}</span>'
            f"<pre>{safe(one.column.answers[number].text)}</pre></div>"
        )
    return (
        f'<div class="ic ic-open"><dl><dt>example</dt><dd><b>{safe(line.id)}</b></dd>{given}'
        f"<dt>gold label</dt><dd><b>{safe(gold(line.gold))}</b></dd></dl>"
        f'<div class="ic-answers ic-many">{"".join(answers)}</div></div>'
    )


def _apart(line: Line) -> float:
    known = [loss for loss in line.losses if loss is not None]
    return max(known) - min(known) if known else 0.0


def _inputs(found: SideBySide, ids: Sequence[str]) -> dict[str, Mapping[str, str]]:
    with database().session() as session:
        named = examples_named(session, found.places[found.base].column.dataset, ids)
    return {example.id: example.inputs for example in named}


def _table(found: SideBySide, lines: Sequence[Line]) -> None:
    shown = lines[:MOST]
    data = frame(found, shown)
    if not data["slice"].any():
        data = data.drop(columns="slice")
    ids = [line.id for line in shown]
    # The key holds the rows, so that a click never lands on the row that was there under another filter.
    key = f"compared-{digest([ids, names(found)])[:12]}"

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
            "gold": st.column_config.TextColumn(width=70),
            **{name: st.column_config.TextColumn(width=110) for name in names(found)},
        },
        alt="Examples with each prompt’s answer",
    )
