"""Vetting and rejecting drafts: four eyes, unless the library's policy says otherwise."""

from __future__ import annotations

import pytest
from sqlmodel import Session

from library import log
from library.errors import Refused
from library.people import NotAllowed, someone
from library.rejections import rejections
from library.snippets import show, vetted
from library.tagging import retag
from library.vetting import allow_alone, alone_allowed, reject, vet, vetting_obstacles
from tests.library.conftest import AT, TWO, Stored
from tests.library.curating import curators, drafted


def test_somebody_else_vets_what_one_wrote(session: Session) -> None:
    curators(session)
    made = drafted(session)
    with pytest.raises(NotAllowed, match="brief v1: you wrote it"):
        vet(session, [made.id], by="Ben", at=AT)
    (done,) = vet(session, [made.id], by="Cleo", at=AT, reason="It is clear.")
    assert done.state == "vetted"
    assert [one.key for one in vetted(session, ())] == ["brief"]
    entry = log.entries(session, "snippet:brief")[-1]
    assert (entry.who, entry.action, entry.why) == ("Cleo", "vetted", "It is clear.")


def test_whoever_wrote_the_text_may_not_vet_it_in_a_version_of_somebody_else_either(session: Session) -> None:
    curators(session)
    drafted(session, by="Ben")
    (made,) = retag(session, ["brief"], add=["polarity"], by="Cleo", at=AT)
    for name in ("Ben", "Cleo"):
        assert vetting_obstacles(session, [made], someone(session, name)) == {made.id: "you wrote it"}
    assert vetting_obstacles(session, [made], someone(session, "Ada")) == {}


def test_a_home_of_one_person_vets_alone(session: Session) -> None:
    made = drafted(session)
    assert alone_allowed(session)
    assert vet(session, [made.id], by="Ben", at=AT)[0].state == "vetted"


def test_the_local_person_of_a_home_with_people_is_nobody_else(session: Session) -> None:
    curators(session)
    made = drafted(session)
    with pytest.raises(NotAllowed, match="people sign in here"):
        vet(session, [made.id], by="ben (local)", at=AT)


def test_a_policy_lets_one_person_vet_alone_and_takes_it_back(session: Session) -> None:
    curators(session)
    made = drafted(session)
    allow_alone(session, True, by="Ada", at=AT, reason="Pull requests are read by two.")
    assert vet(session, [made.id], by="Ben", at=AT)
    allow_alone(session, False, by="Ada", at=AT, reason="No longer.")
    assert not alone_allowed(session)
    with pytest.raises(NotAllowed, match="admin"):
        allow_alone(session, True, by="Ben", at=AT, reason="Mine.")


def test_only_a_draft_newer_than_what_is_in_force_can_be_vetted(session: Session) -> None:
    first = drafted(session)
    second = drafted(session, text="Answer in two words.")
    vet(session, [second.id], by="Ben", at=AT)
    with pytest.raises(Refused, match="brief v2 is vetted"):
        vet(session, [second.id], by="Ben", at=AT)
    with pytest.raises(Refused, match="v2 in force, which is newer than v1"):
        vet(session, [first.id], by="Ben", at=AT)


def test_several_are_vetted_all_or_none(session: Session) -> None:
    curators(session)
    own, other = drafted(session, by="Ben"), drafted(session, "other", "Be kind.", by="Cleo")
    with pytest.raises(NotAllowed):
        vet(session, [own.id, other.id], by="Ben", at=AT)
    session.rollback()
    assert vetted(session, ()) == ()


def test_a_rejected_draft_keeps_its_reason_and_leaves_the_vetted_version_in_force(
    session: Session, stored: Stored
) -> None:
    stored(TWO)
    made = drafted(session, "zebra", "Answer with a shrug.")
    assert reject(session, made.id, reason=" It is odd. ", by="Cleo", at=AT).state == "rejected"
    assert [(one.key, one.version) for one in vetted(session, ())] == [("zebra", 1)]
    (found,) = rejections(session).values()
    assert (found.key, found.version, found.by, found.reason) == ("zebra", 2, "Cleo", "It is odd.")


def test_rejecting_needs_a_reason_a_draft_and_the_role(session: Session) -> None:
    made = drafted(session)
    with pytest.raises(Refused, match="needs a reason"):
        reject(session, made.id, reason=" ", by="Ben", at=AT)
    vet(session, [made.id], by="Ben", at=AT)
    with pytest.raises(Refused, match="only a draft can be rejected"):
        reject(session, made.id, reason="So.", by="Ben", at=AT)
    curators(session)
    with pytest.raises(NotAllowed):
        reject(session, made.id, reason="So.", by="Vera", at=AT)
    assert show(session, "brief")[0].state == "vetted"
