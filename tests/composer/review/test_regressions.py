"""Dispositions of regressions: acceptable, the label is wrong, or it blocks; required where the policy asks."""

from __future__ import annotations

from contextlib import suppress

import pytest
from sqlmodel import select

from composer.review.blockers import blocker_texts
from composer.review.regressions import dispositions
from composer.tables import DispositionRow
from library import log
from library.database import Database
from library.errors import Refused
from tests.composer.review import acts
from tests.composer.review.acts import PutUp


def given(database: Database) -> dict[str, tuple[str, str]]:
    with database.session() as session:
        return {name: (one.kind, one.reviewer) for name, one in dispositions(session, 1).items()}


def test_regressions_are_told_the_worst_first(worse: Database) -> None:
    assert acts.status(worse).candidate.regressions == acts.WORSE
    assert acts.status(worse).unresolved == acts.WORSE


def test_without_a_disposition_of_each_nobody_can_approve(worse: Database) -> None:
    with pytest.raises(Refused, match="2 unresolved regressions"):
        acts.approve(worse, "Grace")
    acts.dispose(worse, examples=acts.WORSE[:1])
    assert acts.status(worse).unresolved == acts.WORSE[1:]
    with pytest.raises(Refused, match="1 unresolved regression"):
        acts.approve(worse, "Grace")
    acts.dispose(worse, examples=acts.WORSE[1:])
    acts.approve(worse, "Grace", "Joan")
    assert acts.released(worse).candidate_id == 1


def test_where_the_policy_does_not_ask_no_disposition_is_needed(put_up: PutUp) -> None:
    database = put_up(worse=True)
    assert acts.status(database).unresolved == acts.WORSE
    acts.approve(database, "Grace")
    assert acts.released(database).candidate_id == 1


def test_several_get_one_disposition_at_once_and_one_log_entry(worse: Database) -> None:
    acts.dispose(worse, examples=[*acts.WORSE, acts.WORSE[0]], reason="Rare pairs.")
    with worse.session() as session:
        rows = session.exec(select(DispositionRow)).all()
        assert [(row.example_id, row.kind, row.reason, row.reviewer) for row in rows] == [
            (example, "acceptable", "Rare pairs.", "Grace") for example in acts.WORSE
        ]
        entry = log.entries(session, "candidate:1")[-1]
        assert (entry.who, entry.action, entry.why) == ("Grace", "regression: acceptable", "Rare pairs.")
        assert entry.detail["examples"] == list(acts.WORSE)


def test_one_that_blocks_keeps_the_candidate_from_release(worse: Database) -> None:
    acts.dispose(worse)
    acts.dispose(worse, "blocks", "Joan", acts.WORSE[:1], reason="This must not happen.")
    assert blocker_texts(acts.status(worse).reviewer_blocks) == ["Joan marked test-05 as blocking"]
    acts.approve(worse, "Grace", "Kit")
    with pytest.raises(Refused, match="Joan marked test-05 as blocking"):
        acts.released(worse)


def test_one_that_blocks_keeps_it_from_release_where_no_disposition_is_required(put_up: PutUp) -> None:
    database = put_up(worse=True)
    acts.approve(database, "Grace")
    acts.dispose(database, "blocks", "Joan", acts.WORSE[:1])
    with pytest.raises(Refused, match="Joan marked test-05 as blocking"):
        acts.released(database)


def test_the_last_disposition_of_a_regression_counts_and_the_first_stays_on_record(worse: Database) -> None:
    acts.dispose(worse, "blocks", "Joan", acts.WORSE[:1])
    acts.dispose(worse, "acceptable", "Joan", acts.WORSE[:1])
    assert given(worse) == {"test-05": ("acceptable", "Joan")}
    assert acts.status(worse).reviewer_blocks == ()
    with worse.session() as session:
        assert len(session.exec(select(DispositionRow)).all()) == 2


def test_dispositions_do_not_carry_over_to_another_candidate(worse: Database) -> None:
    acts.dispose(worse)
    with worse.session() as session:
        assert dispositions(session, 2) == {}


@pytest.mark.parametrize("examples", [[], ["test-00"], ["test-05", "dev-01"], ["nothing"]])
def test_only_what_got_worse_gets_a_disposition(worse: Database, examples: list[str]) -> None:
    with pytest.raises(Refused, match="not among what got worse"):
        acts.dispose(worse, examples=examples)
    assert given(worse) == {}


@pytest.mark.parametrize("kind", ["", "fine", "Acceptable", "block"])
def test_an_unknown_disposition_is_refused(worse: Database, kind: str) -> None:
    with pytest.raises(Refused, match="acceptable, label is wrong, blocks"):
        acts.dispose(worse, kind)


@pytest.mark.parametrize("kind", ["acceptable", "blocks"])
def test_a_disposition_needs_a_reason(worse: Database, kind: str) -> None:
    with pytest.raises(Refused, match="a disposition needs a reason"):
        acts.dispose(worse, kind, reason=" ")


def test_a_label_called_wrong_without_the_right_one_resolves_nothing(worse: Database) -> None:
    """Otherwise a regression would be waved through with no second person looking at it."""
    acts.dispose(worse, examples=acts.WORSE[1:])
    with suppress(Refused):
        acts.dispose(worse, "label is wrong", examples=acts.WORSE[:1])
    assert acts.status(worse).unresolved == acts.WORSE[:1]
    with pytest.raises(Refused, match="1 unresolved regression"):
        acts.approve(worse, "Grace")


def test_a_label_that_is_doubted_blocks_until_that_is_decided(worse: Database) -> None:
    acts.dispose(worse)
    acts.propose(worse)
    status = acts.status(worse)
    assert status.unresolved == ()
    assert blocker_texts(status.reviewer_blocks) == ["the correction of test-05 is open"]
    acts.approve(worse, "Grace", "Joan")
    with pytest.raises(Refused, match="the correction of test-05 is open"):
        acts.released(worse)


def test_a_correction_that_is_rejected_leaves_its_regression_unresolved(worse: Database) -> None:
    acts.dispose(worse)
    acts.decide(worse, acts.propose(worse), confirm=False, reason="The label is right.")
    status = acts.status(worse)
    assert (status.unresolved, status.reviewer_blocks) == (("test-05",), ())
    with pytest.raises(Refused, match="1 unresolved regression"):
        acts.approve(worse, "Grace")
    acts.dispose(worse, examples=["test-05"], reason="Then so be it.")
    assert acts.approve(worse, "Grace", "Joan").state == "approved"


def test_a_correction_proposed_again_after_a_rejection_resolves_it_again(worse: Database) -> None:
    acts.dispose(worse)
    acts.decide(worse, acts.propose(worse), confirm=False)
    acts.propose(worse, gold=4.0)
    assert acts.status(worse).unresolved == ()
    assert blocker_texts(acts.status(worse).reviewer_blocks) == ["the correction of test-05 is open"]


def test_an_approval_given_before_the_last_disposition_was_taken_back_releases_nothing(worse: Database) -> None:
    acts.dispose(worse)
    acts.approve(worse, "Grace", "Joan")
    acts.decide(worse, acts.propose(worse), confirm=False)
    with pytest.raises(Refused, match="1 unresolved regression"):
        acts.released(worse)
    assert acts.releases_made(worse) == 0


def test_what_one_reviewer_says_blocks_nobody_but_an_admin_else_calls_acceptable(worse: Database) -> None:
    acts.dispose(worse, kind="blocks", examples=acts.WORSE[:1], by="Grace")
    with pytest.raises(Refused, match=r"Grace marked .* as blocking"):
        acts.dispose(worse, examples=acts.WORSE[:1], by="Joan")
    assert given(worse)[acts.WORSE[0]] == ("blocks", "Grace")
    acts.dispose(worse, examples=acts.WORSE[:1], by="Grace")
    assert given(worse)[acts.WORSE[0]] == ("acceptable", "Grace")


def test_a_correction_that_is_rejected_lifts_no_block(worse: Database) -> None:
    acts.dispose(worse, kind="blocks", examples=acts.WORSE[:1], by="Grace")
    number = acts.propose(worse, by="Joan")
    acts.decide(worse, number, confirm=False, by="Grace")
    assert acts.status(worse).dispositions[acts.WORSE[0]].kind == "blocks"
