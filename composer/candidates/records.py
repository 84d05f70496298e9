"""Candidates: compositions put up for review, each bound to its evidence by a hash."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cached_property, lru_cache
from typing import Any

from sqlalchemy import Table, Text, type_coerce
from sqlalchemy import select as sa_select
from sqlmodel import Session, col, select

from composer.data.examples import Example
from composer.evaluation.comparison import Comparison, Difference, Gate, Row, Slice
from composer.models.target import Target
from composer.prompts.composition import Composition
from composer.tables import CandidateRow, RunRow, TestReadRow
from composer.task.task import Task
from library import log
from library.canonical import digest, text_digest
from library.errors import Refused
from library.people import Role, require

SUBMITTED = "candidate submitted"
PROPOSERS: tuple[Role, ...] = ("curator", "reviewer", "releaser", "admin")
"""Who may start a run, and so put a candidate up."""
READ = 4
"""Candidates whose evidence is kept as read: a page asks for the same one many times."""


@dataclass(frozen=True)
class Head:
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
class Candidate(Head):
    """One candidate as stored; `evidence` is the paired comparison and all that identifies it."""

    evidence: Mapping[str, Any]
    rows: tuple[Row, ...]
    """Every test example under both prompts."""

    @property
    def slices(self) -> tuple[Slice, ...]:
        """How each slice of the examples fared."""
        return tuple(Slice(**one) for one in self.evidence.get("slices", ()))


def note_test_read(
    session: Session, dataset: str, target_hash: str, composition: Composition, *, run_id: int, at: datetime
) -> int:
    """Note that the sealed test split is read for this composition; returns how often others read it before.

    The same composition on the same target reads the stored answers again, which counts once, also after a
    label was corrected.
    """
    query = select(TestReadRow).where(
        TestReadRow.dataset == dataset,
        TestReadRow.target == target_hash,
        TestReadRow.composition == composition.fingerprint,
    )
    row = session.exec(query).first()
    if row is None:
        row = TestReadRow(
            dataset=dataset,
            target=target_hash,
            composition=composition.fingerprint,
            run_id=run_id,
            read_at=at,
        )
        session.add(row)
        session.flush()
    # A corrected label makes another dataset, of examples that were read all the same.
    task = dataset.partition(":")[0]
    others = select(TestReadRow.composition, TestReadRow.target).where(
        col(TestReadRow.dataset).startswith(f"{task}:", autoescape=True),
        col(TestReadRow.id) < row.id,
        ~((col(TestReadRow.composition) == composition.fingerprint) & (col(TestReadRow.target) == target_hash)),
    )
    return len(session.exec(others.distinct()).all())


@dataclass(frozen=True)
class Measured:
    """What two prompts were measured on: the task, the target, the sealed examples, and both compositions.

    `cells` holds the cell keys of `incumbent` and `candidate` in the order of `examples`.
    """

    task: Task
    target: Target
    dataset: str
    examples: Sequence[Example]
    incumbent: Composition
    candidate: Composition
    cells: Mapping[str, Sequence[str]]


def evidence_of(
    measured: Measured, comparison: Comparison, search: Mapping[str, Any], *, reads_before: int
) -> dict[str, Any]:
    """Gather all that an approval rests on, as one JSON value; `search` says how the candidate was found."""
    task = measured.task
    return {
        "task": {"name": task.name, "hash": task.hash, "metric": task.metric},
        "target": {"name": measured.target.name, "hash": measured.target.hash},
        "data": {
            "dataset": measured.dataset,
            "split": "test",
            "examples": [example.id for example in measured.examples],
        },
        "incumbent": _side(measured.incumbent, measured.cells["incumbent"]),
        "candidate": _side(measured.candidate, measured.cells["candidate"]),
        "figures": [asdict(figure) for figure in comparison.figures],
        "gates": [asdict(gate) for gate in comparison.gates],
        "counts": dict(comparison.counts),
        "slices": [asdict(one) for one in comparison.slices],
        "rows": [asdict(row) for row in comparison.rows],
        "search": dict(search),
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


def summary_of(evidence: Mapping[str, Any]) -> dict[str, Any]:
    """Return what lists and the rules of approval need of a candidate's evidence."""
    return _summary(evidence, tuple(Row(**row) for row in evidence["rows"]))


def _summary(evidence: Mapping[str, Any], rows: Sequence[Row]) -> dict[str, Any]:
    worse = sorted((row for row in rows if row.outcome == "worse"), key=lambda row: (-row.change, row.example_id))
    return {
        "task_hash": evidence["task"]["hash"],
        "target_hash": evidence["target"]["hash"],
        "dataset": evidence["data"]["dataset"],
        "prompts": {side: evidence[side]["prompt_sha256"] for side in ("incumbent", "candidate")},
        "figures": evidence["figures"],
        "gates": evidence["gates"],
        "counts": evidence["counts"],
        "worse": [row.example_id for row in worse],
    }


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


def heads(session: Session) -> tuple[Head, ...]:
    """Return every candidate without its evidence, newest first."""
    rows = session.execute(sa_select(*_COLUMNS).order_by(col(CandidateRow.id).desc())).mappings()
    return tuple(_head(session, {str(name): value for name, value in row.items()}) for row in rows)


_TABLE: Table = CandidateRow.__table__  # type: ignore[attr-defined]
_COLUMNS = tuple(column for column in _TABLE.columns if column.key != "evidence")


def _head(session: Session, row: Mapping[str, Any]) -> Head:
    summary = row["summary"] or summary_of(session.get_one(CandidateRow, row["id"]).evidence)
    return Head(**_fields({**row, "summary": summary}))


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
