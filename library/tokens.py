"""Service tokens as they are stored: what each may do, for which tasks and until when, and whose a secret is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, get_args

from sqlmodel import Session, select

from library.secrets import know
from library.tables import TokenRow
from library.token_secrets import TOKEN, NotAccepted, is_of, name_in

Scope = Literal["read", "check", "export", "import"]
SCOPES: tuple[Scope, ...] = get_args(Scope)
"""What a token may be made for: read over HTTP, `check`, `export`, and `data import`; nothing that decides."""
State = Literal["active", "expired", "revoked"]
NOTED_EVERY = timedelta(minutes=1)
"""How long after its last use another is noted."""


@dataclass(frozen=True)
class Token:
    """A service token; `tasks` is empty for one that is good for every task, times are in UTC.

    `expires_at` is None for one that doesn't expire, `last_used_at` for one that was never used.
    """

    name: str
    scopes: tuple[Scope, ...]
    tasks: tuple[str, ...]
    made_by: str
    made_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None
    revoked_by: str

    @property
    def actor(self) -> str:
        """The name under which what it does is logged."""
        return f"{self.name}{TOKEN}"

    @property
    def words(self) -> str:
        """What it may do, in words: `check, export for polarity`."""
        return f"{', '.join(self.scopes)} for {', '.join(self.tasks) or 'every task'}"

    def state(self, at: datetime) -> State:
        """Whether it can be used at a time, and if not why."""
        if self.revoked_at is not None:
            return "revoked"
        return "expired" if self.expires_at is not None and self.expires_at <= at else "active"

    def may(self, scope: Scope, task: str | None) -> bool:
        """Whether it is made for this; without a task, for this in every task."""
        return scope in self.scopes and (not self.tasks or task in self.tasks)


def tokens(session: Session) -> tuple[Token, ...]:
    """Return every token that was ever made, by name."""
    return tuple(_token(row) for row in sorted(session.exec(select(TokenRow)), key=lambda row: row.name))


def token_named(session: Session, name: str) -> Token | None:
    """Return the token of this name, also one that can't be used any more; None where there is none."""
    row = token_row(session, name)
    return None if row is None else _token(row)


def token_row(session: Session, name: str) -> TokenRow | None:
    """Return the row of the token of this name; None where there is none."""
    return session.exec(select(TokenRow).where(TokenRow.name == name)).first()


def accepted(session: Session, secret: str, *, at: datetime) -> Token:
    """Return the token whose secret this is; raises `NotAccepted` for any other text, and for one that ended."""
    know(secret)
    row = token_row(session, name_in(secret))
    if row is None or not is_of(secret, row.sha256):
        raise NotAccepted(
            "this token is not one of this home", fix="`composer tokens list` has those there are, by name."
        )
    token = _token(row)
    if (state := token.state(at)) != "active":
        raise NotAccepted(f"token {token.name} is {state}", fix="`composer tokens new` makes another.")
    return token


def note_use(session: Session, token: Token, *, at: datetime) -> None:
    """Note that a token was used, at most once a minute; no entry of the log is made of it."""
    if token.last_used_at is not None and at - token.last_used_at < NOTED_EVERY:
        return
    row = token_row(session, token.name)
    assert row is not None
    row.last_used_at = at
    session.add(row)


def _token(row: TokenRow) -> Token:
    return Token(
        name=row.name,
        scopes=tuple(one for one in SCOPES if one in row.scopes),
        tasks=tuple(row.tasks),
        made_by=row.made_by,
        made_at=row.made_at,
        expires_at=row.expires_at,
        last_used_at=row.last_used_at,
        revoked_at=row.revoked_at,
        revoked_by=row.revoked_by,
    )
