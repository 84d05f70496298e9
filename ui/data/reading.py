"""A table that somebody uploads: read once, and its first rows."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path

import streamlit as st

from composer.data.examples import Dataset
from composer.data.fields import short
from composer.data.readers import read_table
from composer.data.tables import LIMIT_BYTES, Table
from composer.task.task import SPLITS
from ui.shell.html import count, plain, safe, table
from ui.shell.page import html
from ui.shell.state import Key, made_once
from ui.shell.uploads import uploaded

KINDS = ("csv", "tsv", "txt", "json", "jsonl", "ndjson", "parquet", "arrow", "xlsx", "xlsm", "xls", "ods", "zip")
UPLOADS = Key("tables", 0)
"""How many tables were stored: a new number gives a new, empty uploader."""
_READ: Key[tuple[object, Table] | None] = Key("table-read", None)
SHOWN = 4
"""Rows that are shown."""


@dataclass(frozen=True)
class Upload:
    """A table that was uploaded; `key` is another for each upload, for the widgets that go with it."""

    name: str
    key: str
    table: Table


def is_uploaded() -> bool:
    """Whether there is a file in the uploader, asked before the page shows it."""
    return st.session_state.get(f"table-{UPLOADS.get()}") is not None


def upload() -> Upload | None:
    """Ask for a file, and return what it holds; None where there is none. Raises `Refused` for a bad one."""
    file = st.file_uploader(
        "Labelled rows: CSV, TSV, JSON, JSONL, Parquet, Arrow, XLSX, ODS, or a labelling tool's export",
        type=list(KINDS),
        key=f"table-{UPLOADS.get()}",
        max_upload_size=LIMIT_BYTES // 1_000_000,
    )
    if file is None:
        return None
    key = str(file.file_id)
    return Upload(file.name, key, _read(key, file.name, file.getvalue()))


def forget() -> None:
    """Empty the uploader, once its table was stored."""
    UPLOADS.set(UPLOADS.get() + 1)
    _READ.pop()


def _read(key: str, name: str, content: bytes) -> Table:
    """Return the table of an upload, read once: the script of a page runs at every click."""

    def read() -> Table:
        with uploaded(name, content) as path:
            return replace(read_table(path), path=Path(name))

    return made_once(_READ, key, read)


def first_rows(held: Table) -> None:
    """Show the first rows of a table, long cells cut, and what its reader notes."""
    rows = [_row(place, [row.get(name) for name in held.columns]) for place, row in held.rows[:SHOWN]]
    html(table((held.unit, *held.columns), rows))
    columns = count(len(held.columns), "column")
    st.caption(f"{count(len(held.rows), 'row')} of {columns}.")
    for note in held.notes:
        st.caption(plain(note))


def held(dataset: Dataset) -> str:
    """Return in words what a dataset holds, without what it has none of."""
    sizes = Counter(one.split for one in dataset.examples)
    parts = [f"{name} {sizes[name]:,}" for name in SPLITS if sizes[name]]
    gone = ((dataset.left_out, "left out, between splits"), (dataset.not_sampled, "not drawn"))
    parts += [f"{number:,} {why}" for number, why in gone if number]
    return f"{count(len(dataset.examples), 'example')}: {', '.join(parts)}"


def _row(place: int, cells: list[object]) -> str:
    told = "".join(f"<td>{'' if cell is None else safe(short(cell))}</td>" for cell in cells)
    return f'<tr><td class="ic-mute">{place}</td>{told}</tr>'
