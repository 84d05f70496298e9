"""What every command shares: where the home is, how to print, how a refusal reads."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Annotated, ParamSpec, TypeVar

import typer
from rich.console import Console
from rich.markup import escape

from composer.home.paths import resolve_home
from composer.home.person import person as person
from library.database import Database, open_database
from library.errors import Refused

HomeOption = Annotated[
    Path | None,
    typer.Option("--home", help="Folder of the database, logs and packs (COMPOSER_HOME; default .composer)."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document on standard output.")]

console = Console(stderr=True)
out = Console()

Params = ParamSpec("Params")
Returned = TypeVar("Returned")


def opened(home: Path | None) -> Database:
    """Open the database of the given home (or the default one), migrated to the newest schema."""
    return open_database(resolve_home(home))


def refusals(command: Callable[Params, Returned]) -> Callable[Params, Returned]:
    """Turn a `Refused` of a command into one red line on standard error and exit status 1."""

    @wraps(command)
    def wrapped(*args: Params.args, **kwargs: Params.kwargs) -> Returned:
        try:
            return command(*args, **kwargs)
        except Refused as refusal:
            console.print(f"[bold red]Error:[/] {escape(str(refusal))}", highlight=False, soft_wrap=True)
            raise typer.Exit(1) from refusal

    return wrapped
