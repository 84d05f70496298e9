"""Rows in words: what a person knows them by, and what is wrong with one."""

from __future__ import annotations

import re

from sqlalchemy import inspect
from sqlalchemy import select as sa_select
from sqlmodel import Session

from composer.audit.replay import Named
from library.rows import UNREADABLE, Row, check_unreadable
from library.tables import Table

_KINDS = {
    "cell": "answer",
    "snippet_version": "snippet version",
    "test_read": "reading of the test split",
    "service_token": "token",
}
_HASH = re.compile("[0-9a-f]{64}")
_TELLING = ("key", "name", "example_id", "candidate_id", "task", "target", "version", "kind", "reviewer", "url")
"""Columns that tell a reader which row it is."""


def kind_words(table: type[Table]) -> str:
    """Return what the rows of a table are, in words."""
    kind = str(table.__tablename__)
    return _KINDS.get(kind, kind)


def row_words(kind: str, key: str) -> str:
    """Return a row's table and key in words."""
    return f"{_KINDS.get(kind, kind)} {_short(key)}"


def _short(value: object) -> str:
    """Return a value as text, of a hash its first digits."""
    return _HASH.sub(lambda found: f"{found[0][:12]}…", str(value))


def told(session: Session, table: type[Table], key: str) -> str:
    """Return a stored row in words, with what tells which one it is."""
    mapped = inspect(table)
    (primary,) = mapped.primary_key
    columns = [mapped.columns[name] for name in _TELLING if name in mapped.columns and name != primary.name]
    number = int(key) if primary.type.python_type is int else key
    try:
        row = session.execute(sa_select(*columns).where(primary == number)).first() if columns else None
    except UNREADABLE as error:
        check_unreadable(error)
        row = None
    values = zip(columns, row or (), strict=False)
    known = ", ".join(f"{column.name.removesuffix('_id')} {_short(value)}" for column, value in values if value)
    return row_words(str(table.__tablename__), key) + (f" ({known})" if known else "")


def changed(session: Session, table: type[Table], key: str, said: Named) -> str:
    """Say that a row is not what the log says of it."""
    if not said.sha256:
        return f"{told(session, table, key)} is there, though it was removed by entry {said.entry} of the log"
    return f"{told(session, table, key)} is not what entry {said.entry} of the log says"


def gone(row: Row, said: Named | None) -> str:
    """Say that a row is no longer there, which the log names or something else rests on."""
    by = f", named by entry {said.entry} of the log," if said else ""
    return f"{row_words(*row)}{by} is gone"


def unknown(session: Session, table: type[Table], key: str) -> str:
    """Say that a row was written by no entry of the log."""
    return f"{told(session, table, key)} is in no entry of the log"
