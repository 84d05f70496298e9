"""Making a service token, and revoking one: for the role admin."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from secrets import token_bytes

from sqlmodel import Session, select

from library import log
from library.database import lock_for_writing
from library.errors import Refused
from library.names import lookalike
from library.people import require
from library.tables import TokenRow
from library.token_secrets import LONGEST_NAME, NAME, new_secret, stored
from library.tokens import SCOPES, Token, token_named, token_row

MOST_DAYS = 3_650


def make_token(
    session: Session,
    name: str,
    scopes: Sequence[str],
    tasks: Sequence[str],
    *,
    days: int | None,
    by: str,
    at: datetime,
    chance: Callable[[int], bytes] = token_bytes,
) -> tuple[Token, str]:
    """Make a token and return it with its secret, which is nowhere else and can't be shown again.

    `tasks` are those that it is good for, none for every task; `days` is how long, None for good. Raises `Refused`
    for the role, a name that can't be one or looks like another token's, what is no scope, and days out of range.
    """
    lock_for_writing(session)
    require(session, by, "admin")
    _check_name(session, name)
    if unknown := sorted(set(scopes) - set(SCOPES)):
        raise Refused(f"no token can be made for {', '.join(unknown)}", fix=f"Choose from {', '.join(SCOPES)}.")
    if not scopes:
        raise Refused("a token that may do nothing is of no use", fix=f"Choose from {', '.join(SCOPES)}.")
    if days is not None and not 1 <= days <= MOST_DAYS:
        raise Refused(f"a token can't be good for {days} days", fix=f"Give 1 to {MOST_DAYS:,}.")
    secret = new_secret(name, chance)
    row = TokenRow(
        name=name,
        sha256=stored(secret),
        scopes=[one for one in SCOPES if one in scopes],
        tasks=sorted(set(tasks)),
        made_by=by,
        made_at=at,
        expires_at=None if days is None else at + timedelta(days=days),
    )
    session.add(row)
    session.flush()
    token = token_named(session, name)
    assert token is not None
    detail = {"scopes": list(token.scopes), "tasks": list(token.tasks), "days": days}
    log.append(session, who=by, action="token made", subject=f"token:{name}", why="", detail=detail, at=at)
    return token, secret


def revoke_token(session: Session, name: str, *, by: str, at: datetime) -> Token:
    """Make a token good for nothing from now on, which can't be undone.

    Raises `Refused` for the role, an unknown name, and one that is revoked.
    """
    lock_for_writing(session)
    require(session, by, "admin")
    row = token_row(session, name)
    if row is None:
        raise Refused(f"no token is called {name}", fix="`composer tokens list` has those there are.")
    if row.revoked_at is not None:
        raise Refused(f"token {name} is revoked already")
    row.revoked_at, row.revoked_by = at, by
    session.add(row)
    session.flush()
    log.append(session, who=by, action="token revoked", subject=f"token:{name}", why="", detail={}, at=at)
    token = token_named(session, name)
    assert token is not None
    return token


def _check_name(session: Session, name: str) -> None:
    if len(name) > LONGEST_NAME or not NAME.fullmatch(name):
        raise Refused(
            f"{name!r} can't be a token's name",
            fix=f"Use a to z, digits and single hyphens, {LONGEST_NAME} at most, such as ci-nightly.",
        )
    known = session.exec(select(TokenRow.name)).all()
    if name in known:
        raise Refused(f"a token was called {name} already", fix="Its acts stay under its name: take another.")
    if other := lookalike(name, known):
        raise Refused(f"{name!r} looks like {other!r}, which is or was a token", fix="Take another name.")
