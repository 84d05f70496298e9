"""People who keep a library together, and drafts of theirs."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlmodel import Session

from library.drafts import WRITTEN, Draft, Origin, write_draft
from library.people import add_person
from library.versions import SnippetVersion

AT = datetime(2026, 3, 4, 5, 6, 7, 89, tzinfo=UTC)


def curators(session: Session) -> None:
    """Make a home of an admin, two curators and a viewer."""
    add_person(session, "Ada", "ada@example.org", ("admin",), by="Ada", at=AT)
    for name, role in (("Ben", "curator"), ("Cleo", "curator"), ("Vera", "viewer")):
        add_person(session, name, f"{name.lower()}@example.org", (role,), by="Ada", at=AT)


def drafted(
    session: Session,
    key: str = "brief",
    text: str = "Answer in one word.",
    *,
    by: str = "Ben",
    origin: Origin = WRITTEN,
    tags: tuple[str, ...] = (),
) -> SnippetVersion:
    """Store a draft."""
    return write_draft(session, Draft(key, text, tags=tags), by=by, at=AT, origin=origin)
