"""Decisions: who may give or dismiss which verdict, and what that makes of a candidate."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlmodel import select

from composer.review.blockers import blocker_texts
from composer.tables import VerdictRow
from library import log
from library.database import Database
from library.errors import Refused
from library.people import remove_person
from tests import small
from tests.composer.review import acts
from tests.composer.review.acts import PutUp

KINDS = ("approve", "request changes", "no-go", "override")


def rows(database: Database) -> list[VerdictRow]:
    with database.session() as session:
        return list(session.exec(select(VerdictRow)))


def test_a_good_candidate_waits_for_review_with_nothing_against_it(waiting: Database) -> None:
    review = acts.review(waiting)
    status = review.status
    assert (status.state, status.stale, status.approval_blockers, status.reviewer_blocks) == (
        "needs review",
        (),
        (),
        (),
    )
    assert (status.approvals, status.approvals_needed, status.release) == ((), 1, None)
    assert review.incumbent.keys == ()
    assert review.composition.keys


def test_an_approval_names_who_gave_it_and_the_evidence_they_saw(waiting: Database) -> None:
    status = acts.verdict(waiting, "approve", "Grace", reason="  Clear gain, nothing lost. ")
    (given,) = rows(waiting)
    assert (given.reviewer, given.reason, given.given_at) == ("Grace", "Clear gain, nothing lost.", small.NOW)
    assert given.evidence_hash == acts.review(waiting).candidate.evidence_hash
    assert (given.about, given.local) == (None, False)
    assert (status.state, status.approvals) == ("approved", ("Grace",))


def test_an_approval_releases_nothing(waiting: Database) -> None:
    acts.approve(waiting, "Grace", "Joan")
    assert acts.releases_made(waiting) == 0


def test_every_verdict_is_logged_with_who_when_and_why(waiting: Database) -> None:
    acts.verdict(waiting, "request changes", "Joan", reason="Explain row 3.")
    acts.verdict(waiting, "approve", "Grace")
    asked = acts.status(waiting).verdicts[0]
    acts.dismissed(waiting, asked.id, "Max", reason="It is explained.")
    with waiting.session() as session:
        _, *said = log.entries(session, "candidate:1")
        assert [(one.who, one.action, one.why) for one in said] == [
            ("Joan", "request changes", "Explain row 3."),
            ("Grace", "approve", "It is better."),
            ("Max", "dismiss", "It is explained."),
        ]
        assert {one.detail["evidence"] for one in said} == {acts.review(waiting).candidate.evidence_hash}
        assert said[-1].detail["verdict"] == asked.id
        assert log.first_broken(session) is None


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("reason", ["", "  ", "\n\t", "a lone surrogate \udcff", "a\0b", "x" * 10_001])
def test_a_verdict_needs_a_reason_that_can_be_stored(put_up: PutUp, kind: str, reason: str) -> None:
    database = put_up(policy={"override": ["reviewer"]})
    with pytest.raises(Refused, match="reason"):
        acts.verdict(database, kind, "Grace", reason=reason)
    assert rows(database) == []


@pytest.mark.parametrize("kind", ["approved", "", "comment", "dismiss", "Approve", "reject"])
def test_an_unknown_verdict_is_refused(waiting: Database, kind: str) -> None:
    with pytest.raises(Refused, match="approve"):
        acts.verdict(waiting, kind, "Grace")
    assert rows(waiting) == []


def test_a_verdict_on_what_is_not_there_is_refused(waiting: Database) -> None:
    with pytest.raises(Refused, match="no candidate 7"):
        acts.verdict(waiting, "approve", "Grace", 7)


@pytest.mark.parametrize(
    ("kind", "state", "says"),
    [
        ("request changes", "changes requested", "Joan asked for changes"),
        ("no-go", "no-go", "Joan gave a no-go"),
    ],
)
def test_an_objection_blocks_the_release_while_others_may_still_approve(
    waiting: Database, kind: str, state: str, says: str
) -> None:
    assert acts.verdict(waiting, kind, "Joan").state == state
    status = acts.approve(waiting, "Grace", "Kit")
    assert (status.state, status.approvals) == (state, ("Grace", "Kit"))
    assert blocker_texts(status.reviewer_blocks) == [says]
    with pytest.raises(Refused, match=says):
        acts.released(waiting)
    assert acts.releases_made(waiting) == 0


@pytest.mark.parametrize("kind", ["request changes", "no-go"])
def test_who_objected_can_decide_otherwise(waiting: Database, kind: str) -> None:
    acts.verdict(waiting, kind, "Joan")
    acts.approve(waiting, "Joan")
    assert acts.status(waiting).approvals == ("Joan",)
    assert acts.released(waiting).candidate_id == 1


@pytest.mark.parametrize("kind", ["request changes", "no-go"])
def test_an_objection_outlasts_its_reviewers_role(waiting: Database, kind: str) -> None:
    acts.verdict(waiting, kind, "Joan")
    acts.approve(waiting, "Grace")
    with waiting.session() as session:
        remove_person(session, "Joan", by="Max", at=small.NOW)
    with pytest.raises(Refused, match="Joan"):
        acts.released(waiting)


@pytest.mark.parametrize("kind", ["request changes", "no-go"])
def test_an_objection_that_was_dismissed_blocks_no_more(waiting: Database, kind: str) -> None:
    acts.verdict(waiting, kind, "Joan")
    acts.approve(waiting, "Grace")
    status = acts.dismissed(waiting, rows(waiting)[0].id or 0, "Max")
    assert (status.state, status.reviewer_blocks) == ("approved", ())
    assert acts.released(waiting).candidate_id == 1


def test_dismissing_one_objection_leaves_the_others(waiting: Database) -> None:
    acts.approve(waiting, "Grace")
    acts.verdict(waiting, "request changes", "Joan")
    acts.verdict(waiting, "no-go", "Kit")
    acts.dismissed(waiting, rows(waiting)[1].id or 0, "Max")
    with pytest.raises(Refused, match="Kit gave a no-go"):
        acts.released(waiting)


def test_an_objection_made_again_after_a_dismissal_blocks_again(waiting: Database) -> None:
    acts.verdict(waiting, "request changes", "Joan")
    acts.dismissed(waiting, rows(waiting)[0].id or 0, "Max")
    acts.verdict(waiting, "request changes", "Joan")
    assert blocker_texts(acts.status(waiting).reviewer_blocks) == ["Joan asked for changes"]


def test_dismissing_an_objection_does_not_bring_its_reviewers_earlier_approval_back(waiting: Database) -> None:
    acts.approve(waiting, "Joan")
    acts.verdict(waiting, "request changes", "Joan")
    status = acts.dismissed(waiting, rows(waiting)[1].id or 0, "Max")
    assert (status.state, status.approvals) == ("needs review", ())
    with pytest.raises(Refused, match="1 more approval"):
        acts.released(waiting)


def test_only_what_is_in_the_way_of_this_candidate_can_be_dismissed(waiting: Database) -> None:
    acts.approve(waiting, "Grace")
    acts.verdict(waiting, "request changes", "Joan")
    acts.verdict(waiting, "no-go", "Joan")
    approval, settled, _ = (row.id or 0 for row in rows(waiting))
    for number in (approval, settled, 99):
        with pytest.raises(Refused, match="is not in the way"):
            acts.dismissed(waiting, number, "Max")


@pytest.mark.parametrize("reason", ["", " "])
def test_a_dismissal_needs_a_reason(waiting: Database, reason: str) -> None:
    acts.verdict(waiting, "no-go", "Joan")
    with pytest.raises(Refused, match="reason"):
        acts.dismissed(waiting, rows(waiting)[0].id or 0, "Max", reason=reason)
    assert acts.status(waiting).state == "no-go"


def test_two_approvals_need_two_different_people(put_up: PutUp) -> None:
    database = put_up(policy={"approvals": 2})
    assert acts.approve(database, "Grace", "Grace").approvals == ("Grace",)
    with pytest.raises(Refused, match="1 more approval"):
        acts.released(database)
    assert acts.approve(database, "Ada").approvals == ("Grace", "Ada")
    assert acts.released(database).candidate_id == 1


def test_an_approval_taken_back_does_not_count(put_up: PutUp) -> None:
    database = put_up(policy={"approvals": 2})
    acts.approve(database, "Grace", "Joan")
    acts.verdict(database, "request changes", "Grace", reason="I was too fast.")
    assert acts.status(database).approvals == ("Joan",)
    with pytest.raises(Refused, match="Grace asked for changes"):
        acts.released(database)


def test_a_released_candidate_takes_no_more_verdicts(waiting: Database) -> None:
    acts.approve(waiting, "Grace")
    acts.released(waiting)
    for kind in ("approve", "request changes", "no-go"):
        with pytest.raises(Refused, match="released already"):
            acts.verdict(waiting, kind, "Joan")
    assert len(rows(waiting)) == 1


def test_reviewers_who_approve_at_once_are_all_counted(waiting: Database) -> None:
    names = ("Ada", "Grace", "Joan", "Kit")
    with ThreadPoolExecutor(4) as executor:
        list(executor.map(lambda name: acts.approve(waiting, name), names))
    assert sorted(acts.status(waiting).approvals) == sorted(names)
    with waiting.session() as session:
        assert log.first_broken(session) is None
