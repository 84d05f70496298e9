"""`composer hooks`: addresses that are notified of what is logged."""

from __future__ import annotations

import json
import os
import time
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from composer.activity.delivery import deliver, post
from composer.activity.webhooks import APP_VARIABLE, Webhook, add_webhook, list_webhooks, remove_webhook
from composer.cli.common import HomeOption, JsonOption, console, opened, out, person, refusals
from library.database import Database
from library.errors import Refused

SECONDS_BETWEEN_LOOKS = 5.0

app = typer.Typer(no_args_is_help=True, help="Addresses that are notified of what is logged, by signed webhooks.")


@app.command()
@refusals
def add(
    url: Annotated[str, typer.Argument(help="Where to send to: http or https.")],
    secret_env: Annotated[
        str, typer.Option("--secret-env", help="Environment variable that holds the secret for signing.")
    ],
    action: Annotated[
        list[str] | None,
        typer.Option("--action", help='Only this action of the log, such as "approve"; can be repeated.'),
    ] = None,
    home: HomeOption = None,
) -> None:
    """Notify an address of what is logged from now on: a public one, or one that COMPOSER_WEBHOOK_HOSTS allows.

    Redirects are not followed. COMPOSER_WEBHOOK_HOSTS names hosts, apart by commas, that may be notified although
    they are at a private, link-local or loopback address; it is set where the app or `composer hooks` runs.
    """
    with opened(home).session() as session:
        hook = add_webhook(session, url, secret_env, tuple(action or ()), by=person(), at=datetime.now(UTC))
    out.print(f"Added: {hook.url} is notified of {_wanted(hook)}.", markup=False, highlight=False, soft_wrap=True)
    out.print("The app delivers while it runs; without it, composer hooks deliver --watch does.")


@app.command()
@refusals
def remove(url: Annotated[str, typer.Argument(help="As it was added.")], home: HomeOption = None) -> None:
    """Stop notifying an address."""
    with opened(home).session() as session:
        remove_webhook(session, url, by=person(), at=datetime.now(UTC))
    out.print(f"Removed: {url}", markup=False, highlight=False, soft_wrap=True)


@app.command("list")
@refusals
def list_hooks(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """List the addresses, what failed last with each, and when it is tried again."""
    with opened(home).session() as session:
        found = list_webhooks(session)
    if as_json:
        print(json.dumps([asdict(hook) for hook in found], ensure_ascii=False, default=datetime.isoformat))
        return
    if not found:
        out.print("No address is notified of anything. `composer hooks add URL --secret-env NAME` adds one.")
        return
    table = Table(box=None, pad_edge=False)
    for name in ("address", "is notified of", "secret in", "up to entry", "failed last", "next try"):
        table.add_column(name, overflow="fold")
    for hook in found:
        failing = bool(hook.failures)
        table.add_row(
            escape(hook.url),
            escape(_wanted(hook)),
            escape(hook.secret_env),
            str(hook.delivered),
            escape(f"{hook.problem} ({hook.failures} in a row)" if failing else "—"),
            f"{hook.next_try_at:%Y-%m-%d %H:%M:%S} UTC" if failing and hook.next_try_at else "—",
        )
    out.print(table)


@app.command("deliver")
@refusals
def deliver_now(
    watch: Annotated[bool, typer.Option("--watch", help="Go on until interrupted.")] = False,
    home: HomeOption = None,
) -> None:
    """Send what is due, once; exits 1 if an address could not be reached."""
    database = opened(home)
    if watch:
        _watch(database)
        return
    sent = _deliver(database)
    out.print(f"Sent {sent} {'message' if sent == 1 else 'messages'}.")
    if _report_problems(database):
        raise typer.Exit(1)


def _watch(database: Database) -> None:
    """Deliver until interrupted; a database that can't be used for a while is waited for."""
    reported: frozenset[str] = frozenset()
    console.print("Delivering what is logged; interrupt to end.")
    try:
        while True:
            try:
                sent = _deliver(database)
                reported = _report_problems(database, reported)
            except Refused as refused:
                sent = 0
                console.print(str(refused), markup=False, highlight=False, soft_wrap=True)
            if sent:
                console.print(f"{datetime.now(UTC):%H:%M:%S} UTC: sent {sent}")
            time.sleep(SECONDS_BETWEEN_LOOKS)
    except KeyboardInterrupt:
        console.print("Ended. What is logged from now on is sent when delivering goes on.")


def _deliver(database: Database) -> int:
    return deliver(database, post, at=datetime.now(UTC), app=os.environ.get(APP_VARIABLE, ""))


def _report_problems(database: Database, before: frozenset[str] = frozenset()) -> frozenset[str]:
    """Print on standard error what is wrong with which address, but for what was printed before; return it all."""
    with database.session() as session:
        failing = [hook for hook in list_webhooks(session) if hook.failures]
    lines = frozenset(
        f"✗ {hook.url}: {hook.problem}, next try {hook.next_try_at:%H:%M:%S} UTC" for hook in failing
    )
    for line in sorted(lines - before):
        console.print(line, markup=False, highlight=False, soft_wrap=True)
    return lines


def _wanted(hook: Webhook) -> str:
    return ", ".join(hook.actions) or "everything"
