"""Other tags for many snippets at once."""

from __future__ import annotations

import pytest
from sqlmodel import Session

from library import log
from library.errors import Refused
from library.people import NotAllowed
from library.snippets import list_versions, show, vetted
from library.tagging import retag
from tests.library.conftest import AT, TWO, Stored
from tests.library.curating import curators


def test_tags_are_added_and_removed_in_new_versions_with_the_same_text(session: Session, stored: Stored) -> None:
    stored(TWO)
    before = {one.key: one for one in list_versions(session)}
    made = retag(session, ["zebra", "apple"], add=["style"], remove=["format"], by="Ben", at=AT)
    assert [(one.key, one.version, one.state, one.tags) for one in made] == [
        ("zebra", 2, "vetted", ("polarity", "style")),
        ("apple", 2, "draft", ("style",)),
    ]
    assert all(one.text == before[one.key].text and one.group == before[one.key].group for one in made)
    assert log.entries(session, "snippet:zebra")[-1].detail["were"] == ["format", "polarity"]


def test_what_has_the_tags_already_gets_no_version(session: Session, stored: Stored) -> None:
    stored(TWO)
    assert retag(session, ["zebra"], add=["format"], remove=["nothing"], by="Ben", at=AT) == ()


def test_where_two_have_to_agree_the_new_version_of_a_vetted_snippet_is_a_draft(
    session: Session, stored: Stored
) -> None:
    stored(TWO)
    curators(session)
    (made,) = retag(session, ["zebra"], add=["style"], by="Ben", at=AT)
    assert made.state == "draft"
    assert [one.version for one in vetted(session, ())] == [1]


def test_retired_and_unknown_snippets_and_what_is_no_tag_are_refused(session: Session, stored: Stored) -> None:
    stored(TWO.replace("state: vetted", "state: retired"))
    with pytest.raises(Refused, match="zebra is retired"):
        retag(session, ["apple", "zebra"], add=["style"], by="Ben", at=AT)
    with pytest.raises(Refused, match="no snippet nowhere"):
        retag(session, ["nowhere"], add=["style"], by="Ben", at=AT)
    with pytest.raises(Refused, match="apple: No Tag can't be its tags"):
        retag(session, ["apple"], add=["No Tag"], by="Ben", at=AT)
    assert len(show(session, "apple")) == 1


def test_only_those_who_keep_the_library_tag(session: Session, stored: Stored) -> None:
    stored(TWO)
    curators(session)
    with pytest.raises(NotAllowed):
        retag(session, ["zebra"], add=["style"], by="Vera", at=AT)
