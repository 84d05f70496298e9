"""What every command shares: where the home is, how to print, how a refusal reads."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, ParamSpec, TypeVar

import typer
from rich.console import Console, ConsoleOptions, RenderableType
from rich.markup import escape
from rich.segment import Segment
from rich.text import Text

from composer.home.paths import resolve_home
from composer.home.person import person as local_person
from library import disk
from library.errors import Refused
from library.token_secrets import TOKEN, VARIABLE, name_in

if TYPE_CHECKING:
    from library.database import Database
    from library.tokens import Scope

HomeOption = Annotated[
    Path | None,
    typer.Option("--home", help="Folder of the database, logs and packs (COMPOSER_HOME; default .composer)."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document on standard output.")]
CandidateArgument = Annotated[int, typer.Argument(help="Number of the candidate.")]
ReasonOption = Annotated[str, typer.Option("--reason", help="Why, in a sentence.")]
ReplacesOption = Annotated[
    str,
    typer.Option("--replaces", metavar="HASH", help="Hash of what somebody else added and this replaces."),
]
YesOption = Annotated[bool, typer.Option("--yes", help="Go on without asking; needed where nobody can be asked.")]

_CONTROLS = dict.fromkeys([*range(9), *range(11, 32), *range(127, 160)], "�")


class Terminal(Console):
    """A console whose texts can't steer it: what moves the cursor or colours it comes from styles alone."""

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """Yield what a renderable is made of, its texts `clean`."""
        for one in super().render(renderable, options):
            yield one if one.control else Segment(clean(one.text), one.style)


console = Terminal(stderr=True)
out = Terminal()
INTERRUPTED = 130
"""Exit status of a command that Ctrl-C ended, as shells have it."""
KEPT = "Stopped. The answers so far are kept: run the same command again to go on from there."
"""What is said then where the answers stay."""
ROWS_IN_A_TABLE = 500
"""The most rows that are laid out as a table."""

Params = ParamSpec("Params")
Returned = TypeVar("Returned")


def opened(home: Path | None, *, whole: bool = True, scope: Scope | None = None, task: str = "") -> Database:
    """Open the database of the given home (or the default one), migrated to the newest schema.

    One that isn't `whole` lacks the newest entry of its log, and is refused by all but what looks into that. Where
    COMPOSER_TOKEN is set, this is for a service token which is made for this `scope` and task; without a scope
    no token can do what the command does. Raises `Refused` for one that can't.
    """
    from library.database import open_database  # not every command needs one, and it takes a while to import

    database = open_database(resolve_home(home), whole=whole)
    if secret := os.environ.get(VARIABLE):
        from library.people import require
        from library.tokens import accepted, note_use

        at = datetime.now(UTC)
        with database.session() as session:
            token = accepted(session, secret, at=at)
            require(session, token.actor, task=task, scope=scope)
            note_use(session, token, at=at)
    return database


def person() -> str:
    """Return the name under which a command acts: that of the token in COMPOSER_TOKEN, else the local person's."""
    secret = os.environ.get(VARIABLE)
    return f"{name_in(secret)}{TOKEN}" if secret else local_person()


def write_file(path: Path, text: str, what: str = "the file") -> None:
    """Write a text whole or not at all, through a link too; raises `Refused`, naming `what`, where it can't be."""
    from library import atomic  # few commands write one

    try:
        atomic.write_file(path.resolve(), text.encode())
    except OSError as error:
        raise disk.unwritable(what, path, error) from error


def no_token(what: str) -> None:
    """Refuse a command that no service token can run, before it does anything; `what` it does."""
    if os.environ.get(VARIABLE):
        raise Refused(f"no token can {what}, and {VARIABLE} is set", fix=f"Unset {VARIABLE}.")


def refusals(command: Callable[Params, Returned]) -> Callable[Params, Returned]:
    """Turn a `Refused` of a command, or what a disk didn't do, into one red line on standard error and exit 1."""

    @wraps(command)
    def wrapped(*args: Params.args, **kwargs: Params.kwargs) -> Returned:
        try:
            with disk.in_plain_words():
                return command(*args, **kwargs)
        except Refused as refusal:
            print_refusal(refusal)
            raise typer.Exit(1) from refusal

    return wrapped


def print_refusal(refusal: Refused) -> None:
    """Print what was refused as one red line on standard error, for a command that goes on after it."""
    console.print(f"[bold red]Error:[/] {escape(str(refusal))}", highlight=False, soft_wrap=True)


def confirm(question: str) -> None:
    """Ask whether to go on, and end the command where the answer is no; for commands that take `--yes`.

    Raises `Refused` where nobody can answer, because standard input is not a terminal.
    """
    if sys.stdin is None or not sys.stdin.isatty():
        raise Refused("there is no terminal to ask at", fix="Add --yes to do it without being asked.")
    typer.confirm(question, abort=True, err=True)


def clean(text: str) -> str:
    """Return a text without what would move the cursor or colour the terminal: a person may have written it."""
    return text.translate(_CONTROLS)


def say(*parts: str | tuple[str, str], style: str = "", hang: int = 0) -> None:
    """Print parts as one line, each a text or a text with its style; nothing in them is taken for markup.

    A terminal wraps a line that is too long. With `hang` that happens between words, and what follows is
    indented by so many columns.
    """
    cleaned = [clean(one) if isinstance(one, str) else (clean(one[0]), one[1]) for one in parts]
    text = Text.assemble(*cleaned, style=style)
    if not hang or not out.is_terminal:
        out.print(text, soft_wrap=True)
        return
    first, *rest = text.wrap(out, out.width - hang)
    for line in (first, *(Text(" " * hang).append_text(one) for one in rest)):
        out.print(line, soft_wrap=True)


def print_rows(names: Sequence[str], rows: Sequence[Sequence[str | Text]]) -> None:
    """Print rows under these names as a table; too many to be read as lines, with tabs between the cells.

    A cell that is a `Text` has to be `clean` already.
    """
    if len(rows) > ROWS_IN_A_TABLE:
        lines = ("\t".join(clean(str(cell)).replace("\n", " ") for cell in row) for row in rows)
        typer.echo("\n".join(lines))
        return
    from rich.table import Table  # most commands lay out none

    table = Table(*names, show_lines=True)
    for row in rows:
        table.add_row(*(cell if isinstance(cell, Text) else Text(clean(cell)) for cell in row))
    out.print(table)
