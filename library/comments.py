"""Comments on snippets, which curators write and resolve; a resolved one can be opened again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from library import log
from library.database import lock_for_writing
from library.errors import Refused
from library.people import require_somewhere
from library.reasons import reason_of
from library.roles import Role
from library.snippets import show
from library.tables import SnippetCommentRow

WRITERS: tuple[Role, ...] = ("curator", "reviewer", "releaser", "admin")
"""Who may comment on snippets, and resolve comments."""


@dataclass(frozen=True)
class SnippetComment:
    """What somebody wrote about a snippet; `version` was its newest then; `resolved_by` is empty while open."""

    id: int
    key: str
    version: int
    text: str
    author: str
    written_at: datetime
    resolved_by: str
    resolved_at: datetime | None


def comment(session: Session, key: str, text: str, *, by: str, at: datetime) -> SnippetComment:
    """Store a comment on a snippet; raises `Refused` for the role, an unknown key and an empty text."""
    text = reason_of(text, "a comment")
    lock_for_writing(session)
    require_somewhere(session, by, *WRITERS)
    newest = show(session, key)[0]
    row = SnippetCommentRow(key=key, version=newest.version, text=text, author=by, written_at=at)
    session.add(row)
    session.flush()
    _log(session, "comment", row, text, by, at)
    return _comment(row)


def comments_on(session: Session, key: str) -> tuple[SnippetComment, ...]:
    """Return the comments on a snippet, the oldest first."""
    query = select(SnippetCommentRow).where(SnippetCommentRow.key == key).order_by(col(SnippetCommentRow.id))
    return tuple(_comment(row) for row in session.exec(query))


def resolve(session: Session, id: int, *, by: str, at: datetime, again: bool = False) -> SnippetComment:
    """Resolve a comment, or open it `again`; raises `Refused` for the role and an unknown comment."""
    lock_for_writing(session)
    require_somewhere(session, by, *WRITERS)
    row = session.get(SnippetCommentRow, id)
    if row is None:
        raise Refused(f"there is no comment {id} on a snippet")
    if bool(row.resolved_by) != again:
        return _comment(row)
    row.resolved_by, row.resolved_at = ("", None) if again else (by, at)
    session.add(row)
    session.flush()
    _log(session, "comment opened again" if again else "comment resolved", row, "", by, at)
    return _comment(row)


def _log(session: Session, action: str, row: SnippetCommentRow, why: str, by: str, at: datetime) -> None:
    detail = {"comment": row.id, "version": row.version}
    log.append(session, who=by, action=action, subject=f"snippet:{row.key}", why=why, detail=detail, at=at)


def _comment(row: SnippetCommentRow) -> SnippetComment:
    return SnippetComment(
        row.id or 0,
        row.key,
        row.version,
        row.text,
        row.author,
        row.written_at,
        row.resolved_by,
        row.resolved_at,
    )
