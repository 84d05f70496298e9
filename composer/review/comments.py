"""Comments on a candidate, a snippet or an example: resolvable, and carried on to the candidates that follow."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, get_args

from sqlmodel import Session, col, select

from composer.candidates.evidence import Evidence
from composer.candidates.records import Candidate, get_candidate, get_candidate_summary
from composer.review.verdicts import COMMENTERS
from composer.tables import CandidateRow, CommentRow
from library import log
from library.canonical import digest
from library.database import lock_for_writing
from library.errors import Refused
from library.people import require
from library.reasons import reason_of

Object = Literal["candidate", "snippet", "example"]


@dataclass(frozen=True)
class Comment:
    """One comment; `name` is the snippet's key or the example's id, empty for the candidate.

    `carried` is whether it was written on an earlier candidate, `outdated` whether its object has changed since
    or is gone.
    """

    id: int
    candidate_id: int
    kind: Object
    name: str
    text: str
    author: str
    written_at: datetime
    resolved_by: str
    resolved_at: datetime | None
    carried: bool
    outdated: bool


def comments_on(session: Session, candidate: Candidate) -> tuple[Comment, ...]:
    """Return the comments on a candidate, oldest first, with those still open from earlier ones of its place."""
    query = (
        select(CommentRow)
        .join(CandidateRow)
        .where(CandidateRow.task == candidate.task, CandidateRow.target == candidate.target)
        .where(col(CommentRow.candidate_id) <= candidate.id)
        .order_by(col(CommentRow.id))
    )
    found = []
    for row in session.exec(query):
        carried = row.candidate_id != candidate.id
        if carried and row.resolved_at is not None:
            continue
        outdated = _object(candidate.evidence, row.kind, row.name) != row.object_hash
        found.append(_comment(row, carried=carried, outdated=outdated))
    return tuple(found)


def about_snippet(session: Session, key: str) -> tuple[Comment, ...]:
    """Return the comments on a snippet in any candidate, the oldest first; none of them is `outdated` here."""
    query = select(CommentRow).where(CommentRow.kind == "snippet", CommentRow.name == key)
    rows = session.exec(query.order_by(col(CommentRow.id)))
    return tuple(_comment(row, carried=False, outdated=False) for row in rows)


def add_comment(
    session: Session,
    candidate_id: int,
    text: str,
    *,
    by: str,
    at: datetime,
    kind: Object = "candidate",
    name: str = "",
) -> int:
    """Write a comment on a candidate, or on one of its snippets or examples; returns its id.

    Raises `Refused` for an empty text, an object that the candidate doesn't have, and the role.
    """
    if kind not in get_args(Object):
        raise Refused(f"there are no comments on a {kind}", fix=f"Choose one of: {', '.join(get_args(Object))}.")
    if not text.strip():
        raise Refused("a comment needs a text", fix="Write what you ask, note or suggest.")
    text = reason_of(text, "a comment")
    lock_for_writing(session)
    candidate = get_candidate(session, candidate_id)
    person = require(session, by, *COMMENTERS, task=candidate.task)
    object_hash = _object(candidate.evidence, kind, name)
    if not object_hash:
        raise Refused(f"candidate {candidate_id} has no {kind} {name}")
    row = CommentRow(
        candidate_id=candidate_id,
        kind=kind,
        name=name,
        object_hash=object_hash,
        text=text,
        author=person.name,
        written_at=at,
    )
    session.add(row)
    session.flush()
    assert row.id is not None
    on = {} if kind == "candidate" else {"on": f"{kind}:{name}"}
    _log(session, "comment", row, person.name, at, why=text, detail=on)
    return row.id


def resolve_comment(session: Session, comment_id: int, *, by: str, at: datetime, resolved: bool = True) -> None:
    """Mark a comment as resolved, or open it again; raises `Refused` where there is none, and for the role."""
    lock_for_writing(session)
    row = session.get(CommentRow, comment_id)
    if row is None:
        raise Refused(f"there is no comment {comment_id}")
    person = require(session, by, *COMMENTERS, task=get_candidate_summary(session, row.candidate_id).task)
    row.resolved_by, row.resolved_at = (person.name, at) if resolved else ("", None)
    session.add(row)
    action = "comment resolved" if resolved else "comment opened again"
    _log(session, action, row, person.name, at, why="", detail={"comment": comment_id})


def _object(evidence: Evidence, kind: str, name: str) -> str:
    """Return the hash of what a comment hangs on; empty where a candidate doesn't have it."""
    if kind == "candidate":
        return evidence.candidate.fingerprint
    if kind == "snippet":
        sides = (*evidence.candidate.snippets, *evidence.incumbent.snippets)
        return next((one.sha256 for one in sides if one.key == name), "")
    places = [place for place, one in enumerate(evidence.data.examples) if one == name]
    if not places:
        return ""
    (place,) = places
    gold = evidence.rows[place].gold
    return digest([evidence.candidate.cells[place], None if gold == "" else gold])


def _log(
    session: Session, action: str, row: CommentRow, by: str, at: datetime, *, why: str, detail: dict[str, Any]
) -> None:
    subject = f"candidate:{row.candidate_id}"
    log.append(session, who=by, action=action, subject=subject, why=why, detail=detail, at=at)


def _comment(row: CommentRow, *, carried: bool, outdated: bool) -> Comment:
    fields = row.model_dump(exclude={"object_hash"})
    return Comment(**fields, carried=carried, outdated=outdated)
