"""The durable store of cells: every answer of a model, kept as it arrives and from then on not asked for again."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, cached_property
from time import monotonic
from typing import Any, NamedTuple, Protocol

from sqlalchemy import Row, Table
from sqlalchemy import select as sa_select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from composer.answers.served import Served
from composer.models.answer import Answer
from composer.prompts.messages import Messages
from composer.tables import CellRow
from library.address import POSTGRESQL
from library.canonical import digest
from library.database import Database
from library.parts import in_parts

SYNCED_SECONDS = 1.0
"""How long a stored answer may wait for the disk at most, where others follow it."""
_TABLE: Table = CellRow.__table__  # type: ignore[attr-defined]
_COLUMNS = tuple(_TABLE.columns)


@dataclass(frozen=True)
class Question:
    """What one cell asks: the messages for one example, of one target, in one replicate.

    They are as the task has them; that a target gets them merged follows from its hash.
    """

    messages: Messages
    target: str
    composition: str
    example_id: str
    replicate: int = 0

    @cached_property
    def key(self) -> str:
        """Identity of the answer: all that is sent, and to whom; sha256 in hex."""
        return digest({"messages": self.messages, "target": self.target, "replicate": self.replicate})


class CellStore(Protocol):
    """Where answers are kept."""

    def served(self, target: str) -> frozenset[Served]:
        """Return what models the stored answers of a target, by its hash, were given by, as far as reported."""

    def find(self, keys: Sequence[str]) -> dict[str, Answer]:
        """Return the stored answers among these keys."""

    def keep(self, question: Question, answer: Answer) -> Answer:
        """Store one answer permanently and return it, or the one stored under its key before: that one stays."""

    def keep_many(self, answered: Sequence[tuple[Question, Answer]]) -> list[Answer]:
        """Store answers, all of them or none, and return what is stored for each, as `keep` does."""


class MemoryCells:
    """Cells for as long as the process lives, where no home is wanted."""

    def __init__(self) -> None:
        self.stored: dict[str, Answer] = {}
        self._served: dict[str, set[Served]] = {}

    def served(self, target: str) -> frozenset[Served]:
        """Return what models the answers of a target were given by, as far as reported."""
        return frozenset(self._served.get(target, ()))

    def find(self, keys: Sequence[str]) -> dict[str, Answer]:
        """Return the stored answers among these keys."""
        return {key: self.stored[key] for key in keys if key in self.stored}

    def keep(self, question: Question, answer: Answer) -> Answer:
        """Store one answer and return it, or the one stored under its key before: that one stays."""
        if question.key not in self.stored:
            by = Served(answer.served_model, answer.system_fingerprint)
            self._served.setdefault(question.target, set()).add(by)
        return self.stored.setdefault(question.key, answer)

    def keep_many(self, answered: Sequence[tuple[Question, Answer]]) -> list[Answer]:
        """Store answers and return what is stored for each, as `keep` does."""
        return [self.keep(*one) for one in answered]


class DatabaseCells:
    """Cells in the database, each committed as it arrives, so that a kill loses none.

    On SQLite, what is stored is on the disk itself within a second (`SYNCED_SECONDS`), and before anything else
    is stored: answers that come faster than the disk takes them one by one go there together. Only a power cut
    makes a difference of that.
    """

    def __init__(self, database: Database) -> None:
        self.database = database
        self._synced = -SYNCED_SECONDS

    def served(self, target: str) -> frozenset[Served]:
        """Return what models the stored answers of a target, by its hash, were given by, as far as reported."""
        reported = select(CellRow.served_model, CellRow.system_fingerprint).where(CellRow.target == target)
        with self.database.session() as session:
            rows = session.exec(reported.distinct()).all()
        return frozenset(Served(model or "", fingerprint or "") for model, fingerprint in rows)

    def find(self, keys: Sequence[str]) -> dict[str, Answer]:
        """Return the stored answers among these keys."""
        with self.database.session() as session:
            return stored_answers(session, keys)

    def keep(self, question: Question, answer: Answer) -> Answer:
        """Store one answer permanently and return it, or the one stored under its key before: that one stays."""
        return self.keep_many([(question, answer)])[0]

    def keep_many(self, answered: Sequence[tuple[Question, Answer]]) -> list[Answer]:
        """Store answers, all of them or none, and return what is stored for each, as `keep` does."""
        if not answered:
            return []
        synced = monotonic() - self._synced >= SYNCED_SECONDS
        with self.database.session(synced=synced) as session:
            new = _insert(session, answered, datetime.now(UTC))
            # Another run may have asked the same question meanwhile.
            before = stored_answers(session, [one.key for one, _ in answered if one.key not in new])
            self._note(session, new)
        if synced:
            self._synced = monotonic()
        return [before.get(question.key, answer) for question, answer in answered]

    def _note(self, session: Session, keys: Sequence[str]) -> None:
        """Take note of the keys that are being stored, in the transaction that stores them."""


def _insert(session: Session, answered: Sequence[tuple[Question, Answer]], at: datetime) -> list[str]:
    """Store the answers that have none under their key yet, and return their keys."""
    rows = [_values(question, answer, at) for question, answer in answered]
    insert = _insert_or_leave(session.get_bind().dialect.name)
    return list(session.connection().execute(insert, rows).scalars())


@cache
def _insert_or_leave(dialect: str) -> Any:
    insert = postgresql.insert if dialect == POSTGRESQL else sqlite.insert
    return insert(_TABLE).on_conflict_do_nothing().returning(_TABLE.c.key)


def stored_answers(session: Session, keys: Sequence[str]) -> dict[str, Answer]:
    """Return the answers stored under these cell keys, as far as there are any."""
    found: dict[str, Answer] = {}
    for some in in_parts(keys):
        # As columns, not as objects that the session looks after: of thousands that takes a third of the time.
        for row in session.execute(sa_select(*_COLUMNS).where(col(CellRow.key).in_(some))):
            found[row.key] = _answer(row)
    return found


def keep_all(session: Session, answered: Iterable[tuple[Question, Answer]], *, at: datetime) -> None:
    """Store many answers at once, none of which is stored yet; `at` is when they were given."""
    session.add_all(_row(question, answer, at) for question, answer in answered)


def _row(question: Question, answer: Answer, at: datetime) -> CellRow:
    return CellRow(**_values(question, answer, at))


def _values(question: Question, answer: Answer, at: datetime) -> dict[str, Any]:
    return {
        "key": question.key,
        "target": question.target,
        "composition": question.composition,
        "example_id": question.example_id,
        "replicate": question.replicate,
        "text": answer.text,
        "finish_reason": answer.finish_reason,
        "prompt_tokens": answer.prompt_tokens,
        "completion_tokens": answer.completion_tokens,
        "seconds": answer.seconds,
        "answered_at": at,
        "refusal": answer.refusal,
        "reasoning": answer.reasoning,
        "reasoning_tokens": answer.reasoning_tokens,
        "problem": answer.problem,
        "served_model": answer.served_model,
        "system_fingerprint": answer.system_fingerprint,
    }


def _answer(row: CellRow | Row[Any]) -> Answer:
    return Answer(
        text=row.text,
        prompt_tokens=row.prompt_tokens,
        completion_tokens=row.completion_tokens,
        seconds=row.seconds,
        finish_reason=row.finish_reason,
        refusal=row.refusal or "",
        reasoning=row.reasoning or "",
        reasoning_tokens=row.reasoning_tokens or 0,
        problem=row.problem or "",
        served_model=row.served_model or "",
        system_fingerprint=row.system_fingerprint or "",
    )


def answered_examples(session: Session, target: str, composition: str, *, replicate: int = 0) -> frozenset[str]:
    """Return the ids of examples that a target was asked about with this composition, by its fingerprint.

    The text of an example may have been another then: only a `Question`'s key is certain.
    """
    asked = select(CellRow.example_id).where(CellRow.composition == composition, CellRow.target == target)
    return frozenset(session.exec(asked.where(CellRow.replicate == replicate)))


def answered_by(session: Session, composition: str, targets: Collection[str]) -> dict[str, frozenset[str]]:
    """Return the same of the first answers of several targets, by the hash of each that has any, in one look."""
    row = CellRow
    asked = select(row.target, row.example_id).where(row.composition == composition, row.replicate == 0)
    found: dict[str, set[str]] = {}
    for some in in_parts(sorted(targets)):
        for target, example in session.exec(asked.where(col(row.target).in_(some))):
            found.setdefault(target, set()).add(example)
    return {target: frozenset(each) for target, each in found.items()}


class Took(NamedTuple):
    """What one stored answer took: tokens of its prompt and of itself, and seconds."""

    prompt_tokens: int
    completion_tokens: int
    seconds: float


def stored_spending(session: Session, target: str, composition: str, keys: Sequence[str]) -> dict[str, Took]:
    """Return what the answers with these keys took, those stored under this composition in one go."""
    row = CellRow
    asked = select(row.key, row.prompt_tokens, row.completion_tokens, row.seconds)
    own = asked.where(row.composition == composition, row.target == target)
    known = {key: Took(prompt, answer, seconds) for key, prompt, answer, seconds in session.exec(own)}
    others = stored_answers(session, [key for key in keys if key not in known])
    more = {key: Took(one.prompt_tokens, one.completion_tokens, one.seconds) for key, one in others.items()}
    return {key: known[key] for key in keys if key in known} | more


def stored_texts(session: Session, target: str, composition: str, keys: Sequence[str]) -> dict[str, str]:
    """Return the raw texts of the answers with these keys, those stored under this composition in one go."""
    asked = select(CellRow.key, CellRow.text).where(CellRow.composition == composition, CellRow.target == target)
    known: dict[str, str] = dict(session.exec(asked).all())
    others = stored_answers(session, [key for key in keys if key not in known])
    return {key: known[key] for key in keys if key in known} | {key: one.text for key, one in others.items()}
