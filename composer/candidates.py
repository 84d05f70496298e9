"""Candidates: compositions put up for review, each bound to its evidence by a hash."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, func, select

from composer.comparison import Comparison, Difference, Gate, Row
from composer.composition import Composition
from composer.data.examples import Example
from composer.runs import Plan
from composer.search.problem import Found
from composer.tables import CandidateRow, TestReadRow
from library import log
from library.canonical import digest, text_digest
from library.errors import Refused

SUBMITTED = "candidate submitted"


@dataclass(frozen=True)
class Candidate:
    """One candidate as stored; `evidence` is the paired comparison and all that identifies it."""

    id: int
    run_id: int
    task: str
    target: str
    versions: tuple[int, ...]
    incumbent_versions: tuple[int, ...]
    evidence: Mapping[str, Any]
    evidence_hash: str
    proposed_by: str
    created_at: datetime

    @property
    def figures(self) -> tuple[Difference, ...]:
        """The task's figures, the composite metric first."""
        return tuple(Difference(**figure) for figure in self.evidence["figures"])

    @property
    def gates(self) -> tuple[Gate, ...]:
        """The policy's gates."""
        return tuple(Gate(**gate) for gate in self.evidence["gates"])

    @property
    def rows(self) -> tuple[Row, ...]:
        """Every test example under both prompts."""
        return tuple(Row(**row) for row in self.evidence["rows"])


def note_test_read(session: Session, plan: Plan, composition: Composition, *, run_id: int, at: datetime) -> int:
    """Note that the sealed test split is read for this composition; returns how often others read it before.

    The same composition on the same target reads the stored answers again, which counts once.
    """
    query = select(TestReadRow).where(
        TestReadRow.dataset == plan.dataset,
        TestReadRow.target == plan.target.hash,
        TestReadRow.composition == composition.fingerprint,
    )
    row = session.exec(query).first()
    if row is None:
        row = TestReadRow(
            dataset=plan.dataset,
            target=plan.target.hash,
            composition=composition.fingerprint,
            run_id=run_id,
            read_at=at,
        )
        session.add(row)
        session.flush()
    before = select(func.count()).where(TestReadRow.dataset == plan.dataset, col(TestReadRow.id) < row.id)
    return int(session.exec(before).one())


def evidence_of(
    plan: Plan,
    candidate: Composition,
    comparison: Comparison,
    examples: Sequence[Example],
    cells: Mapping[str, Sequence[str]],
    found: Found,
    *,
    reads_before: int,
) -> dict[str, Any]:
    """Gather all that an approval rests on, as one JSON value.

    `cells` holds the cell keys of `incumbent` and `candidate` in the order of `examples`.
    """
    return {
        "task": {"name": plan.task.name, "hash": plan.task.hash, "metric": plan.task.metric},
        "target": {"name": plan.target.name, "hash": plan.target.hash},
        "data": {"dataset": plan.dataset, "split": "test", "examples": [example.id for example in examples]},
        "incumbent": _side(plan.incumbent, cells["incumbent"]),
        "candidate": _side(candidate, cells["candidate"]),
        "figures": [asdict(figure) for figure in comparison.figures],
        "gates": [asdict(gate) for gate in comparison.gates],
        "counts": dict(comparison.counts),
        "rows": [asdict(row) for row in comparison.rows],
        "search": {
            "strategy": plan.strategy,
            "seed": plan.seed,
            "budget": plan.budget,
            "tried": found.tried,
            "estimate": found.gain,
            "stopped": found.stopped,
        },
        "test_reads_before": reads_before,
    }


def _side(composition: Composition, cells: Sequence[str]) -> dict[str, Any]:
    return {
        "fingerprint": composition.fingerprint,
        "prompt_sha256": text_digest(composition.text),
        "snippets": [
            {"key": version.key, "version": version.version, "sha256": version.sha256}
            for version in composition.versions
        ],
        "cells": list(cells),
    }


def submit(
    session: Session,
    run_id: int,
    plan: Plan,
    candidate: Composition,
    evidence: Mapping[str, Any],
    *,
    by: str,
    at: datetime,
) -> int:
    """Put a composition up for review and return its candidate id; the same evidence of a run is the same one."""
    evidence_hash = digest(evidence)
    query = select(CandidateRow).where(CandidateRow.run_id == run_id, CandidateRow.evidence_hash == evidence_hash)
    row = session.exec(query).first()
    if row is None:
        row = CandidateRow(
            run_id=run_id,
            task=plan.task.name,
            target=plan.target.name,
            versions=[version.id for version in candidate.versions],
            incumbent_versions=[version.id for version in plan.incumbent.versions],
            evidence=dict(evidence),
            evidence_hash=evidence_hash,
            proposed_by=by,
            created_at=at,
        )
        session.add(row)
        session.flush()
        log.append(
            session,
            who=by,
            action=SUBMITTED,
            subject=f"candidate:{row.id}",
            why="",
            detail={"run": run_id, "evidence": evidence_hash, "snippets": list(candidate.keys)},
            at=at,
        )
    assert row.id is not None
    return row.id


def candidates(session: Session) -> tuple[Candidate, ...]:
    """Return every candidate, newest first."""
    rows = session.exec(select(CandidateRow).order_by(col(CandidateRow.id).desc()))
    return tuple(_candidate(row) for row in rows)


def get_candidate(session: Session, candidate_id: int) -> Candidate:
    """Return one candidate; raises `Refused` where there is none, or its evidence isn't what the log says."""
    row = session.get(CandidateRow, candidate_id)
    if row is None:
        raise Refused(f"there is no candidate {candidate_id}", fix="The Inbox lists those there are.")
    logged = [entry for entry in log.entries(session, f"candidate:{candidate_id}") if entry.action == SUBMITTED]
    hashes = {digest(row.evidence), *(entry.detail["evidence"] for entry in logged)}
    if not logged or hashes != {row.evidence_hash}:
        raise Refused(
            f"the evidence of candidate {candidate_id} is not the evidence that was stored",
            fix="Restore the database from a backup: evidence never changes.",
        )
    return _candidate(row)


def _candidate(row: CandidateRow) -> Candidate:
    assert row.id is not None
    return Candidate(
        row.id,
        row.run_id,
        row.task,
        row.target,
        tuple(row.versions),
        tuple(row.incumbent_versions),
        row.evidence,
        row.evidence_hash,
        row.proposed_by,
        row.created_at,
    )
