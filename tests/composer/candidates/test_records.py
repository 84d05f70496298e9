"""Candidates: bound to their evidence by a hash, and the sealed test split's uses counted."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel import select

from composer.candidates.records import Candidate, get_candidate, list_candidates, submit
from composer.candidates.test_split import note_test_read
from composer.runs.plan import Plan, plan_run
from composer.tables import CandidateRow, TestReadRow
from library import log
from library.canonical import digest
from library.database import Database
from library.errors import Refused
from tests import small


def stored(database: Database) -> Candidate:
    with database.session() as session:
        return get_candidate(session, 1)


def plan(database: Database) -> Plan:
    with database.session() as session:
        return plan_run(session, "small", "tiny", strategy="greedy", seed=0, budget=100)


def test_the_evidence_identifies_all_it_rests_on(submitted: Database) -> None:
    evidence = stored(submitted).evidence
    found = plan(submitted)
    assert evidence["task"]["hash"] == found.task.hash
    assert evidence["target"]["hash"] == found.target.hash
    assert evidence["data"]["dataset"] == found.dataset
    assert evidence["data"]["split"] == "test"
    assert evidence["task"]["metric"] == "nmse"
    for side in ("incumbent", "candidate"):
        assert len(evidence[side]["cells"]) == len(evidence["data"]["examples"]) == 16
        assert len(evidence[side]["prompt_sha256"]) == 64
    for snippet in evidence["candidate"]["snippets"]:
        assert set(snippet) == {"key", "version", "sha256"}
    assert set(evidence["search"]) >= {"strategy", "seed", "budget", "tried"}
    assert stored(submitted).evidence_hash == digest(evidence)


def test_its_cells_are_stored_answers(submitted: Database) -> None:
    evidence = stored(submitted).evidence
    keys = {*evidence["incumbent"]["cells"], *evidence["candidate"]["cells"]}
    with submitted.session() as session:
        known = set(session.exec(text("select key from cell")).scalars())  # type: ignore[call-overload]
    assert len(keys) == 32
    assert keys <= known


CHANGES: dict[str, Any] = {
    "a figure": lambda e: e["figures"][0].update(candidate=12.5),
    "a bound": lambda e: e["figures"][0].update(high=-99.0),
    "a gate": lambda e: e["gates"][0].update(passed=not e["gates"][0]["passed"]),
    "a row": lambda e: e["rows"][3].update(candidate_loss=0.25),
    "a cell": lambda e: e["candidate"]["cells"].reverse(),
    "a snippet's hash": lambda e: e["candidate"]["snippets"][0].update(sha256="0" * 64),
    "the task": lambda e: e["task"].update(hash="0" * 64),
    "compositions tried": lambda e: e["search"].update(tried=1),
    "uses of the test split": lambda e: e.update(test_reads_before=7),
    "an addition": lambda e: e.update(note="fine"),
    "a removal": lambda e: e.pop("gates"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_evidence_that_was_changed_in_its_row_is_found(submitted: Database, change: Any) -> None:
    with submitted.session() as session:
        row = session.get_one(CandidateRow, 1)
        evidence = deepcopy(dict(stored(submitted).evidence))
        change(evidence)
        row.evidence = evidence
        session.add(row)
    with pytest.raises(Refused, match="not the evidence that was stored"):
        stored(submitted)


def test_evidence_swapped_together_with_its_hash_is_found_by_the_log(submitted: Database) -> None:
    with submitted.session() as session:
        row = session.get_one(CandidateRow, 1)
        row.evidence = {**row.evidence, "test_reads_before": 5}
        row.evidence_hash = digest(row.evidence)
        session.add(row)
    with pytest.raises(Refused, match="not the evidence that was stored"):
        stored(submitted)


def test_the_same_evidence_of_a_run_is_the_same_candidate(submitted: Database) -> None:
    candidate = stored(submitted)
    found = plan(submitted)
    composition = found.vocabulary.compose([one["key"] for one in candidate.evidence["candidate"]["snippets"]])
    with submitted.session() as session:
        before = len(log.entries(session))
        number = submit(session, 1, composition, found.incumbent, candidate.evidence, by="Ada", at=small.NOW)
        assert number == 1
        assert len(log.entries(session)) == before
        assert len(list_candidates(session)) == 1


def test_submitting_is_logged_with_the_hash_of_the_evidence(submitted: Database) -> None:
    with submitted.session() as session:
        (entry,) = log.entries(session, "candidate:1")
        assert (entry.who, entry.action) == ("Ada", "candidate submitted")
        assert entry.detail["evidence"] == stored(submitted).evidence_hash
        assert log.first_broken(session) is None


def test_each_composition_reads_the_test_split_once_and_is_told_how_many_did_before(filled: Database) -> None:
    found = plan(filled)
    number = small.enter(filled, budget=100)
    first, second = (found.vocabulary.compose([key]) for key in ("exact", "topic"))
    with filled.session() as session:
        told = [
            note_test_read(session, found.dataset, found.target.hash, one, run_id=number, at=small.NOW)
            for one in (first, second, first, second)
        ]
        assert told == [0, 1, 0, 1]
        assert len(session.exec(select(TestReadRow)).all()) == 2


def test_a_candidate_that_is_not_there_is_refused(submitted: Database) -> None:
    with submitted.session() as session, pytest.raises(Refused, match="no candidate 2"):
        get_candidate(session, 2)
