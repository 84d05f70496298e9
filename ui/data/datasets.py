"""The data that there are: each task's at a glance, and as a file."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial

import pandas as pd
import streamlit as st

from composer.activity.addresses import pick_page, task_page
from composer.data.datachange import as_rows
from composer.data.examples import Example
from composer.registry.dataset_list import DatasetEntry, list_datasets
from composer.registry.datasets import current_dataset
from ui.shell.context import as_logged, database, now
from ui.shell.csv_text import as_csv
from ui.shell.html import safe, table, when
from ui.shell.page import html

_HEADS = ("task", "#examples", "#authoring", "#dev", "#test", "#people an example", "brought by", "when", "")


def entries() -> tuple[DatasetEntry, ...]:
    """Return the data of every task, read again once anything is logged."""
    return _entries(as_logged())


@st.cache_resource(max_entries=4, show_spinner=False)
def _entries(now: tuple[str, str | None, str]) -> tuple[DatasetEntry, ...]:  # noqa: ARG001 (Streamlit hashes it)
    with database().session() as session:
        return list_datasets(session)


def show(entries: Sequence[DatasetEntry]) -> None:
    """Show the data of every task, and offer one task's as a file."""
    at = now()
    html(table(_HEADS, [_row(one, at) for one in entries]))
    named = [one.task for one in entries if one.added_at]
    if not named:
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        task = st.selectbox("Save the data of", named, key="save-data-of", width=260)
        for kind, name, write in _FILES:
            st.download_button(
                kind,
                partial(_file, write, task),
                f"{task}.{name}",
                key=f"save-{name}",
                icon=":material/download:",
                on_click="ignore",
            )


def as_spreadsheet(examples: Sequence[Example]) -> bytes:
    """Return examples for a spreadsheet: a column for each input and each rater."""
    rows = []
    for one, row in zip(examples, as_rows(examples), strict=True):
        ratings = row.pop("ratings", {})
        row = {**row, **(ratings if isinstance(ratings, dict) else {})}
        row["cluster"] = ";".join(one.clusters)
        rows.append({"id": row.pop("id"), "split": one.split, **row})
    return as_csv(pd.DataFrame(rows))


def as_json_lines(examples: Sequence[Example]) -> bytes:
    """Return examples as JSON Lines, which import as the same data."""
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in as_rows(examples)).encode()


_FILES: tuple[tuple[str, str, Callable[[Sequence[Example]], bytes]], ...] = (
    ("CSV", "csv", as_spreadsheet),
    ("JSONL, to import again", "jsonl", as_json_lines),
)


def _file(write: Callable[[Sequence[Example]], bytes], task: str) -> bytes:
    with database().session() as session:
        return write(current_dataset(session, task).examples)


def _row(one: DatasetEntry, at: datetime) -> str:
    name = f'<a href="{safe(task_page(one.task))}">{safe(one.task)}</a>'
    if one.added_at is None:
        return f'<tr><td>{name}</td><td colspan="8" class="ic-mute">no labelled rows yet</td></tr>'
    sizes = [sum(one.sizes.values()), *one.sizes.values(), one.ratings]
    cells = "".join(f'<td class="ic-num">{f"{size:,}" if size else "—"}</td>' for size in sizes)
    return (
        f"<tr><td>{name}</td>{cells}<td>{safe(one.added_by)}</td>"
        f'<td class="ic-mute">{when(one.added_at, at)}</td>'
        f'<td class="ic-nowrap"><a href="{safe(pick_page(one.task))}">put a prompt beside it</a></td></tr>'
    )
