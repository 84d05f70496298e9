"""The whole log against all rows, and the part of both that concerns a candidate."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sqlmodel import Session

from composer.audit.begun import ANSWERS_KEPT
from composer.audit.comparison import Compared, compare, judge_unnamed, logged_tables
from composer.audit.contents import content_differences
from composer.audit.older import lost
from composer.audit.replay import (
    Head,
    LogEnd,
    batch_differences,
    batches,
    end_differences,
    entries_naming,
    log_end,
    named_rows,
)
from composer.audit.wording import gone
from library.log import EMPTY, BrokenChain, LogEntry, chained_entries
from library.rows import BATCH
from library.tables import Table


@dataclass(frozen=True)
class Audit:
    """What checking the log and all rows against each other found; whole where `differences` is empty.

    `rows` counts the rows that are what the log says. `older` has the keys, by table, of rows from before
    entries named rows by their hashes, which are not covered; `waiting` counts the answers of runs that haven't
    ended, which are named when they end or go on.
    """

    head: Head
    rows: int
    older: Mapping[type[Table], Sequence[str]]
    waiting: int
    differences: tuple[str, ...]


def audit(session: Session) -> Audit:
    """Check the chain of the log, and the log against the rows both ways."""
    entries: list[LogEntry] = []
    try:
        entries.extend(chained_entries(session))
    except BrokenChain as broken:
        return Audit(_head(entries), 0, {}, 0, (broken.what,))
    end, together = log_end(session), batches(session)
    named = named_rows(entries, together)
    found = compare(session, dict.fromkeys(logged_tables()), named)
    older, waiting = judge_unnamed(session, found, _older(entries, end))
    differences = [
        *end_differences(entries, end),
        *batch_differences(entries, together),
        *found.differences,
        *(gone(row, one) for row, one in named.items() if one.sha256 and row not in found.present),
        *_lost(entries, end, found),
    ]
    return Audit(_head(entries), found.same, older, waiting, (*differences, *content_differences(session)))


ADOPTED = "rows adopted"
_MANY = (ANSWERS_KEPT, "data imported")
"""Actions that name answers and examples, of which those that concern a candidate are known by their keys."""


def differences_about(
    session: Session, rows: Mapping[type[Table], Sequence[str]], concerns: Callable[[LogEntry], bool]
) -> tuple[str, ...]:
    """Check the chain of the log, and the log against these rows and those that some entries name.

    `rows` are keys by table; a row of them that isn't there is a difference too.
    """
    entries: list[LogEntry] = []
    try:
        entries.extend(chained_entries(session))
    except BrokenChain as broken:
        return (broken.what,)
    end = log_end(session)
    keys = {str(table.__tablename__): some for table, some in rows.items()}
    about = {one.id for one in entries if concerns(one)}
    wanted = entries_naming(session, keys)
    wanted |= {one.id for one in entries if one.id in about and BATCH in one.detail and one.action not in _MANY}
    together = batches(session, wanted)
    named = named_rows(entries, together)
    concerned = {(kind, key) for kind, some in keys.items() for key in some}
    concerned |= {row for row, one in named_rows([e for e in entries if e.id in about], together).items()}
    tables = {str(one.__tablename__): one for one in logged_tables()}
    by_table: dict[type[Table], list[str]] = {}
    for kind, key in sorted(concerned):
        by_table.setdefault(tables[kind], []).append(key)
    found = compare(session, by_table, named)
    judge_unnamed(session, found, _older(entries, end))
    missing = [row for row in sorted(concerned - found.present) if row not in named or named[row].sha256]
    return (
        *end_differences(entries, end),
        *batch_differences(entries, together, only=wanted),
        *found.differences,
        *(gone(row, named.get(row)) for row in missing),
    )


def _lost(entries: Sequence[LogEntry], end: LogEnd | None, found: Compared) -> list[str]:
    """Say what is gone of the rows that older entries made; once they are adopted, the log names each."""
    if any(one.action == ADOPTED for one in entries):
        return []
    unnamed = {str(table.__tablename__): len(keys) for table, keys in found.unnamed.items()}
    return lost(found.present, unnamed, _older(entries, end))


def _head(entries: Sequence[LogEntry]) -> Head:
    return Head(len(entries), entries[-1].hash if entries else EMPTY)


def _older(entries: Sequence[LogEntry], end: LogEnd | None) -> list[LogEntry]:
    """Return the entries from before rows were named by their hashes."""
    return [one for one in entries if end is not None and one.id <= end.older]
