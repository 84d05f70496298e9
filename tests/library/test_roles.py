"""Roles, and what a person with some of them may do."""

from __future__ import annotations

from library.roles import LOCAL_ROLES, ROLES, Person


def test_a_person_may_what_any_of_their_roles_may() -> None:
    person = Person("Ada", "ada@example.org", frozenset({"viewer", "curator"}))
    assert person.may("curator")
    assert person.may("admin", "viewer")
    assert not person.may("admin", "reviewer")
    assert not person.may()


def test_the_local_person_decides_nothing_where_people_sign_in() -> None:
    assert set(ROLES) - LOCAL_ROLES == {"rater", "reviewer", "releaser"}
