"""Submitting a composition: once for the same evidence, and logged."""

from __future__ import annotations

from dataclasses import replace

import pytest

from composer.candidates.records import get_candidate, list_candidates
from composer.candidates.submission import submit
from composer.runs.plan import plan_run
from library import log
from library.database import Database
from tests import small


def submitted_again(database: Database, *, higher: float = 0.0) -> int:
    """Submit the evidence of candidate 1 again, the high end of its interval being higher by a share of itself."""
    with database.session() as session:
        evidence = get_candidate(session, 1).evidence
        found = plan_run(session, "small", "tiny", strategy="greedy", seed=0, budget=100)
        composition = found.vocabulary.compose([one.key for one in evidence.candidate.snippets])
        first, *others = evidence.figures
        assert first.high is not None
        moved = replace(first, high=first.high * (1 + higher))
        evidence = evidence.model_copy(update={"figures": (moved, *others)})
        return submit(session, 1, composition, found.incumbent, evidence, by="Ada", at=small.NOW)


# Two kinds of processor add the same numbers up in another order: the last digit but one differs.
@pytest.mark.parametrize("higher", [0.0, 5e-15])
def test_the_same_evidence_of_a_run_is_the_same_candidate(submitted: Database, higher: float) -> None:
    with submitted.session() as session:
        before = len(log.entries(session))
    assert submitted_again(submitted, higher=higher) == 1
    with submitted.session() as session:
        assert len(log.entries(session)) == before
        assert len(list_candidates(session)) == 1


def test_other_evidence_of_a_run_is_another_candidate(submitted: Database) -> None:
    assert submitted_again(submitted, higher=1e-6) == 2


def test_submitting_is_logged_with_the_hash_of_the_evidence(submitted: Database) -> None:
    with submitted.session() as session:
        (entry,) = log.entries(session, "candidate:1")
        assert (entry.who, entry.action) == ("Ada", "candidate submitted")
        assert entry.detail["evidence"] == get_candidate(session, 1).evidence_hash
        assert log.first_broken(session) is None
