"""An approval counts while its giver holds the role; that it is lost, or counts again, is said and logged."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from composer.activity.wording import about, line
from composer.review.inbox import inbox, pending_actions
from composer.review.role_changes import add_person, remove_person, set_roles
from library import log
from library.database import Database
from library.errors import Refused
from library.people import NotAllowed, someone
from tests import small
from tests.composer.review import acts
from tests.composer.review.acts import PutUp

LATER = small.NOW


def removed(database: Database, name: str = "Grace") -> None:
    with database.session() as session:
        remove_person(session, name, by="Max", at=LATER)


def demoted(database: Database, name: str = "Grace") -> None:
    with database.session() as session:
        set_roles(session, name, ("curator",), by="Max", at=LATER)


def given_back(database: Database, name: str = "Grace") -> None:
    with database.session() as session:
        try:
            set_roles(session, name, ("reviewer",), by="Max", at=LATER)
        except Refused:
            add_person(session, name, f"{name}@example.org", ("reviewer",), by="Max", at=LATER)


@pytest.mark.parametrize("lose", [removed, demoted])
def test_an_approval_is_lost_with_the_role_of_its_giver_and_counts_again_with_it(
    waiting: Database, lose: Callable[[Database], None]
) -> None:
    acts.approve(waiting, "Grace")
    lose(waiting)
    status = acts.status(waiting)
    assert (status.state, status.approvals) == ("needs review", ())
    with pytest.raises(Refused, match=r"the approval of Grace no longer counts \(Grace is no longer a reviewer\)"):
        acts.released(waiting)
    assert acts.releases_made(waiting) == 0
    given_back(waiting)
    assert acts.status(waiting).approvals == ("Grace",)
    assert acts.released(waiting).candidate_id == 1


@pytest.mark.parametrize("lose", [removed, demoted])
def test_what_loses_an_approval_says_so_in_inbox_page_and_log(
    waiting: Database, lose: Callable[[Database], None]
) -> None:
    acts.approve(waiting, "Grace")
    lose(waiting)
    assert "the approval of Grace no longer counts" in acts.status(waiting).notices[0]
    with waiting.session() as session:
        (entry,) = inbox(session)
        assert entry.status is not None
        for name in ("Joan", "Rosa", "Max"):
            waits = pending_actions(entry.status, someone(session, name))
            assert "the approval of Grace no longer counts" in waits, name
        last = log.entries(session, "candidate:1")[-1]
        said = line(last, about(session, [last.subject])[last.subject])
    assert (last.action, last.who, last.why) == ("approval lost", "Max", "Grace is no longer a reviewer")
    assert said == (
        "Max took away the role behind an approval of candidate 1 (small → tiny): Grace is no longer a reviewer"
    )
    given_back(waiting)
    with waiting.session() as session:
        assert log.entries(session, "candidate:1")[-1].action == "approval counts again"
        assert log.first_broken(session) is None


def test_others_approvals_make_up_for_a_lost_one(waiting: Database) -> None:
    acts.approve(waiting, "Grace", "Joan")
    removed(waiting)
    assert acts.status(waiting).approvals == ("Joan",)
    assert acts.released(waiting).candidate_id == 1


def test_what_is_released_stays_released_when_its_approver_goes(waiting: Database) -> None:
    acts.approve(waiting, "Grace")
    acts.released(waiting)
    removed(waiting)
    status = acts.status(waiting)
    assert (status.state, status.notices) == ("released", ())
    with waiting.session() as session:
        assert log.entries(session, "candidate:1")[-1].action != "approval lost"


def test_an_objection_outlasts_the_role_of_its_giver(waiting: Database) -> None:
    acts.verdict(waiting, "request changes", "Grace")
    removed(waiting)
    assert acts.status(waiting).state == "changes requested"


def test_a_gate_passes_by_an_override_while_its_giver_may_override(put_up: PutUp) -> None:
    database = put_up(policy={"override": ["admin"], "gates": {"max_extra_tokens": 0}})
    acts.verdict(database, "override", "Max")
    assert acts.status(database).failing_gates == ()
    with database.session() as session:
        add_person(session, "Ines", "ines@example.org", ("admin",), by="Max", at=LATER)
        set_roles(session, "Max", ("viewer",), by="Ines", at=LATER)
    assert acts.status(database).failing_gates != ()


def test_the_first_person_who_signs_in_takes_the_local_approval_away_and_that_is_logged(put_up: PutUp) -> None:
    database = put_up(people=False)
    acts.approve(database, acts.LOCAL)
    with database.session() as session:
        add_person(session, "Max", "max@example.org", ("admin",), by=acts.LOCAL, at=LATER)
        last = log.entries(session, "candidate:1")[-1]
    assert (last.action, last.why) == ("approval lost", "ada (local) gave it before people signed in")


def test_only_an_admin_changes_roles(waiting: Database) -> None:
    with waiting.session() as session, pytest.raises(NotAllowed):
        set_roles(session, "Vera", ("reviewer",), by="Grace", at=LATER)
