"""`composer db`: the database behind a home: its schema, and all of it into another one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import Progress

from composer.cli.common import HomeOption, console, no_token, opened, refusals, say
from composer.cli.figures_table import MARKS
from library.errors import Refused

if TYPE_CHECKING:
    from sqlmodel import Session

app = typer.Typer(no_args_is_help=True, help="The database: its schema, and all of it copied into another.")


@app.command()
@refusals
def upgrade(home: HomeOption = None) -> None:
    """Bring the database's schema to the newest and say from which; every command does so as it opens it."""
    from library.database import newest_revision

    database = opened(home)
    before, newest = database.came_with, newest_revision()
    if before == newest:
        say(MARKS[True], f" {database.url} has the newest schema already: {newest}")
    elif before:
        say(MARKS[True], f" {database.url} went from schema {before} to {newest}")
    else:
        say(MARKS[True], f" {database.url} was empty and has schema {newest} now")
    database.close()


@app.command()
@refusals
def copy(
    source: Annotated[str, typer.Argument(metavar="FROM", help="The folder of a home, or a database's URL.")],
    target: Annotated[str, typer.Argument(metavar="TO", help="Likewise; it has to be empty.")],
) -> None:
    """Copy a whole database into an empty one: all rows, ids and hashes, checked before any of it counts."""
    from composer.audit.comparison import logged_tables
    from library.copying import copy_rows, named_source, named_target

    logged_tables()  # loads every table
    no_token("copy a database")
    one = named_source(source)
    other = named_target(target)
    with Progress(console=console) as shown:
        bar = shown.add_task("copying")
        copied = copy_rows(
            one,
            other,
            check=_check,
            on_progress=lambda done, every: shown.update(bar, completed=done, total=every),
        )
    say(MARKS[True], f" {copied.rows:,} rows of {copied.tables} tables are in {other.url}")
    say(MARKS[True], f" its log is whole and the rows are what it says: head {copied.head}")
    one.close()
    other.close()


def _check(session: Session) -> None:
    from composer.audit.verification import audit

    if found := audit(session).differences:
        raise Refused(
            f"the log and the rows of the copy differ: {found[0]}",
            fix="Nothing was stored. `composer audit verify` on the source lists all.",
        )
