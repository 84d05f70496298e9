"""What the log says of the rows: each row that an entry names, with its hash as the last such entry has it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Table as SqlTable
from sqlalchemy import select as sa_select
from sqlmodel import Session

from library import log
from library.canonical import is_digest
from library.errors import Refused
from library.log import EMPTY, END, LogEntry
from library.parts import in_parts
from library.rows import BATCH, NAMED, ROWS, NamedRow, Row, batch_digest
from library.tables import LogRow

_LOG: SqlTable = LogRow.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True)
class Named:
    """What the log says of a row: the hash of its content, empty where it was deleted, by the entry of this id."""

    sha256: str
    entry: int


@dataclass(frozen=True)
class Head:
    """The end of a log: how many entries it has, and the hash of the last. Kept elsewhere, it shows later cuts."""

    entries: int
    hash: str

    def __str__(self) -> str:
        """Both in one word, as `audit head` prints it."""
        return f"{self.entries}:{self.hash}"


@dataclass(frozen=True)
class LogEnd:
    """Where a log is noted to end; `older` is the id of its last entry from before rows were named by hashes."""

    entries: int
    head: str
    older: int


def log_end(session: Session) -> LogEnd | None:
    """Return where the log is noted to end; None where that note is gone."""
    row = session.execute(sa_select(END.c.entries, END.c.head, END.c.older)).first()
    return LogEnd(*row) if row else None


def end_differences(entries: Sequence[LogEntry], end: LogEnd | None) -> list[str]:
    """Say where the log doesn't end as is noted beside it; empty where it does."""
    if end is None:
        return ["where the log ends is noted nowhere"]
    hashes = [EMPTY, *(one.hash for one in entries)]
    if end.head not in hashes:
        last = f"entry {entries[-1].id}" if entries else "nothing"
        return [f"the log ends with {last}, but had {end.entries} entries: its end was cut off"]
    if hashes.index(end.head) != end.entries:
        return [f"the log is noted to have {end.entries} entries, and has {len(entries)}"]
    hidden = [one for one in entries if one.id <= end.older and (ROWS in one.detail or BATCH in one.detail)]
    return [f"entry {one.id} of the log is noted as older than content hashes, and names some" for one in hidden]


def batches(session: Session, entries: Iterable[int] | None = None) -> dict[int, list[NamedRow]]:
    """Return the rows that entries name together, by the entry's id: of all entries, or of these."""
    query = sa_select(NAMED.c.entry, NAMED.c.kind, NAMED.c.key, NAMED.c.sha256)
    found: dict[int, list[NamedRow]] = {}
    for some in [None] if entries is None else in_parts(sorted(entries)):
        rows = session.execute(query if some is None else query.where(NAMED.c.entry.in_(some)))
        for entry, *row in rows:
            found.setdefault(entry, []).append(NamedRow(*row))
    return found


def entries_naming(session: Session, rows: Mapping[str, Sequence[str]]) -> set[int]:
    """Return the ids of the entries that name any of these rows (keys by table) together with others."""
    found: set[int] = set()
    for kind, keys in rows.items():
        for some in in_parts(keys):
            named = (NAMED.c.kind == kind) & NAMED.c.key.in_(some)
            found |= set(session.scalars(sa_select(NAMED.c.entry).where(named).distinct()))
    return found


def batch_differences(
    entries: Sequence[LogEntry], together: Mapping[int, Sequence[NamedRow]], only: Collection[int] | None = None
) -> list[str]:
    """Say which entries' batches aren't what they were when the entry was written; of `only` these, if given."""
    known = {one.id: one.detail[BATCH] for one in entries if BATCH in one.detail}
    wanted = set(known) | set(together) if only is None else set(only)
    found = []
    for entry in sorted(wanted):
        rows = together.get(entry, ())
        said = known.get(entry)
        if said is None:
            found.append(f"{len(rows)} rows are noted as named by entry {entry} of the log, which names none so")
        elif (said["rows"], said["sha256"]) != (len(rows), batch_digest(rows)):
            found.append(f"the hashes of {said['rows']} rows that entry {entry} of the log names are not its own")
    return found


def named_rows(entries: Iterable[LogEntry], together: Mapping[int, Sequence[NamedRow]]) -> dict[Row, Named]:
    """Return what the log says of each row that it names, the last entry that names it counting."""
    found: dict[Row, Named] = {}
    for entry in entries:
        for name, sha256 in entry.detail.get(ROWS, {}).items():
            kind, _, key = name.partition(":")
            found[kind, key] = Named(sha256 or "", entry.id)
        for row in together.get(entry.id, ()):
            found[row.kind, row.key] = Named(row.sha256 or "", entry.id)
    return found


@dataclass(frozen=True)
class KnownHead:
    """A head that was kept elsewhere: whether the log still goes on from it, and that in words."""

    follows: bool
    said: str


def head_of(session: Session) -> Head:
    """Return where the log ends."""
    return Head(log.count(session), log.head(session))


def known_head(session: Session, given: str) -> KnownHead:
    """Compare a head that was kept with the log; raises `Refused` where it is no head.

    It is what `Head` is as a text, or the hash alone.
    """
    number, _, hash_ = given.strip().rpartition(":")
    if not is_digest(hash_) or not (number.isdecimal() or not number):
        raise Refused(f"{given!r} is no head of a log", fix="Give what `composer audit head` printed.")
    hashes = [EMPTY, *session.scalars(sa_select(_LOG.c.hash).order_by(_LOG.c.id))]
    now = f"the log has {len(hashes) - 1} entries now"
    if hash_ not in hashes:
        return KnownHead(
            False, f"the log doesn't go on from the head that was kept ({given.strip()[:20]}…): {now}"
        )
    place = hashes.index(hash_)
    if number and int(number) != place:
        return KnownHead(False, f"the head that was kept is entry {place} now, not {number}")
    return KnownHead(True, f"the log goes on from the head that was kept, its entry {place}: {now}")
