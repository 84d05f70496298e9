"""Rows for a task that is there: what they would change is shown first, and stored when that is agreed to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import streamlit as st

from composer.data.cautions import cautions
from composer.data.columns import ColumnMap, mapped
from composer.data.datachange import DataChange
from composer.data.examples import Record
from composer.data.files import records_of
from composer.registry.datasets import has_data
from composer.registry.imports import add_records, import_records, preview_import
from composer.registry.tasks import get_task
from composer.task.task import Task
from library.errors import Refused
from ui.components.new_labels import arrived
from ui.data import mapping, unlabelled
from ui.data.reading import Upload, first_rows, forget, held
from ui.shell.context import as_logged, database, now
from ui.shell.html import count, plain, safe, table
from ui.shell.notices import Section, action, show_refusal
from ui.shell.page import html, section
from ui.shell.state import Key, made_once
from ui.shell.user import who

IMPORT = Section("import rows")
BESIDE, ALL = "More rows, beside the present ones", "All of the data, in place of the present ones"
_CHANGE: Key[tuple[object, tuple[tuple[Record, ...], DataChange]] | None] = Key("data-change", None)
NAMED = 5
"""Examples that are named of each kind of change."""


def show(upload: Upload, name: str) -> None:
    """Ask which columns are what for a task, show what would change in its data, and import the rows."""
    with database().session() as session:
        task, is_present = get_task(session, name), has_data(session, name)
    if task.data.source != "import":
        st.caption(plain(f"The data of {name} come from {task.data.source}; make a new task of these rows."))
        return
    keep = is_present and st.radio("The file holds", [BESIDE, ALL], key="file-holds", horizontal=True) == BESIDE
    section("First rows")
    first_rows(upload.table)
    section("Columns", "guessed from names; choose others where that is wrong")
    columns = mapping.columns_for(upload, _guess(upload, task), task.inputs)
    if not unlabelled.has_labels(columns):
        unlabelled.show(upload, task, columns)
        return
    section("What would change")
    found = _change(upload, task, columns, keep)
    if found is not None:
        _show(found[1])
    IMPORT.show_refusal()
    st.button(
        "Nothing to import" if found and found[1].is_empty else "Import the rows",
        key="import-rows",
        type="primary",
        disabled=found is None or found[1].is_empty,
        on_click=_store,
        args=(task.name, upload.name, found[0], keep, found[1].dataset.hash) if found else (),
    )


def _guess(upload: Upload, task: Task) -> ColumnMap:
    try:
        return mapped(upload.table, task, labelled=False)
    except Refused as refused:
        st.caption(plain(f"Not guessed: {refused}"))
        return ColumnMap()


def _change(
    upload: Upload, task: Task, columns: ColumnMap, keep: bool
) -> tuple[tuple[Record, ...], DataChange] | None:
    """Return the records and what they change; None, with every problem shown, where the rows are refused."""
    try:
        asked = (upload.key, task.hash, str(columns), keep, as_logged())
        return made_once(_CHANGE, asked, lambda: _preview(upload, task, columns, keep))
    except Refused as refused:
        show_refusal(refused)
        return None


def _preview(upload: Upload, task: Task, columns: ColumnMap, keep: bool) -> tuple[tuple[Record, ...], DataChange]:
    records = records_of(upload.table, mapped(upload.table, task, columns), task)
    with database().session() as session:
        return records, preview_import(session, task, records, keep=keep)


def _show(change: DataChange) -> None:
    texts = {one.id: " / ".join(one.inputs.values()) for one in change.dataset.examples}
    kinds = (
        ("+ added", change.added),
        ("± changed", change.changed),
        ("→ moved", tuple(one.id for one in change.dataset.moved)),
        ("− leaves the data", change.gone),
    )
    rows = [_row(kind, names, texts) for kind, names in kinds if names]
    if rows:
        html(table(("what", "#examples", "such as"), rows))
    for line in (f"Then {held(change.dataset)}.", *(f"{one}." for one in change.dataset.moves)):
        st.caption(plain(line))
    for caution in cautions(change.dataset.examples):
        st.warning(plain(caution), icon=":material/warning:", width=900)


def _row(kind: str, names: Sequence[str], texts: dict[str, str]) -> str:
    def named() -> Iterator[str]:
        for name in names[:NAMED]:
            text = texts.get(name, "")
            yield f"<div><code>{safe(name)}</code> {safe(text[:100])}{'…' if len(text) > 100 else ''}</div>"

    return (
        f'<tr><td class="ic-nowrap">{kind}</td><td class="ic-num">{len(names):,}</td>'
        f'<td class="ic-wide">{"".join(named())}</td></tr>'
    )


@action(IMPORT)
def _store(name: str, file: str, records: tuple[Record, ...], keep: bool, expected: str) -> str:
    """Import the rows that were shown, exactly as it was shown."""
    with database().session() as session:
        bring = add_records if keep else import_records
        done = bring(session, get_task(session, name), records, by=who(), at=now())
        if done.dataset.hash != expected:
            raise Refused("the task or its data changed since this was shown", fix="Look at what it does now.")
    forget()
    stored = f"{file}: the data of {name} are stored, {count(len(done.dataset.examples), 'example')} now."
    return f"{stored}{arrived(name)}"
