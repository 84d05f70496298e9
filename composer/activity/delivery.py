"""Delivers log entries to webhook endpoints, each at least once and in the order of the log.

What an endpoint answered with a 2xx is not sent again, unless this process ended between the answer and its
note of it. Two deliverers at once, the app and the command, take turns: before each entry one claims the
endpoint by an update that only the first of them can make, on any database, and a claim expires by itself if
its process ends.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlmodel import col, or_

from composer.activity.receivers import addresses_of, allowed_hosts, check_host
from composer.activity.webhooks import Webhook, as_webhook, list_webhooks, message, signature, signing_secret
from composer.activity.wording import about
from composer.models.transport import Bytes, TooLate, Transport, Unreachable, Unreadable
from composer.tables import WebhookRow
from library import log
from library.database import Database
from library.errors import Refused
from library.log import LogEntry, LogFilter

TIMEOUT_SECONDS = 10.0
MOST_BYTES = 64 * 2**10
"""How long an answer may be: nothing of it is read but its status."""


CLAIM = timedelta(seconds=90)
"""How long an endpoint belongs to one deliverer for one entry: longer than a call may take."""


FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=10), timedelta(hours=1)
"""Time from a failed delivery to the next try: it doubles with each failure in a row."""


Post = Callable[[bytes, Mapping[str, str], str], int]
"""Sends a body with headers to a URL and returns the status; raises `Refused` where no answer came."""


def deliver(
    database: Database, post: Post, *, at: datetime, app: str = "", elapsed: Callable[[], float] = time.monotonic
) -> int:
    """Deliver to every endpoint that is due what it lacks, in turns, and return how many entries were sent.

    `at` is the time at the start, `elapsed` counts seconds from any moment on, and `app` is the address of the
    app for links (none without it). An endpoint that fails waits: 10 s, then twice as long each time, an hour
    at most. Raises `Refused` only for the database.
    """
    begun = elapsed()
    horizon = at + LONGEST_WAIT  # nothing waits longer: a time beyond it is of a clock that was set back since

    def now() -> datetime:
        return at + timedelta(seconds=elapsed() - begun)

    with database.session() as session:
        waits = {hook.id: hook.next_try_at for hook in list_webhooks(session)}
    due = [number for number, until in waits.items() if until is None or not at < until <= horizon]
    sent = 0
    while due:
        # One entry for each in turn, so that an endpoint far behind doesn't keep the others waiting.
        due = [hook for hook in due if _deliver_next(database, post, hook, now, app)]
        sent += len(due)
    return sent


def post(body: bytes, headers: Mapping[str, str], url: str, *, seconds: float = TIMEOUT_SECONDS) -> int:
    """Send a body over the network and return the answer's status.

    Redirects are not followed, and only public addresses are asked, and those of hosts that the environment allows
    by name. The answer may take `seconds` in all, and have 64 KiB.
    """
    allowed = allowed_hosts()
    check_host(url, allowed)
    carrier = Transport(
        url, seconds=seconds, most=MOST_BYTES, addresses=lambda host, port: addresses_of(host, port, allowed)
    )
    try:
        return carrier.stream(Bytes("POST", url, list(headers.items()), body)).status
    except (Unreachable, TooLate, Unreadable, ValueError) as error:
        raise Refused(f"no answer: {str(error) or type(error).__name__}") from error
    finally:
        carrier.close()


def _deliver_next(database: Database, post: Post, hook_id: int, now: Callable[[], datetime], app: str) -> bool:
    """Send one endpoint the next entry it wants; False where it has all, is claimed by another, or failed."""
    with database.session() as session:
        row = session.get(WebhookRow, hook_id)
        # Read before the entries, so that none which is logged meanwhile can be passed over.
        newest = log.newest(session)
    if row is None or row.delivered >= newest:
        return False
    hook, claim = as_webhook(row), now() + CLAIM
    if not _claimed(database, hook, claim, now()):
        return False
    try:
        entry = _send_next(database, post, hook, now(), app)
    except Refused as refused:
        # The power has a limit of its own: an endpoint that has failed for months would overflow the time.
        wait = min(FIRST_WAIT * 2 ** min(hook.failures, 16), LONGEST_WAIT)
        problem = str(refused)[:500]
        _note(database, hook, claim, failures=hook.failures + 1, problem=problem, next_try_at=now() + wait)
        return False
    except BaseException:
        _note(database, hook, claim, next_try_at=None)
        raise
    upto = newest if entry is None else entry.id
    noted = _note(database, hook, claim, delivered=upto, failures=0, problem="", next_try_at=None)
    return noted and entry is not None


def _send_next(database: Database, post: Post, hook: Webhook, at: datetime, app: str) -> LogEntry | None:
    """Send the next entry an endpoint wants and return it, None if it wants none; raises `Refused` on failure."""
    with database.session() as session:
        only = LogFilter(actions=hook.actions, after=hook.delivered)
        entry = next(iter(log.entries(session, only=only, limit=1)), None)
        if entry is None:
            return None
        subject = about(session, [entry.subject])[entry.subject]
    try:
        body = message(entry, subject, app)
    except ValueError as error:
        raise Refused(f"entry {entry.id} of the log can't be written as JSON: {error}") from error
    timestamp = str(int(at.timestamp()))
    headers = {
        "Content-Type": "application/json",
        "X-Composer-Signature": signature(signing_secret(hook.secret_env), timestamp, body),
        "X-Composer-Timestamp": timestamp,
        "X-Composer-Delivery": str(entry.id),
    }
    status = post(body, headers, hook.url)
    if not 200 <= status < 300:
        raise Refused(f"it answered {status}")
    return entry


def _claimed(database: Database, hook: Webhook, until: datetime, now: datetime) -> bool:
    """Claim an endpoint until a time, unless another deliverer claimed or changed it since it was read."""
    time_to_try = col(WebhookRow.next_try_at)
    with database.session() as session:
        taken = session.exec(
            update(WebhookRow)
            .where(col(WebhookRow.id) == hook.id, col(WebhookRow.delivered) == hook.delivered)
            .where(or_(time_to_try.is_(None), time_to_try <= now, time_to_try > now + LONGEST_WAIT))
            .values(next_try_at=until)
        )
        return taken.rowcount == 1


def _note(database: Database, hook: Webhook, claim: datetime, **values: object) -> bool:
    """Store how a delivery went, which ends the claim; False where the claim was lost."""
    with database.session() as session:
        noted = session.exec(
            update(WebhookRow)
            .where(col(WebhookRow.id) == hook.id, col(WebhookRow.next_try_at) == claim)
            .values(**values)
        )
        return noted.rowcount == 1
