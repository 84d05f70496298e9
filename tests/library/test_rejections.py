"""Drafts that were rejected."""

from __future__ import annotations

from sqlmodel import Session

from library.rejections import rejections
from library.undoing import last_acts, undo
from library.vetting import reject
from tests.library.conftest import AT
from tests.library.curating import drafted


def test_a_draft_that_was_taken_back_counts_as_rejected(session: Session) -> None:
    made = drafted(session)
    undo(session, [last_acts(session)[0].entry], by="Ben", at=AT, reason="A slip.")
    assert [(one.id, one.reason) for one in rejections(session).values()] == [(made.id, "A slip.")]


def test_one_whose_rejection_was_undone_does_not(session: Session) -> None:
    made = drafted(session)
    reject(session, made.id, reason="So.", by="Cleo", at=AT)
    undo(session, [last_acts(session)[0].entry], by="Cleo", at=AT)
    assert rejections(session) == {}
