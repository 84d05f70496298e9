"""Webhook endpoints, the signature of what is sent to them, and the body of a message.

The log is the outbox: an entry waits there until it was delivered, see `composer.activity.delivery`.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import re
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

from sqlmodel import Session, col, select

from composer.activity.receivers import allowed_hosts, check_host
from composer.activity.wording import Subject, line
from composer.tables import WebhookRow
from library import log
from library.canonical import canonical_bytes
from library.database import lock_for_writing
from library.errors import Refused
from library.log import LogEntry
from library.people import require
from library.secrets import know

APP_VARIABLE = "COMPOSER_APP_URL"
"""Environment variable with the address of the app, which messages then link to."""
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True)
class Webhook:
    """An endpoint that is sent these actions of the log (all, if empty), so far up to log entry `delivered`.

    `failures` counts deliveries that failed in a row, `problem` is why the last one did (empty where none has).
    """

    id: int
    url: str
    secret_env: str
    actions: tuple[str, ...]
    delivered: int
    failures: int
    next_try_at: datetime | None
    problem: str
    added_by: str
    added_at: datetime


def list_webhooks(session: Session) -> tuple[Webhook, ...]:
    """Return the endpoints, oldest first."""
    return tuple(as_webhook(row) for row in session.exec(select(WebhookRow).order_by(col(WebhookRow.id))))


def add_webhook(
    session: Session, url: str, secret_env: str, actions: tuple[str, ...] = (), *, by: str, at: datetime
) -> Webhook:
    """Add an endpoint that is sent what is logged from now on; `secret_env` names the variable of its secret.

    Neither the URL, which may itself let people in, nor the secret goes into the log. Raises `Refused` where
    the URL is not http or https, is there already or at an address that is not notified, or the variable holds
    nothing.
    """
    lock_for_writing(session)
    require(session, by, "admin")
    _check(url)
    signing_secret(secret_env)
    if session.exec(select(WebhookRow).where(WebhookRow.url == url)).first() is not None:
        raise Refused(
            "this address is a webhook endpoint already", fix="`composer hooks remove` it first to change how."
        )
    actions = tuple(dict.fromkeys(actions))
    row = WebhookRow(url=url, secret_env=secret_env, actions=list(actions), added_by=by, added_at=at)
    session.add(row)
    session.flush()
    _log(session, "hook added", row, by, at)
    row.delivered = log.newest(session)
    session.add(row)
    session.flush()
    return as_webhook(row)


def remove_webhook(session: Session, url: str, *, by: str, at: datetime) -> None:
    """Remove an endpoint; raises `Refused` where there is none of this URL."""
    lock_for_writing(session)
    require(session, by, "admin")
    row = session.exec(select(WebhookRow).where(WebhookRow.url == url)).first()
    if row is None:
        raise Refused("this address is no webhook endpoint", fix="`composer hooks list` shows those there are.")
    _log(session, "hook removed", row, by, at)
    session.delete(row)
    session.flush()


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """Return the header `X-Composer-Signature` of a body sent at this time: HMAC-SHA256 of both, in hex."""
    signed = timestamp.encode() + b"." + body
    return "sha256=" + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()


def verified(secret: str, timestamp: str, body: bytes, given: str) -> bool:
    """Whether a body came from whoever has the secret: for receivers, who should also refuse old timestamps.

    `timestamp` and `given` are the headers X-Composer-Timestamp (seconds since 1970) and X-Composer-Signature.
    """
    # As bytes: compare_digest raises for text beyond ASCII, which anyone may put into a header.
    return hmac.compare_digest(signature(secret, timestamp, body).encode(), given.encode())


def message(entry: LogEntry, subject: Subject, app: str = "") -> bytes:
    """Return the body sent for an entry: canonical JSON that Slack and Mattermost take as it is.

    `app` is the address of the app, for a link to the subject's page (none without it). Raises `ValueError` for
    an entry that has no JSON form.
    """
    text, link = line(entry, subject), f"{app.rstrip('/')}/{subject.page}" if app and subject.page else ""
    if link:
        text = f"{text} {link}"
    for sign, written in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;")):
        text = text.replace(sign, written)
    event = {**asdict(entry), "at": entry.at.astimezone(UTC).isoformat(timespec="microseconds")}
    return canonical_bytes({"text": text, "event": event, **({"link": link} if link else {})})


def _check(url: str) -> None:
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable or any(sign.isspace() or not sign.isprintable() for sign in url):
        raise Refused("the address of an endpoint starts with http:// or https:// and names a host", where=url)
    if parts.username or parts.password:
        raise Refused("a name and password in an address would be stored", fix="Leave them out: calls are signed.")
    check_host(url, allowed_hosts())


def signing_secret(variable: str) -> str:
    """Return the secret that this environment variable holds; raises `Refused` where it holds none."""
    if not _VARIABLE.fullmatch(variable):
        raise Refused(
            "this is no name of an environment variable",
            fix="Name the variable that holds the secret; the secret itself is never stored.",
        )
    secret = know(os.environ.get(variable, ""))
    if not secret:
        raise Refused(
            f"the environment variable {variable} holds no secret",
            fix="Set it where this runs and where the app runs; the receiver checks with the same.",
        )
    return secret


def _log(session: Session, action: str, row: WebhookRow, by: str, at: datetime) -> None:
    detail = {"host": urlsplit(row.url).hostname, "actions": list(row.actions)}
    log.append(session, who=by, action=action, subject=f"hook:{row.id}", why="", detail=detail, at=at)


def as_webhook(row: WebhookRow) -> Webhook:
    """Return a stored row as a value."""
    assert row.id is not None
    return Webhook(
        id=row.id,
        url=row.url,
        secret_env=row.secret_env,
        actions=tuple(row.actions),
        delivered=row.delivered,
        failures=row.failures,
        next_try_at=row.next_try_at,
        problem=row.problem,
        added_by=row.added_by,
        added_at=row.added_at,
    )
