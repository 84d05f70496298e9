"""Undoing acts on snippets, the last first."""

from __future__ import annotations

import pytest
from sqlmodel import Session

from library import log
from library.errors import Refused
from library.people import NotAllowed
from library.retiring import retire, retire_several
from library.snippets import show, vetted
from library.tagging import retag
from library.undoing import entries_since, last_acts, undo
from library.vetting import reject, vet
from tests.library.conftest import AT, TWO, Stored
from tests.library.curating import curators, drafted


def _undo_last(session: Session, key: str) -> str:
    act = next(one for one in last_acts(session, key=key) if one.undoable)
    return undo(session, [act.entry], by="Ben", at=AT)


def _states(session: Session, key: str) -> list[str]:
    return [one.state for one in reversed(show(session, key))]


def test_each_act_is_undone_in_turn_back_to_the_beginning(session: Session) -> None:
    first = drafted(session)
    vet(session, [first.id], by="Ben", at=AT)
    second = drafted(session, text="Answer in two words.")
    reject(session, second.id, reason="Why two?", by="Ben", at=AT)
    retire(session, "brief", reason="It misleads.", by="Ben", at=AT)
    states = [_states(session, "brief")]
    said = []
    while any(one.undoable for one in last_acts(session, key="brief")):
        said.append(_undo_last(session, "brief"))
        states.append(_states(session, "brief"))
    assert states == [
        ["retired", "rejected"],
        ["vetted", "rejected"],
        ["vetted", "draft"],
        ["vetted", "rejected"],
        ["draft", "rejected"],
        ["rejected", "rejected"],
    ]
    assert said[0] == "Undone: the retirement of brief."
    assert log.first_broken(session) is None


def test_what_a_retirement_took_out_of_force_counts_again_after_its_undoing(
    session: Session, stored: Stored
) -> None:
    stored(TWO)
    before = vetted(session, ())
    retire(session, "zebra", reason="It misleads.", by="Ben", at=AT)
    assert vetted(session, ()) == ()
    _undo_last(session, "zebra")
    assert vetted(session, ()) == before


def test_an_import_is_undone_too(session: Session, stored: Stored) -> None:
    stored(TWO)
    stored(TWO.replace("one word", "a word"))
    _undo_last(session, "zebra")
    assert [one.version for one in vetted(session, ())] == [1]


def test_what_one_press_did_to_several_is_undone_together(session: Session, stored: Stored) -> None:
    stored(TWO)
    before = log.newest(session)
    retire_several(session, ["zebra", "apple"], reason="Both mislead.", by="Ben", at=AT)
    acts = entries_since(session, before)
    assert undo(session, acts, by="Cleo", at=AT) == "Undone: the retirement of apple, zebra."
    assert (_states(session, "zebra"), _states(session, "apple")) == (["vetted"], ["draft"])


def test_a_change_of_tags_is_undone(session: Session, stored: Stored) -> None:
    stored(TWO)
    retag(session, ["zebra"], add=["style"], by="Ben", at=AT)
    _undo_last(session, "zebra")
    assert [one.tags for one in vetted(session, ())] == [("format", "polarity")]


def test_an_act_is_undone_once_and_not_before_what_came_after_it(session: Session) -> None:
    made = drafted(session)
    vet(session, [made.id], by="Ben", at=AT)
    vetting, writing = last_acts(session, key="brief")
    with pytest.raises(Refused, match="something was done to brief after that: Ben vetted it"):
        undo(session, [writing.entry], by="Ben", at=AT)
    undo(session, [vetting.entry], by="Ben", at=AT)
    with pytest.raises(Refused, match="the vetting of brief is undone already"):
        undo(session, [vetting.entry], by="Ben", at=AT)
    assert [one.action for one in last_acts(session)] == ["drafted"]


def test_only_acts_on_snippets_are_undone_and_only_by_those_who_keep_the_library(session: Session) -> None:
    curators(session)
    drafted(session)
    with pytest.raises(Refused, match="no act on a snippet"):
        undo(session, [1], by="Ada", at=AT)
    with pytest.raises(NotAllowed):
        undo(session, [last_acts(session)[0].entry], by="Vera", at=AT)
