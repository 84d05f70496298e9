"""Candidates: bound to their evidence by a hash, and listed without it."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text

from composer.candidates.records import (
    Candidate,
    get_candidate,
    get_candidate_summary,
    list_candidates,
)
from composer.tables import CandidateRow
from library.canonical import digest
from library.database import Database
from library.errors import Refused
from tests.composer.review import acts


def stored(database: Database) -> Candidate:
    with database.session() as session:
        return get_candidate(session, 1)


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
        evidence = stored(submitted).evidence.as_json()
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


def test_a_candidate_that_is_not_there_is_refused(submitted: Database) -> None:
    with submitted.session() as session, pytest.raises(Refused, match="no candidate 2"):
        get_candidate(session, 2)
    with submitted.session() as session, pytest.raises(Refused, match="no candidate 2"):
        get_candidate_summary(session, 2)


def test_a_summary_is_the_candidate_without_its_evidence(submitted: Database) -> None:
    with submitted.session() as session:
        whole, summary = get_candidate(session, 1), get_candidate_summary(session, 1)
        assert list_candidates(session) == (summary,)
    assert summary.outcome == whole.outcome == whole.evidence.outcome()
    assert (summary.figures, summary.gates) == (whole.evidence.figures, whole.evidence.gates)
    shared = set(vars(summary))
    assert {name: getattr(whole, name) for name in shared} == vars(summary)


def test_lists_and_summaries_never_read_the_evidence(submitted: Database) -> None:
    with submitted.session() as session:
        known = get_candidate_summary(session, 1)
        session.execute(text("update candidate set evidence = 'not even JSON'"))
    with submitted.session() as session:
        assert list_candidates(session) == (known,)
        assert get_candidate_summary(session, 1) == known
        with pytest.raises(Refused, match="not the evidence that was stored"):
            get_candidate(session, 1)


@pytest.mark.parametrize("summary", [None, {}, {"worse": []}, {"more": 1}], ids=str)
def test_a_summary_that_is_missing_or_none_is_read_from_the_evidence(submitted: Database, summary: Any) -> None:
    with submitted.session() as session:
        known = get_candidate_summary(session, 1)
        row = session.get_one(CandidateRow, 1)
        row.summary = summary if summary in (None, {}) else {**(row.summary or {}), "more": 1}
        session.add(row)
    with submitted.session() as session:
        assert get_candidate_summary(session, 1) == known


def test_evidence_of_an_unknown_format_is_refused_in_words(submitted: Database) -> None:
    with submitted.session() as session:
        candidate = get_candidate(session, 1)
        changed = {**candidate.evidence.as_json(), "format": 9}
        row = session.get_one(CandidateRow, 1)
        row.evidence, row.evidence_hash, row.summary = changed, digest(changed), None
        session.add(row)
        hashes = {"was": candidate.evidence_hash, "now": digest(changed)}
        replaced = "replace(cast(detail as text), :was, :now)"
        if session.get_bind().dialect.name == "postgresql":
            replaced = f"cast({replaced} as json)"
        session.execute(text(f"update log set detail = {replaced}"), hashes)
    with submitted.session() as session, pytest.raises(Refused, match="unknown to this version"):
        get_candidate(session, 1)


def test_only_binding_gates_that_fail_are_in_the_way(put_up: acts.PutUp) -> None:
    gates = {"max_extra_tokens": 1, "max_worse_share": 0.0, "advisory": ["max_worse_share"]}
    database = put_up(worse=True, policy={"gates": gates})
    with database.session() as session:
        summary = get_candidate_summary(session, 1)
    failing = [gate.name for gate in summary.gates if not gate.passed]
    assert len(failing) == 2
    assert [gate.name for gate in summary.failing_gates] == ["tokens ≤ +1"]
