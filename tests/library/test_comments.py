"""Comments on snippets."""

from __future__ import annotations

import pytest
from sqlmodel import Session

from library import log
from library.comments import comment, comments_on, resolve
from library.errors import Refused
from library.people import NotAllowed
from tests.library.conftest import AT
from tests.library.curating import curators, drafted


def test_a_comment_is_kept_with_the_version_it_was_written_at(session: Session) -> None:
    drafted(session)
    comment(session, "brief", " Is one word enough? ", by="Cleo", at=AT)
    drafted(session, text="Answer in two words.")
    (found,) = comments_on(session, "brief")
    assert (found.version, found.text, found.author, found.resolved_by) == (1, "Is one word enough?", "Cleo", "")


def test_it_is_resolved_and_opened_again(session: Session) -> None:
    drafted(session)
    made = comment(session, "brief", "Why?", by="Cleo", at=AT)
    assert resolve(session, made.id, by="Ben", at=AT).resolved_by == "Ben"
    before = log.newest(session)
    assert resolve(session, made.id, by="Ada", at=AT).resolved_by == "Ben"
    assert log.newest(session) == before
    assert resolve(session, made.id, by="Ben", at=AT, again=True).resolved_at is None


def test_an_empty_comment_an_unknown_snippet_and_a_viewer_are_refused(session: Session) -> None:
    curators(session)
    drafted(session)
    with pytest.raises(Refused, match="needs a reason"):
        comment(session, "brief", " ", by="Ben", at=AT)
    with pytest.raises(Refused, match="there is no snippet"):
        comment(session, "nowhere", "Why?", by="Ben", at=AT)
    with pytest.raises(NotAllowed):
        comment(session, "brief", "Why?", by="Vera", at=AT)
    with pytest.raises(Refused, match="no comment 7"):
        resolve(session, 7, by="Ben", at=AT)
