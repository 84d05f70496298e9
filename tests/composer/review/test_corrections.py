"""Corrections: one person says what a label should be, a second confirms it, and only then the data changes."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select

from composer.data.examples import Dataset, Example
from composer.home.paths import Home
from composer.registry.datasets import add_examples, current_dataset, dataset_of, examples_of
from composer.review.corrections import Correction, corrections, decide_correction
from composer.tables import DatasetRow
from library import log
from library.database import Database
from library.errors import Refused
from library.people import NotAllowed
from tests import small
from tests.composer.review import acts
from tests.composer.review.acts import PutUp


def data(database: Database) -> tuple[Example, ...]:
    with database.session() as session:
        return current_dataset(session, "small").examples


def known(database: Database) -> tuple[Correction, ...]:
    with database.session() as session:
        return corrections(session, "small")


def test_a_proposed_label_changes_nothing_yet(worse: Database) -> None:
    before = data(worse)
    number = acts.propose(worse, gold=5.0, reason="Both tell of one raid.")
    assert data(worse) == before
    (one,) = known(worse)
    assert (one.id, one.example_id, one.gold_before, one.gold) == (number, "test-05", 1.0, 5.0)
    assert (one.state, one.proposed_by, one.reason) == ("open", "Grace", "Both tell of one raid.")
    assert (one.decided_by, one.decided_at) == ("", None)
    status = acts.status(worse)
    assert status.corrections == (one,)
    assert status.dispositions["test-05"].kind == "label is wrong"


def test_confirmed_it_changes_one_label_and_nothing_else(worse: Database) -> None:
    before = data(worse)
    acts.decide(worse, acts.propose(worse), "Joan", reason="I read both.")
    after = data(worse)
    assert [one.id for one in after] == [one.id for one in before]
    changed = [(was, now) for was, now in zip(before, after, strict=True) if was != now]
    assert changed == [(small.example(5, "test"), small.example(5, "test", gold=5.0))]
    (one,) = known(worse)
    assert (one.state, one.decided_by, one.decision) == ("confirmed", "Joan", "I read both.")


def test_what_was_measured_stays_readable_after_a_correction(worse: Database) -> None:
    dataset = acts.review(worse).candidate.evidence.data.dataset
    acts.decide(worse, acts.propose(worse))
    with worse.session() as session:
        assert examples_of(session, dataset, "test")[5].gold == 1.0
        assert dataset_of(session, "small") != dataset


def test_each_step_is_logged_under_the_candidate_and_the_change_under_the_task(worse: Database) -> None:
    first = acts.propose(worse, reason="Same raid.")
    acts.decide(worse, first, confirm=False, reason="Other raid.")
    acts.decide(worse, acts.propose(worse, gold=4.0), "Joan", reason="Yes.")
    with worse.session() as session:
        said = [(one.who, one.action, one.why) for one in log.entries(session, "candidate:1")]
        assert ("Grace", "correction proposed", "Same raid.") in said
        assert ("Joan", "correction rejected", "Other raid.") in said
        assert ("Joan", "correction confirmed", "Yes.") in said
        last = log.entries(session, "candidate:1")[-1]
        assert (last.detail["example"], last.detail["from"], last.detail["to"]) == ("test-05", 1.0, 4.0)
        assert log.entries(session, "task:small")[-1].action == "data imported"
        assert log.first_broken(session) is None


def test_nobody_confirms_their_own_correction(worse: Database) -> None:
    number = acts.propose(worse, "Grace")
    with pytest.raises(Refused, match="Grace proposed this correction"):
        acts.decide(worse, number, "Grace")
    assert known(worse)[0].state == "open"
    assert data(worse)[21].gold == 1.0


def test_who_proposed_it_can_take_it_back(worse: Database) -> None:
    acts.decide(worse, acts.propose(worse, "Grace"), "Grace", confirm=False, reason="I misread.")
    assert known(worse)[0].state == "rejected"


def test_a_curator_can_confirm_too(worse: Database) -> None:
    acts.decide(worse, acts.propose(worse, "Grace"), "Ada")
    assert known(worse)[0].decided_by == "Ada"


def test_a_home_of_one_local_person_can_not_correct_a_label_and_says_so(put_up: PutUp) -> None:
    database = put_up(people=False, worse=True)
    number = acts.propose(database, acts.LOCAL)
    for name in (acts.LOCAL, "Joan"):
        with pytest.raises(Refused, match=r"two people: nobody signs in .* import that again, then reject"):
            acts.decide(database, number, name)
    acts.decide(database, number, acts.LOCAL, confirm=False)
    assert known(database)[0].state == "rejected"


@pytest.mark.parametrize("confirm", [True, False])
def test_once_people_sign_in_the_local_person_decides_on_no_label(worse: Database, confirm: bool) -> None:
    number = acts.propose(worse)
    with pytest.raises(NotAllowed, match="people sign in"):
        acts.decide(worse, number, acts.LOCAL, confirm=confirm)
    assert known(worse)[0].state == "open"


@pytest.mark.parametrize(
    ("gold", "says"),
    [
        (1.0, "is 1.0 already"),
        (0.5, "not on the scale"),
        (5.1, "not on the scale"),
        (float("nan"), "not on the scale"),
        (float("inf"), "not on the scale"),
        ("high", "no rating"),
        ("", "no rating"),
    ],
)
def test_a_label_that_is_none_or_no_change_is_refused(worse: Database, gold: Any, says: str) -> None:
    with pytest.raises(Refused, match=says):
        acts.propose(worse, gold=gold)
    assert known(worse) == ()
    assert acts.status(worse).dispositions == {}


def test_a_rating_may_be_typed(worse: Database) -> None:
    acts.propose(worse, gold="4.5")
    assert known(worse)[0].gold == 4.5


@pytest.mark.parametrize(
    ("example", "says"),
    [("test-00", "not among what got worse"), ("dev-05", "not among what got worse"), ("test-99", "no example")],
)
def test_only_labels_of_regressions_are_corrected_here(worse: Database, example: str, says: str) -> None:
    with pytest.raises(Refused, match=says):
        acts.propose(worse, example=example, gold=2.5)
    assert known(worse) == ()


def test_an_example_has_one_open_correction_at_a_time(worse: Database) -> None:
    acts.propose(worse, "Grace")
    with pytest.raises(Refused, match="open already"):
        acts.propose(worse, "Joan", gold=4.0)
    acts.propose(worse, "Joan", "test-02", 1.0)
    assert len(known(worse)) == 2


@pytest.mark.parametrize("confirm", [True, False])
def test_a_correction_is_decided_once(worse: Database, confirm: bool) -> None:
    number = acts.propose(worse)
    acts.decide(worse, number, confirm=confirm)
    for again in (True, False):
        with pytest.raises(Refused, match="already"):
            acts.decide(worse, number, "Kit", confirm=again)


def test_two_who_confirm_at_once_change_the_data_once(worse: Database) -> None:
    number = acts.propose(worse)

    def attempt(name: str) -> bool:
        try:
            acts.decide(worse, number, name)
        except Refused:
            return False
        return True

    with ThreadPoolExecutor(3) as executor:
        done = list(executor.map(attempt, ("Joan", "Kit", "Ada")))
    assert done.count(True) == 1
    with worse.session() as session:
        assert len(session.exec(select(DatasetRow)).all()) == 2
        assert log.first_broken(session) is None


def test_a_correction_that_is_not_there_is_refused(worse: Database) -> None:
    with pytest.raises(Refused, match="no correction 3"):
        acts.decide(worse, 3)


@pytest.mark.parametrize("reason", ["", " \n"])
def test_proposing_and_deciding_need_a_reason(worse: Database, reason: str) -> None:
    with pytest.raises(Refused, match="a correction needs a reason"):
        acts.propose(worse, reason=reason)
    number = acts.propose(worse)
    for confirm in (True, False):
        with pytest.raises(Refused, match="a decision needs a reason"):
            acts.decide(worse, number, confirm=confirm, reason=reason)


def test_a_label_that_changed_meanwhile_is_not_overwritten(worse: Database) -> None:
    number = acts.propose(worse)
    with worse.session() as session:
        changed = [replace(one, gold=3.0) if one.id == "test-05" else one for one in small.examples()]
        add_examples(session, small.task(), Dataset(tuple(changed)), by="Ada", at=small.NOW)
    with pytest.raises(Refused, match=r"is 3\.0 now, not 1"):
        acts.decide(worse, number)
    acts.decide(worse, number, confirm=False)
    assert data(worse)[21].gold == 3.0


def test_a_confirmed_correction_makes_an_approved_candidate_stale(worse: Database) -> None:
    acts.dispose(worse)
    number = acts.propose(worse)
    assert acts.approve(worse, "Grace", "Joan").state == "needs review"
    acts.decide(worse, number)
    status = acts.status(worse)
    assert (status.state, status.stale) == ("stale", ("the labelled data changed",))
    with pytest.raises(Refused, match="the labelled data changed"):
        acts.released(worse)
    with pytest.raises(Refused, match="the labelled data changed"):
        acts.approve(worse, "Kit")


def test_a_confirmed_correction_undermines_a_release_which_stays_released(worse: Database) -> None:
    acts.dispose(worse)
    acts.approve(worse, "Grace", "Joan")
    acts.released(worse)
    acts.decide(worse, acts.propose(worse))
    status = acts.status(worse)
    assert (status.state, status.stale) == ("released", ("the labelled data changed",))


def test_scored_again_after_a_correction_it_is_reviewed_anew_and_pays_nothing(worse: Database, home: Home) -> None:
    acts.dispose(worse)
    acts.approve(worse, "Grace", "Joan")
    acts.decide(worse, acts.propose(worse))
    again = acts.scored_again(worse, home)
    review = acts.review(worse, again)
    assert (review.status.state, review.status.approvals) == ("needs review", ())
    assert review.candidate.regressions == ("test-02",)
    acts.dispose(worse, examples=["test-02"], candidate=again)
    with pytest.raises(Refused, match="2 more approvals"):
        acts.released(worse, candidate=again)
    acts.approve(worse, "Grace", "Joan", candidate=again)
    assert acts.released(worse, candidate=again).versions == review.candidate.versions


def test_a_candidate_that_went_stale_by_a_correction_names_the_label_and_who_confirmed_it(worse: Database) -> None:
    number = acts.propose(worse)
    later = acts.status(worse).candidate.created_at + timedelta(minutes=1)
    with worse.session() as session:
        decide_correction(session, number, confirm=True, reason="So it is.", by="Joan", at=later)
    said = "the labelled data changed (test-05 1 → 5, confirmed by Joan)"
    assert acts.status(worse).stale == (said,)
