"""`composer audit`: the log of who did what, when and why, and whether it is whole."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from composer.cli.common import HomeOption, JsonOption, console, opened, out, refusals
from library import log

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
        cells = (entry.who, entry.action, entry.subject, entry.why)
        table.add_row(f"{entry.at:%Y-%m-%d %H:%M}", *map(escape, cells))
    out.print(table)


@app.command()
@refusals
def verify(home: HomeOption = None) -> None:
    """Check the chain of hashes; names the first broken entry and exits 1."""
    with opened(home).session() as session:
        broken = log.first_broken(session)
    if broken is not None:
        console.print(f"✗ entry {broken} of the log is not what was written", highlight=False)
        raise typer.Exit(1)
    out.print("✓ the log is whole", highlight=False)
