"""`composer backup` and `composer restore`: a home's database as one file, and back."""

from __future__ import annotations

import shlex
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from composer.cli.common import HomeOption, YesOption, confirm, opened, person, refusals, say
from composer.cli.figures_table import MARKS
from composer.home.locks import is_locked
from composer.home.one_app import running_at
from composer.home.paths import Home, resolve_home
from library.backup import back_up
from library.backup import restore as put_back
from library.errors import Refused


@refusals
def backup(
    file: Annotated[Path, typer.Argument(help="A new file to write into.")],
    home: HomeOption = None,
) -> None:
    """Write the database of this home into one file, as it is at this moment, also while runs go on."""
    size = back_up(opened(home), file)
    say(MARKS[True], f" {size:,} bytes in {file}")
    say(f"Put it back with: composer restore {shlex.quote(str(file))}")
    say("It holds the database alone: sign-in, packs and logs of workers are files of the home.")


@refusals
def restore(
    file: Annotated[Path, typer.Argument(help="What `composer backup` wrote.")],
    home: HomeOption = None,
    yes: YesOption = False,
) -> None:
    """Put a backup in place of this home's database, which is kept beside it; stop the app and runs before."""
    place = Home(resolve_home(home))
    busy = [path.stem for path in sorted(place.locks.glob("*-*.lock")) if is_locked(place, path.stem)]
    if found := running_at(place):
        raise Refused(
            f"the app of this home runs, at {found}", fix="End it: it would go on with what is replaced."
        )
    if busy:
        raise Refused(f"{', '.join(busy)} is at work in this home", fix="Stop it, or wait for its end.")
    if place.database.exists() and not yes:
        confirm(f"Put {file.name} in place of the database in {place.path}?")
    kept = put_back(place.path, file, by=person(), at=datetime.now(UTC))
    say(MARKS[True], f" {place.database} is that of {file}")
    if kept is not None:
        say(f"What was there is kept: {kept}")
