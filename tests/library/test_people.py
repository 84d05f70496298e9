"""People and roles: who is who, what each may do, and how that changes."""

from __future__ import annotations

import pytest
from sqlmodel import Session

from library import log
from library.errors import Refused
from library.people import (
    NotAllowed,
    add_person,
    by_email,
    people,
    remove_person,
    removed_people,
    require,
    require_somewhere,
    set_roles,
    someone,
)
from library.roles import LOCAL, LOCAL_ROLES, ROLES
from tests.library.conftest import AT

ROOT = "root" + LOCAL


def add(session: Session, name: str, *roles: str, by: str = ROOT, email: str = "") -> None:
    add_person(session, name, email or f"{name.lower()}@example.org", roles, by=by, at=AT)


def refused(session: Session, *given: str, by: str = ROOT) -> str:
    with pytest.raises(Refused) as caught:
        add_person(session, given[0], given[1], given[2:], by=by, at=AT)
    return str(caught.value)


def test_where_nobody_signs_in_one_person_does_everything(session: Session) -> None:
    assert people(session) == ()
    anyone = require(session, ROOT, "releaser")
    assert anyone.local
    assert anyone.roles == frozenset(ROLES)


def test_the_first_person_takes_every_decision_from_the_local_one(session: Session) -> None:
    add(session, "Grace", "reviewer", "releaser")
    assert someone(session, ROOT).roles == LOCAL_ROLES
    assert require(session, ROOT, "admin", "releaser").local
    for role in ("reviewer", "releaser"):
        with pytest.raises(NotAllowed, match="only they can do what a re"):
            require(session, ROOT, role)
    assert not require(session, "Grace", "reviewer").local


def test_a_name_nobody_has_may_nothing_once_people_sign_in(session: Session) -> None:
    add(session, "Grace", "reviewer")
    assert someone(session, "Mallory").roles == frozenset()
    with pytest.raises(NotAllowed, match="Mallory has no role here"):
        require(session, "Mallory", *ROLES)


def test_a_role_that_is_lacking_is_named_with_who_can_give_it(session: Session) -> None:
    add(session, "Alan", "reviewer", "viewer")
    with pytest.raises(NotAllowed) as caught:
        require(session, "Alan", "releaser")
    assert "the role releaser; Alan has reviewer, viewer" in str(caught.value)
    assert "composer people role 'Alan' releaser" in str(caught.value)


def test_an_email_is_found_whatever_its_capitals(session: Session) -> None:
    add(session, "Grace", email=" Grace@Example.ORG ")
    found = by_email(session, "gRACE@example.org ")
    assert found
    assert found.name == "Grace"
    assert by_email(session, "race@example.org") is None
    assert by_email(session, "") is None


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (("", "x@example.org"), "can't be a person's name"),
        (("root (local)", "x@example.org"), "can't be a person's name"),
        (("two\nlines", "x@example.org"), "can't be a person's name"),
        (("Gra\u200bce", "x@example.org"), "has characters that can't be seen: U+200B"),
        (("Grаce", "x@example.org"), "mixes Cyrillic and Latin letters"),
        (("Ida", "i\u200bda@example.org"), "the e-mail has characters that can't be seen"),
        (("Ada", "example.org"), "is no e-mail address"),
        (("Ada", "a@b@c"), "is no e-mail address"),
        (("Ada", "ada@example.org", "king"), "no role is called king"),
        (("Grace", "other@example.org"), "Grace is here already"),
        (("Ada", "GRACE@example.org"), "is already Grace's"),
    ],
)
def test_what_can_t_be_added_is_refused(session: Session, given: tuple[str, ...], reason: str) -> None:
    add(session, "Grace")
    assert reason in refused(session, *given)


def test_someone_without_a_role_looks_on(session: Session) -> None:
    add(session, "Barbara")
    assert someone(session, "Barbara").roles == {"viewer"}


def test_only_an_admin_changes_people(session: Session) -> None:
    add(session, "Grace", "reviewer", "releaser", "curator")
    add(session, "Edsger", "admin")
    for change in (
        lambda by: add(session, "Mallory", "admin", by=by),
        lambda by: set_roles(session, by, ("admin",), by=by, at=AT),
        lambda by: remove_person(session, "Edsger", by=by, at=AT),
    ):
        with pytest.raises(NotAllowed, match="role admin"):
            change("Grace")
    add(session, "Alan", by="Edsger")
    assert [one.name for one in people(session)] == ["Alan", "Edsger", "Grace"]


def test_a_removed_person_may_nothing_and_can_come_back_under_the_same_email_alone(session: Session) -> None:
    add(session, "Grace", "reviewer")
    add(session, "Alan", "reviewer")
    remove_person(session, "Alan", by=ROOT, at=AT)
    assert by_email(session, "alan@example.org") is None
    assert someone(session, "Alan").roles == frozenset()
    with pytest.raises(Refused, match="nobody here is called Alan"):
        remove_person(session, "Alan", by=ROOT, at=AT)
    assert "with another e-mail" in refused(session, "Alan", "mallory@example.org")
    assert [one.name for one in removed_people(session)] == ["Alan"]
    add(session, "Alan", "viewer")
    assert someone(session, "Alan").roles == {"viewer"}
    assert removed_people(session) == ()


def test_a_role_for_one_task_is_checked_for_that_task_and_named_where_it_lacks(session: Session) -> None:
    add(session, "Alan", "reviewer:relatedness", "viewer")
    assert require(session, "Alan", "reviewer", task="relatedness").may("reviewer")
    for task in ("polarity", None, "", "relatedness2"):
        with pytest.raises(NotAllowed, match="needs the role reviewer"):
            require(session, "Alan", "reviewer", task=task)
    assert require_somewhere(session, "Alan", "reviewer").name == "Alan"
    with pytest.raises(NotAllowed) as caught:
        require(session, "Alan", "reviewer", task="polarity")
    assert "the role reviewer for task polarity; Alan has reviewer:relatedness, viewer" in str(caught.value)
    assert "composer people role 'Alan' reviewer --task polarity" in str(caught.value)


def test_roles_for_one_task_change_and_the_others_stay(session: Session) -> None:
    add(session, "Alan", "viewer", "rater:a", "reviewer:b")
    assert set_roles(session, "Alan", ("curator",), by=ROOT, at=AT, task="a").grants == (
        "viewer",
        "curator:a",
        "reviewer:b",
    )
    assert set_roles(session, "Alan", (), by=ROOT, at=AT, task="b").grants == ("viewer", "curator:a")
    assert set_roles(session, "Alan", (), by=ROOT, at=AT).grants == ("viewer",)


@pytest.mark.parametrize("grant", ["admin:a", "viewer:a", "reviewer:", "reviewer:a:b", ":a", "king:a"])
def test_what_is_no_role_for_one_task_is_refused(session: Session, grant: str) -> None:
    add(session, "Alan")
    with pytest.raises(Refused, match=r"can't be held|names no task|no role is called"):
        set_roles(session, "Alan", (grant,), by=ROOT, at=AT)


def test_who_holds_a_role_for_all_tasks_is_not_noted_for_one_besides(session: Session) -> None:
    add(session, "Alan", "reviewer", "reviewer:a")
    assert someone(session, "Alan").grants == ("reviewer",)


def test_the_second_of_two_who_change_the_same_roles_is_told_of_the_first(session: Session) -> None:
    add(session, "Alan", "viewer")
    set_roles(session, "Alan", ("reviewer",), by=ROOT, at=AT, was=("viewer",))
    with pytest.raises(Refused, match="the roles of Alan were changed meanwhile: reviewer"):
        set_roles(session, "Alan", ("curator",), by=ROOT, at=AT, was=("viewer",))


def test_the_last_admin_can_t_lock_themselves_out(session: Session) -> None:
    add(session, "Edsger", "admin")
    add(session, "Grace", "reviewer")
    for locked_out in (
        lambda: set_roles(session, "Edsger", ("viewer",), by="Edsger", at=AT),
        lambda: remove_person(session, "Edsger", by="Edsger", at=AT),
    ):
        with pytest.raises(Refused, match="Edsger is the last admin"):
            locked_out()
    add(session, "Ada", "admin")
    assert set_roles(session, "Edsger", ("viewer",), by="Edsger", at=AT).grants == ("viewer",)
    assert set_roles(session, "Ada", ("viewer",), by=ROOT, at=AT).grants == ("viewer",), "who holds the files may"


def test_the_last_person_stays(session: Session) -> None:
    add(session, "Grace", "reviewer")
    with pytest.raises(Refused, match="the last person"):
        remove_person(session, "Grace", by=ROOT, at=AT)


def test_every_change_is_logged_with_what_the_person_may_do_then(session: Session) -> None:
    add(session, "Grace", "reviewer")
    add(session, "Alan")
    set_roles(session, "Grace", ("releaser", "reviewer", "releaser"), by=ROOT, at=AT)
    remove_person(session, "Grace", by=ROOT, at=AT)
    said = [(entry.who, entry.action, entry.detail["roles"]) for entry in log.entries(session, "person:Grace")]
    assert said == [
        (ROOT, "person added", ["reviewer"]),
        (ROOT, "roles changed", ["reviewer", "releaser"]),
        (ROOT, "person removed", ["reviewer", "releaser"]),
    ]
    assert log.first_broken(session) is None
