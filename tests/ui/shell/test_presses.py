"""Presses: the same act with the same text is the same press, until a page has shown it for a while."""

from __future__ import annotations

import pytest

from ui.shell import presses
from ui.shell.presses import Presses


class Broken(BaseException):
    """What Streamlit raises in an act when its button is pressed again."""


def test_the_same_act_with_the_same_text_or_none_is_the_same_press() -> None:
    known = Presses()
    assert not known.is_again("comment", "Why?")
    known.note("comment", "Why? ", lambda: None)
    assert known.is_again("comment", "Why?")
    assert known.is_again("comment", "")
    assert not known.is_again("comment", "Why not?")
    assert not known.is_again("approve", "Why?")


def test_once_a_page_has_shown_it_for_a_while_it_is_another_press(monkeypatch: pytest.MonkeyPatch) -> None:
    known = Presses()
    known.note("comment", "Why?", lambda: None)
    monkeypatch.setattr(presses, "AGAIN_SECONDS", -1.0)
    assert known.is_again("comment", "Why?")
    known.page_is_shown()
    assert not known.is_again("comment", "Why?")


def test_what_was_broken_off_after_the_act_is_ended_by_the_next_press_and_only_once() -> None:
    known, done = Presses(), []

    def rest() -> None:
        done.append("emptied")
        if len(done) == 1:
            raise Broken

    known.note("comment", "Why?", rest)
    with pytest.raises(Broken):
        known.end()
    assert known.is_again("comment", "Why?")
    known.end()
    known.end()
    assert done == ["emptied", "emptied"]
