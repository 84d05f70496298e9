"""Rows older than content hashes, named as they are now."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from composer.audit.verification import ADOPTED, audit
from library import log
from library.database import lock_for_writing
from library.errors import Refused
from library.people import require
from library.rows import NamedRow, content_hashes


def adopt_rows(session: Session, *, by: str, at: datetime) -> int:
    """Name all rows that are older than content hashes as they are now, by one entry; returns how many.

    From then on a change of any of them is found. Raises `Refused` for the role, and where something differs
    from the log already.
    """
    lock_for_writing(session)
    require(session, by, "admin")
    found = audit(session)
    if found.differences:
        raise Refused(
            f"the rows differ from the log already: {found.differences[0]}",
            fix="`composer audit verify` names all that differs.",
        )
    named = [
        NamedRow(str(table.__tablename__), *one)
        for table, keys in found.older.items()
        for one in content_hashes(session, table, keys)
    ]
    if named:
        detail = {"rows of": sorted({one.kind for one in named})}
        log.append(session, who=by, action=ADOPTED, subject="home", why="", detail=detail, at=at, named=named)
    return len(named)
