"""People and tokens as tables on a page, and people as a file."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from urllib.parse import quote

import pandas as pd

from library.roles import ROLES, Person
from library.tokens import Token
from ui.shell import html
from ui.shell.csv_text import as_csv
from ui.shell.html import safe, when


def fits(one: Person, words: str) -> bool:
    """Whether each of these words occurs in a person's name, e-mail or roles, whatever its capitals."""
    text = " ".join((one.name, one.email, *one.grants)).casefold()
    return all(word in text for word in words.casefold().split())


def table(people: Sequence[Person], me: Person) -> str:
    """Return people as an HTML table; their e-mails are for those who may change them."""
    emails = me.may("admin")
    heads = ("name", *(("e-mail",) if emails else ()), "for every task", "for one task alone")
    return html.table(heads, [_row(one, me, emails=emails) for one in people])


def csv(people: Sequence[Person], me: Person) -> bytes:
    """Return people for a spreadsheet or script, a row for each role that somebody holds."""
    rows = [
        (one.name, one.email if me.may("admin") else "", *_parts(grant)) for one in people for grant in one.grants
    ]
    return as_csv(pd.DataFrame(rows, columns=["name", "email", "role", "task"]))


def tokens_table(tokens: Sequence[Token], now: datetime) -> str:
    """Return service tokens as an HTML table."""
    heads = ("token", "state", "may", "made", "expires", "last used")
    return html.table(heads, [_token(one, now) for one in tokens])


def _row(one: Person, me: Person, *, emails: bool) -> str:
    link = f'<a href="people?person={quote(one.name)}">{safe(one.name)}</a>'
    you = ' <span class="ic-mute ic-small">you</span>' if one.name == me.name else ""
    email = f"<td>{safe(one.email)}</td>" if emails else ""
    everywhere = ", ".join(role for role in ROLES if role in one.roles) or "—"
    by_task = "<br>".join(f"{safe(task)}: {safe(', '.join(_held(one, task)))}" for task in one.tasks) or "—"
    return f'<tr><td class="ic-nowrap">{link}{you}</td>{email}<td>{safe(everywhere)}</td><td>{by_task}</td></tr>'


def _held(one: Person, task: str) -> list[str]:
    return [role for role in ROLES if (role, task) in one.by_task]


def _parts(grant: str) -> tuple[str, str]:
    role, _, task = grant.partition(":")
    return role, task


def _token(one: Token, now: datetime) -> str:
    state = one.state(now)
    how = f"revoked by {safe(one.revoked_by)}" if state == "revoked" else state
    expires = "never" if one.expires_at is None else f"{one.expires_at:%Y-%m-%d}"
    used = "never" if one.last_used_at is None else when(one.last_used_at, now)
    return (
        f'<tr><td class="ic-nowrap">{safe(one.name)}</td><td>{how}</td><td>{safe(one.words)}</td>'
        f"<td>{when(one.made_at, now)} by {safe(one.made_by)}</td><td>{expires}</td><td>{used}</td></tr>"
    )
