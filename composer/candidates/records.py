"""Candidates: compositions put up for review, each bound to its evidence by a hash."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, lru_cache
from typing import Any

from sqlalchemy import Table, Text, type_coerce
from sqlalchemy import select as sa_select
from sqlmodel import Session, col, select

from composer.candidates.evidence import _summary, summary_of
from composer.evaluation.comparison import Slice
from composer.evaluation.gates import Gate
from composer.evaluation.outcomes import Difference, Row
from composer.prompts.composition import Composition
from composer.tables import CandidateRow, RunRow
from library import log
from library.canonical import digest, text_digest
from library.errors import Refused
from library.people import require
from library.roles import Role

SUBMITTED = "candidate submitted"
PROPOSERS: tuple[Role, ...] = ("curator", "reviewer", "releaser", "admin")
"""Who may start a run, and so put a candidate up."""
READ = 4
"""Candidates whose evidence is kept as read: a page asks for the same one many times."""


@dataclass(frozen=True)
class CandidateSummary:
    """What lists need of a candidate: all but its evidence, of which `summary` holds the outcome."""

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
    summary: Mapping[str, Any]

    @property
    def figures(self) -> tuple[Difference, ...]:
        """The task's figures, the composite metric first."""
        return tuple(Difference(**figure) for figure in self.summary["figures"])

    @property
    def gates(self) -> tuple[Gate, ...]:
        """The policy's gates."""
        return tuple(Gate(**gate) for gate in self.summary["gates"])

    @property
    def regressions(self) -> tuple[str, ...]:
        """Ids of the examples that got worse, the worst first."""
        return tuple(self.summary["worse"])


@dataclass(frozen=True)
class Candidate(CandidateSummary):
    """One candidate as stored; `evidence` is the paired comparison and all that identifies it."""

    evidence: Mapping[str, Any]
    rows: tuple[Row, ...]
    """Every test example under both prompts."""

    @property
    def slices(self) -> tuple[Slice, ...]:
        """How each slice of the examples fared."""
        return tuple(Slice(**one) for one in self.evidence.get("slices", ()))


def submit(
    session: Session,
    run_id: int,
    composition: Composition,
    incumbent: Composition,
    evidence: Mapping[str, Any],
    *,
    by: str,
    at: datetime,
    rescored_from: int | None = None,
) -> int:
    """Put a composition up for review and return its candidate id; the same evidence of a run is the same one.

    Whoever started the run proposed it, also where another has it scored again: they proposed nothing.
    """
    require(session, by, *PROPOSERS)
    evidence_hash = digest(evidence)
    query = select(CandidateRow).where(CandidateRow.run_id == run_id, CandidateRow.evidence_hash == evidence_hash)
    row = session.exec(query).first()
    if row is None:
        proposed_by = session.get_one(RunRow, run_id).started_by
        row = CandidateRow(
            run_id=run_id,
            task=evidence["task"]["name"],
            target=evidence["target"]["name"],
            versions=[version.id for version in composition.versions],
            incumbent_versions=[version.id for version in incumbent.versions],
            evidence=dict(evidence),
            evidence_hash=evidence_hash,
            proposed_by=proposed_by,
            created_at=at,
            rescored_from=rescored_from,
            summary=summary_of(evidence),
        )
        session.add(row)
        session.flush()
        told: dict[str, Any] = {} if rescored_from is None else {"rescored_from": rescored_from}
        told |= {} if proposed_by == by else {"proposed_by": proposed_by}
        log.append(
            session,
            who=by,
            action=SUBMITTED,
            subject=f"candidate:{row.id}",
            why="",
            detail={"run": run_id, "evidence": evidence_hash, "snippets": list(composition.keys), **told},
            at=at,
        )
    assert row.id is not None
    return row.id


def list_candidates(session: Session) -> tuple[CandidateSummary, ...]:
    """Return every candidate without its evidence, newest first."""
    rows = session.execute(sa_select(*_COLUMNS).order_by(col(CandidateRow.id).desc())).mappings()
    return tuple(_head(session, {str(name): value for name, value in row.items()}) for row in rows)


_TABLE: Table = CandidateRow.__table__  # type: ignore[attr-defined]
_COLUMNS = tuple(column for column in _TABLE.columns if column.key != "evidence")


def _head(session: Session, row: Mapping[str, Any]) -> CandidateSummary:
    summary = row["summary"] or summary_of(session.get_one(CandidateRow, row["id"]).evidence)
    return CandidateSummary(**_fields({**row, "summary": summary}))


def _fields(row: Mapping[str, Any]) -> dict[str, Any]:
    return {**row, "versions": tuple(row["versions"]), "incumbent_versions": tuple(row["incumbent_versions"])}


def get_candidate(session: Session, candidate_id: int) -> Candidate:
    """Return one candidate; raises `Refused` where there is none, or its evidence isn't what the log says."""
    query = sa_select(*_COLUMNS, type_coerce(_TABLE.c.evidence, Text).label("raw")).where(
        _TABLE.c.id == candidate_id
    )
    row = session.execute(query).mappings().first()
    if row is None:
        raise Refused(f"there is no candidate {candidate_id}", fix="The Inbox lists those there are.")
    read = _read(row["raw"])
    logged = [entry for entry in log.entries(session, f"candidate:{candidate_id}") if entry.action == SUBMITTED]
    hashes = {read.hash, *(entry.detail["evidence"] for entry in logged)}
    proposers = {entry.detail.get("proposed_by", entry.who) for entry in logged}
    whole = hashes == {row["evidence_hash"]} and proposers == {row["proposed_by"]}
    if not whole or row["summary"] not in (None, read.summary):
        raise Refused(
            f"the evidence of candidate {candidate_id} is not the evidence that was stored",
            fix="Restore the database from a backup: evidence never changes.",
        )
    stored = {column.key: row[column.key] for column in _COLUMNS}
    return Candidate(**_fields({**stored, "summary": read.summary}), evidence=read.evidence, rows=read.rows)


@dataclass(frozen=True)
class _Read:
    evidence: Mapping[str, Any]
    hash: str

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        return tuple(Row(**row) for row in self.evidence["rows"])

    @cached_property
    def summary(self) -> dict[str, Any]:
        return _summary(self.evidence, self.rows)


@lru_cache(maxsize=READ)
def _read(raw: str) -> _Read:
    """Read evidence as stored: its canonical text, whose hash is its identity."""
    return _Read(json.loads(raw), text_digest(raw))


def successor_of(session: Session, candidate_id: int) -> int | None:
    """Return the candidate that this one became when it was scored again; None where it wasn't."""
    query = select(CandidateRow.id).where(CandidateRow.rescored_from == candidate_id)
    return session.exec(query.order_by(col(CandidateRow.id).desc())).first()
