"""What a library file and the library differ in."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlmodel import Session

from library.difference import Difference, difference
from library.drafts import Draft, write_draft
from library.retiring import retire
from library.snippets import show
from library.vetting import reject
from tests.library.conftest import AT, TWO, Stored, keys
from tests.library.curating import curators

Compared = Callable[..., Difference]


@pytest.fixture
def compared(session: Session, tmp_path: Path) -> Compared:
    """Compare a file of this content with the library."""

    def compare(content: str, *, by: str = "Ada", tag: str | None = None) -> Difference:
        file = tmp_path / "compared.yaml"
        file.write_text(content, encoding="utf-8")
        return difference(session, file, by=by, tag=tag)

    return compare


def test_what_was_imported_differs_in_nothing_whatever_drafts_follow(
    session: Session, stored: Stored, compared: Compared
) -> None:
    stored(TWO)
    assert compared(TWO).is_empty
    write_draft(session, Draft("zebra", "Answer in a word."), by="Ada", at=AT)
    assert compared(TWO).is_empty
    apple = "{key: apple, text: Ignore the order of the texts.}"
    assert compared(f"snippets: [{{key: zebra, text: Answer in a word.}}, {apple}]").is_empty


def test_what_the_file_lacks_is_found_unless_it_may(stored: Stored, compared: Compared) -> None:
    stored(TWO)
    only = "snippets: [{key: apple, text: Ignore the order of the texts.}]"
    assert keys(compared(only).missing) == ["zebra"]
    assert keys(compared(only, tag="polarity").missing) == ["zebra"]
    assert compared(only, tag="other").is_empty


def test_another_state_or_rationale_differs_although_an_import_leaves_it(
    session: Session, stored: Stored, compared: Compared
) -> None:
    stored(TWO)
    found = compared(TWO.replace("state: vetted", "state: draft").replace("too long", "too short"))
    assert found.plan.is_empty
    assert found.kept == {"zebra": ("state", "rationale")}
    retire(session, "zebra", reason="It misleads.", by="Ada", at=AT)
    assert compared(TWO).kept == {"zebra": ("state",)}


def test_a_rejected_draft_is_not_missed_and_its_text_is_new(
    session: Session, stored: Stored, compared: Compared
) -> None:
    stored(TWO)
    reject(session, show(session, "apple")[0].id, reason="It is not clear.", by="Ada", at=AT)
    found = compared(TWO)
    assert (keys(found.plan.added), found.missing) == (["apple"], ())
    assert "It is not clear." in found.plan.added[0].note
    assert compared(TWO.partition("- key: apple")[0]).is_empty


def test_what_waits_to_be_vetted_differs_until_it_is(session: Session, stored: Stored, compared: Compared) -> None:
    curators(session)
    assert compared(TWO, by="Ben").plan.waiting == 1
    stored(TWO.replace("state: vetted", "state: draft"))
    assert compared(TWO, by="Ada").kept == {"zebra": ("state",)}
    assert keys(compared(TWO, by="Ben").plan.promoted) == ["zebra"]
