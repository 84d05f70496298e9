"""Answers that nobody could name yet: of commands that say in the log that they began, and haven't ended."""

from __future__ import annotations

from sqlalchemy import func
from sqlmodel import Session, col, select

from library.tables import LogRow

ANSWERS_BEGUN, ANSWERS_KEPT = "answers begun", "answers kept"
"""What an entry of the log is called before answers are asked for, and the one that names them."""


def targets_begun(session: Session) -> set[str]:
    """Return the hashes of the targets of whose answers some are still to be named, where a command was killed."""
    last = (
        select(LogRow.subject, func.max(LogRow.id).label("id"))
        .where(LogRow.action == ANSWERS_KEPT)
        .group_by(LogRow.subject)
        .subquery()
    )
    begun = (
        select(LogRow.detail)
        .outerjoin(last, last.c.subject == LogRow.subject)
        .where(LogRow.action == ANSWERS_BEGUN, col(LogRow.id) > func.coalesce(last.c.id, 0))
    )
    return {str(detail["target"]) for detail in session.exec(begun)}
