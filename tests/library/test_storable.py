"""Whatever text somebody sends has a form that can be stored, and what can be stored stays as it is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from library.storable import storable


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")))
def test_what_can_be_stored_stays_as_it_is(text: str) -> None:
    assert storable(text) == text


@given(st.text(st.characters()))
def test_any_text_gets_a_form_that_can_be_stored(text: str) -> None:
    found = storable(text)
    assert found.encode().decode() == found == storable(found)
    assert "\0" not in found


@pytest.mark.parametrize(
    ("text", "expected"), [("a\ud83d", "a\\ud83d"), ("\udcff", "\\udcff"), ("\0b", "\\x00b"), ("🙂", "🙂")]
)
def test_it_is_written_as_an_escape(text: str, expected: str) -> None:
    assert storable(text) == expected
