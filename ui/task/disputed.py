"""The examples that people can't agree on: what they rated, and how, drawn."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from composer.analysis.data_summary import DataSummary, Disputed
from composer.data.examples import Example
from composer.task.task import Task
from ui.components.histogram import histogram
from ui.components.metrics import gold
from ui.shell.csv_text import as_csv
from ui.shell.html import safe
from ui.shell.page import html, section

LONGEST = 400
"""Characters of an input that are shown; the rest of a document would hide the others."""


def show(task: Task, summary: DataSummary, examples: Mapping[str, Example]) -> None:
    """Show the examples whose ratings are furthest apart, each with its ratings drawn."""
    if not summary.unlike:
        return
    section("What people can’t agree on", "the widest spread first: no prompt can be right for all of them")
    html(f'<div class="ic ic-disputed">{"".join(_one(one, examples[one.id]) for one in summary.unlike)}</div>')
    st.download_button(
        "CSV",
        lambda: disputed_csv(summary, examples),
        f"{task.name}--disputed.csv",
        "text/csv",
        key="disputed-csv",
        icon=":material/download:",
        on_click="ignore",
    )


def _one(one: Disputed, example: Example) -> str:
    text = "<br>".join(
        safe(text if len(text) <= LONGEST else f"{text[:LONGEST]}…") for text in example.inputs.values()
    )
    kind = f" · {safe(example.slice)}" if example.slice else ""
    facts = f"{safe(example.id)} · {example.split}{kind} · {_label(example)} · spread {one.spread:.2f}"
    drawn = histogram(one.given, what="ratings")
    return f'<div><div>{text}</div><div class="ic-mute ic-small">{facts}</div></div>{drawn}'


def _label(example: Example) -> str:
    return f"label {safe(gold(example.gold))}".replace(" -", " −")


def disputed_csv(summary: DataSummary, examples: Mapping[str, Example]) -> bytes:
    """Return these examples for a spreadsheet, with how often each rating was given."""
    rows = [
        {
            "id": one.id,
            "spread": one.spread,
            "gold": examples[one.id].gold,
            "split": examples[one.id].split,
            "slice": examples[one.id].slice,
            **{f"rated {value}": number for value, number in one.given},
            **examples[one.id].inputs,
        }
        for one in summary.unlike
    ]
    return as_csv(pd.DataFrame(rows))
