"""Answers named in the log: those of a run or a job together, by one digest over their content hashes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime

from sqlmodel import Session, col, select

from composer.answers.store import DatabaseCells, Question
from composer.audit.begun import ANSWERS_BEGUN, ANSWERS_KEPT
from composer.models.answer import Answer
from composer.tables import CellRow
from library import log
from library.database import Database
from library.parts import in_parts
from library.rows import NAMED, ROWS, NamedRow, content_hashes
from library.tables import LogRow


class NamedCells(DatabaseCells):
    """Cells in the database that remember which answers no entry of the log names yet.

    An answer's hash is taken as it is stored, in the transaction that stores it. Where `announced`, the log says
    before the first of a target that answers are to come: no row of a run or a job says so.
    """

    def __init__(self, database: Database, *, subject: str, by: str, announced: bool = False) -> None:
        super().__init__(database)
        self._subject = subject
        self._by = by
        self._announced = announced
        self._begun: set[str] = set()
        self._storing: dict[str, str] = {}
        self._kept: dict[str, str] = {}
        self._found: dict[str, None] = {}

    def find(self, keys: Sequence[str]) -> dict[str, Answer]:
        """Return the stored answers among these keys."""
        found = super().find(keys)
        self._found.update(dict.fromkeys(found))
        return found

    def keep_many(self, answered: Sequence[tuple[Question, Answer]]) -> list[Answer]:
        """Store answers, all of them or none, and return what is stored for each: what was there before stays."""
        if self._announced:
            self._announce({question.target for question, _ in answered} - self._begun)
        kept = super().keep_many(answered)
        self._kept |= self._storing
        self._storing = {}
        return kept

    def _announce(self, targets: set[str]) -> None:
        """Say in the log that answers of these targets are to come."""
        said = [log.Change(ANSWERS_BEGUN, self._subject, "", {"target": target}) for target in sorted(targets)]
        if said:
            with self.database.session() as session:
                log.append_all(session, said, who=self._by, at=datetime.now(UTC))
            self._begun |= targets

    def _note(self, session: Session, keys: Sequence[str]) -> None:
        self._storing = dict(content_hashes(session, CellRow, keys))

    def name(self) -> None:
        """Write an entry that names the answers kept since the last one, and those found that no entry names.

        Those are of a run that was killed before it could name them, or older than content hashes.
        """
        with self.database.session() as session:
            unnamed = _unnamed(session, [key for key in self._found if key not in self._kept])
            found = list(content_hashes(session, CellRow, unnamed))
            named = [NamedRow("cell", *one) for one in (*self._kept.items(), *found)]
            if named:
                log.append(
                    session,
                    who=self._by,
                    action=ANSWERS_KEPT,
                    subject=self._subject,
                    why="",
                    detail={"answers": len(self._kept), "found": len(found)},
                    at=datetime.now(UTC),
                    named=named,
                )
        self._kept, self._found, self._begun = {}, {}, set()


@contextmanager
def named_answers(database: Database, *, subject: str, by: str, announced: bool = False) -> Iterator[NamedCells]:
    """Give a store of cells whose answers are named in the log at the end of the block, whatever ends it.

    `subject` is what they were asked for, such as `run:3`, and `by` is who asked for it. Answers of a process
    that is killed are named when somebody goes on with what it did; where neither a run nor a job says that they
    are to come, they are `announced` in the log.
    """
    cells = NamedCells(database, subject=subject, by=by, announced=announced)
    try:
        yield cells
    finally:
        cells.name()


def answers_kept(session: Session, subject: str, *, since: datetime) -> int:
    """Return how many answers were paid for a subject, such as `run:3`, however often that stopped and went on.

    Of those that it found unnamed, the ones given `since` it was entered count: a killed process of its own paid
    for them.
    """
    paid = 0
    for entry in session.exec(select(LogRow).where(LogRow.subject == subject, LogRow.action == ANSWERS_KEPT)):
        if not entry.detail.get("found"):
            paid += int(entry.detail.get("answers", 0))
            continue
        for some in in_parts(_named_cells(session, entry)):
            given = select(CellRow.key).where(col(CellRow.key).in_(some), CellRow.answered_at >= since)
            paid += len(session.exec(given).all())
    return paid


def _named_cells(session: Session, entry: LogRow) -> list[str]:
    """Return the keys of the cells that an entry names."""
    few = [name.partition(":")[2] for name in entry.detail.get(ROWS, {}) if name.startswith("cell:")]
    many = select(NAMED.c.key).where(NAMED.c.entry == entry.id, NAMED.c.kind == "cell")
    return [*few, *session.scalars(many)]


def _unnamed(session: Session, keys: Sequence[str]) -> list[str]:
    named: set[str] = set()
    for some in in_parts(keys):
        named |= set(session.scalars(select(NAMED.c.key).where(NAMED.c.kind == "cell", NAMED.c.key.in_(some))))
    return [key for key in keys if key not in named]
