"""`composer audit`: the log of who did what, when and why, and whether it is whole."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from composer.audit import Audit, adopt_rows, audit, head_of, known_head
from composer.audit.wording import kind_words
from composer.cli.common import (
    HomeOption,
    JsonOption,
    YesOption,
    clean,
    confirm,
    console,
    opened,
    out,
    person,
    refusals,
    say,
)
from composer.cli.figures_table import MARKS
from library import log
from library.errors import Refused

app = typer.Typer(no_args_is_help=True, help="The log of every change.")


@app.command("list")
@refusals
def list_entries(
    subject: Annotated[str | None, typer.Option("--subject", help="Such as candidate:3.")] = None,
    who: Annotated[str, typer.Option("--who", help="Only what this person did.")] = "",
    kind: Annotated[str, typer.Option("--kind", help="Only on this kind of object, such as candidate.")] = "",
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the log, oldest first."""
    with opened(home).session() as session:
        found = log.entries(session, subject, log.LogFilter(who=who, kind=kind))
    if as_json:
        print(json.dumps([asdict(entry) for entry in found], ensure_ascii=False, default=datetime.isoformat))
        return
    table = Table("when", "who", "what", "on", "why")
    for entry in found:
        cells = (clean(one) for one in (entry.who, entry.action, entry.subject, entry.why))
        table.add_row(f"{entry.at:%Y-%m-%d %H:%M}", *map(escape, cells))
    out.print(table)


@app.command()
@refusals
def verify(
    head: Annotated[
        str, typer.Option("--head", help="What `composer audit head` printed earlier, kept elsewhere.")
    ] = "",
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Check the log, and the log against the rows both ways; names what differs and exits 1."""
    database = opened(home, whole=False)
    with database.session() as session:
        kept = known_head(session, head) if head else None
        found = audit(session)
    differences = list(found.differences)
    if kept is not None and not kept.follows:
        differences.insert(0, kept.said)
    try:
        database.check_head()
    except Refused as lost:
        differences.append(lost.what)
    if as_json:
        print(json.dumps(_as_json(found, differences), ensure_ascii=False))
    else:
        _print(found, differences)
        if kept is not None and kept.follows:
            say(MARKS[True], f" {kept.said}")
    if differences:
        raise typer.Exit(1)


@app.command()
@refusals
def head(home: HomeOption = None) -> None:
    """Print where the log ends: keep it outside this home, and compare later with `audit verify --head`."""
    with opened(home).session() as session:
        print(head_of(session))


@app.command()
@refusals
def adopt(home: HomeOption = None, yes: YesOption = False) -> None:
    """Name the rows that are older than content hashes as they are now, so that a later change is found."""
    database, by = opened(home), person()
    with database.session() as session:
        count = sum(map(len, audit(session).older.values()))
    if count and not yes:
        confirm(f"Name {count:,} rows as they are now?")
    with database.session() as session:
        count = adopt_rows(session, by=by, at=datetime.now(UTC)) if count else 0
    say(f"{count:,} rows named." if count else "No row is older than content hashes.")


def _print(found: Audit, differences: Sequence[str]) -> None:
    for one in differences:
        console.print(Text.assemble(MARKS[False], f" {clean(one)}"), soft_wrap=True)
    if differences:
        console.print(f"{len(differences):,} difference{'s' if differences[1:] else ''}", highlight=False)
        return
    say(MARKS[True], f" the log is whole: {found.head.entries:,} entries, head {found.head}")
    say(MARKS[True], f" {found.rows:,} rows are what the log says")
    if older := sum(map(len, found.older.values())):
        kinds = ", ".join(f"{kind_words(table)} {len(keys):,}" for table, keys in found.older.items())
        say(f"{older:,} rows are older than content hashes, so a change of them is not found ({kinds}).")
        say("`composer audit adopt` names them as they are now.")
    if found.waiting:
        say(f"{found.waiting:,} answers are of a run that hasn't ended: it names them when it ends or goes on.")


def _as_json(found: Audit, differences: Sequence[str]) -> dict[str, object]:
    return {
        "whole": not differences,
        "entries": found.head.entries,
        "head": str(found.head),
        "rows": found.rows,
        "older": {str(table.__tablename__): len(keys) for table, keys in found.older.items()},
        "waiting": found.waiting,
        "differences": list(differences),
    }
