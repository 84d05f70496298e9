"""Candidates as stored: compositions submitted for review, each bound to its evidence by a hash."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError
from sqlalchemy import ColumnElement, RowMapping, Select, Table, Text, type_coerce
from sqlalchemy import select as sa_select
from sqlmodel import Session, func

from composer.candidates.outcome import Outcome
from composer.evaluation.outcomes import Difference, Gate, Row, Slice
from composer.prompts.parts import Parts
from composer.tables import CandidateRow
from library import log
from library.canonical import text_digest
from library.errors import Refused
from library.parts import in_parts
from library.roles import Role

if TYPE_CHECKING:
    from composer.candidates.evidence import Evidence

SUBMITTED = "candidate submitted"
PROPOSERS: tuple[Role, ...] = ("curator", "reviewer", "releaser", "admin")
"""Who may start a run, and so submit a candidate."""
READ = 4
"""Candidates whose evidence stays in memory: a page asks for the same one many times."""


@dataclass(frozen=True)
class CandidateSummary:
    """A candidate without its evidence, of which it holds the outcome: what lists need of it."""

    id: int
    run_id: int
    task: str
    target: str
    versions: tuple[int, ...]
    incumbent_versions: tuple[int, ...]
    evidence_hash: str
    proposed_by: str
    created_at: datetime
    rescored_from: int | None
    base: int | None
    incumbent_base: int | None
    outcome: Outcome

    @property
    def parts(self) -> Parts:
        """What its composition is made of."""
        return Parts(self.base, self.versions)

    @property
    def incumbent_parts(self) -> Parts:
        """What the composition is made of that it was compared with."""
        return Parts(self.incumbent_base, self.incumbent_versions)

    @property
    def figures(self) -> tuple[Difference, ...]:
        """The task's figures, the composite metric first."""
        return self.outcome.figures

    @property
    def gates(self) -> tuple[Gate, ...]:
        """The policy's gates."""
        return self.outcome.gates

    @property
    def failing_gates(self) -> tuple[Gate, ...]:
        """The binding gates that fail: each holds up an approval unless it is overridden."""
        return tuple(gate for gate in self.gates if gate.binding and not gate.passed)

    @property
    def regressions(self) -> tuple[str, ...]:
        """Ids of the examples that got worse, the worst first."""
        return self.outcome.worse


@dataclass(frozen=True)
class Candidate(CandidateSummary):
    """One candidate as stored; `evidence` is the paired comparison and all that identifies it."""

    evidence: Evidence

    @property
    def rows(self) -> tuple[Row, ...]:
        """Every test example under both prompts."""
        return self.evidence.rows

    @property
    def slices(self) -> tuple[Slice, ...]:
        """The difference in each slice of the examples."""
        return self.evidence.slices


_TABLE: Table = CandidateRow.__table__  # type: ignore[attr-defined]
_COLUMNS = tuple(column for column in _TABLE.columns if column.key != "evidence")
_STORED = type_coerce(_TABLE.c.evidence, Text)
"""Evidence as the text that is stored, which is hashed."""


def list_candidates(
    session: Session, *, task: str | None = None, target: str | None = None
) -> tuple[CandidateSummary, ...]:
    """Return the candidates without their evidence, newest first, of one task or target where given."""
    query: Select[Any] = sa_select(*_COLUMNS).order_by(_TABLE.c.id.desc())
    if task is not None:
        query = query.where(_TABLE.c.task == task)
    if target is not None:
        query = query.where(_TABLE.c.target == target)
    rows = session.execute(query).mappings()
    return tuple(CandidateSummary(**_fields(row), outcome=_outcome(session, row)) for row in rows)


def candidates_of(session: Session, task: str) -> tuple[int, ...]:
    """Return the candidates of a task by their ids, newest first."""
    found = session.execute(sa_select(_TABLE.c.id).where(_TABLE.c.task == task).order_by(_TABLE.c.id.desc()))
    return tuple(int(number) for (number,) in found)


def candidate_summaries(session: Session, ids: Sequence[int]) -> tuple[CandidateSummary, ...]:
    """Return the candidates with these ids without their evidence, newest first."""
    found: list[RowMapping] = []
    for some in in_parts(ids):
        found += session.execute(sa_select(*_COLUMNS).where(_TABLE.c.id.in_(some))).mappings()
    ordered = sorted(found, key=lambda row: -row["id"])
    return tuple(CandidateSummary(**_fields(row), outcome=_outcome(session, row)) for row in ordered)


def has_candidates(session: Session) -> bool:
    """Whether anything was ever put up for review."""
    return session.execute(sa_select(_TABLE.c.id).limit(1)).first() is not None


def newest_candidates(session: Session) -> dict[tuple[str, str], int]:
    """Return the newest candidate, by its id, of each task and target that has one."""
    newest = func.max(_TABLE.c.id)
    rows = session.execute(
        sa_select(_TABLE.c.task, _TABLE.c.target, newest).group_by(_TABLE.c.task, _TABLE.c.target)
    )
    return {(task, target): int(number) for task, target, number in rows}


def get_candidate_summary(session: Session, candidate_id: int) -> CandidateSummary:
    """Return one candidate without its evidence; raises `Refused` where there is none of this id."""
    row = _row(session, candidate_id, *_COLUMNS)
    return CandidateSummary(**_fields(row), outcome=_outcome(session, row))


def get_candidate(session: Session, candidate_id: int) -> Candidate:
    """Return one candidate; raises `Refused` where there is none, or its evidence is not what was logged."""
    row = _row(session, candidate_id, *_COLUMNS, _STORED.label("stored"))
    read = _read(row["stored"])
    logged = [entry for entry in log.entries(session, f"candidate:{candidate_id}") if entry.action == SUBMITTED]
    hashes = {read.hash, *(entry.detail["evidence"] for entry in logged)}
    proposers = {entry.detail.get("proposed_by", entry.who) for entry in logged}
    whole = hashes == {row["evidence_hash"]} and proposers == {row["proposed_by"]}
    if not whole or row["summary"] not in (None, read.outcome.as_json()):
        raise Refused(
            f"the evidence of candidate {candidate_id} is not the evidence that was stored",
            fix="Restore the database from a backup: evidence never changes.",
        )
    return Candidate(**_fields(row), outcome=read.outcome, evidence=read.evidence)


def _row(session: Session, candidate_id: int, *columns: ColumnElement[Any]) -> RowMapping:
    query: Select[Any] = sa_select(*columns).where(_TABLE.c.id == candidate_id)
    row = session.execute(query).mappings().first()
    if row is None:
        raise Refused(f"there is no candidate {candidate_id}", fix="The Inbox lists those there are.")
    return row


def _fields(row: RowMapping) -> dict[str, Any]:
    """Return the fields of a summary that its row holds as they are: all but the outcome."""
    kept = {column.key: row[column.key] for column in _COLUMNS if column.key != "summary"}
    return {**kept, "versions": tuple(row["versions"]), "incumbent_versions": tuple(row["incumbent_versions"])}


def _outcome(session: Session, row: RowMapping) -> Outcome:
    try:
        return Outcome.model_validate(row["summary"])
    except ValidationError:  # a row older than summaries, or one that was changed: its evidence has the outcome
        return _read(session.scalar(sa_select(_STORED).where(_TABLE.c.id == row["id"]))).outcome


@dataclass(frozen=True)
class _Read:
    text: str

    @cached_property
    def hash(self) -> str:
        return text_digest(self.text)

    @cached_property
    def evidence(self) -> Evidence:
        from composer.candidates.evidence import Evidence  # lists read outcomes, and do without it

        try:
            return Evidence.model_validate_json(self.text)
        except ValidationError as error:
            raise Refused(
                f"evidence {self.hash[:10]} can't be read: some of its fields are unknown to this version",
                fix="Open this home with the version that wrote it.",
            ) from error

    @cached_property
    def outcome(self) -> Outcome:
        return self.evidence.outcome()


@lru_cache(maxsize=READ)
def _read(text: str) -> _Read:
    """Read evidence from its stored text, once for the several times that a page asks for it."""
    return _Read(text)


def successor_of(session: Session, candidate_id: int) -> int | None:
    """Return the candidate that this one became when it was scored again; None where it wasn't."""
    return successors_of(session, [candidate_id]).get(candidate_id)


def successors_of(session: Session, ids: Sequence[int]) -> dict[int, int]:
    """Return the newest candidate that each of these became when it was scored again; others are left out."""
    found: dict[int, int] = {}
    before = _TABLE.c.rescored_from
    for some in in_parts(ids):
        query = sa_select(before, func.max(_TABLE.c.id)).where(before.in_(some)).group_by(before)
        found |= {int(one): int(newest) for one, newest in session.execute(query)}
    return found
