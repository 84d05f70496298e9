"""`composer audit`: the log of who did what, when and why, and whether it is whole."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from composer.cli.common import HomeOption, console, opened, out, refusals
from library import log

app = typer.Typer(no_args_is_help=True, help="The log of every change.")


@app.command("list")
@refusals
def list_entries(
    subject: Annotated[str | None, typer.Option("--subject", help="Such as candidate:3.")] = None,
    home: HomeOption = None,
) -> None:
    """List the log, oldest first."""
    table = Table("when", "who", "what", "on", "why")
    with opened(home).session() as session:
        for entry in log.entries(session, subject):
            table.add_row(
                f"{entry.at:%Y-%m-%d %H:%M}",
                escape(entry.who),
                entry.action,
                entry.subject,
                escape(entry.why),
            )
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
