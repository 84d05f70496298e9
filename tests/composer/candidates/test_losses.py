"""What candidates lost, read from many evidences at once: the same as one by one."""

from __future__ import annotations

from composer.candidates.losses import sealed_losses
from composer.candidates.records import get_candidate
from library.database import Database


def test_the_losses_are_those_of_the_evidence(submitted: Database) -> None:
    with submitted.session() as session:
        one = get_candidate(session, 1)
        found = sealed_losses(session, [1, 99])
    assert set(found) == {1}
    assert found[1].losses == tuple(row.candidate_loss for row in one.rows)
    assert found[1].valid == tuple(row.candidate_valid for row in one.rows)
    assert found[1].examples == one.evidence.data.examples
    assert (found[1].fingerprint, found[1].incumbent) == (
        one.evidence.candidate.fingerprint,
        one.evidence.incumbent.fingerprint,
    )
    assert found[1].strategy == one.evidence.search.strategy
