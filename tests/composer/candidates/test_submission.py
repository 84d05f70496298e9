"""Submitting a composition: once for the same evidence, and logged."""

from __future__ import annotations

from composer.candidates.records import get_candidate, list_candidates
from composer.candidates.submission import submit
from composer.runs.plan import plan_run
from library import log
from library.database import Database
from tests import small


def test_the_same_evidence_of_a_run_is_the_same_candidate(submitted: Database) -> None:
    with submitted.session() as session:
        candidate = get_candidate(session, 1)
        found = plan_run(session, "small", "tiny", strategy="greedy", seed=0, budget=100)
    composition = found.vocabulary.compose([one.key for one in candidate.evidence.candidate.snippets])
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
        assert entry.detail["evidence"] == get_candidate(session, 1).evidence_hash
        assert log.first_broken(session) is None
