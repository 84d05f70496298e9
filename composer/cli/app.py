"""`composer app`: the pages."""

from __future__ import annotations

from typing import Annotated

import typer

from composer.cli.common import HomeOption, console, refusals
from composer.cli.compose import serve
from composer.home.paths import Home, resolve_home
from composer.home.signin import LOOPBACK, auth_file, needed
from library.database import open_database
from library.people import people

AddressOption = Annotated[
    str,
    typer.Option("--address", help="Address to answer at; another than this machine's own needs auth.toml."),
]


@refusals
def app(
    port: Annotated[int, typer.Option("--port", help="Port of the app.")] = 8501,
    address: AddressOption = LOOPBACK,
    home: HomeOption = None,
) -> None:
    """Open the app: on this machine as its one local person, or as people who sign in."""
    place = Home(resolve_home(home))
    database = open_database(place.path)
    with database.session() as session:
        anybody = bool(people(session))
    database.close()
    signs_in = auth_file(place).exists()
    note = ""
    if anybody and not signs_in:
        note = (
            f"People sign in to this home, but the app can't tell where: nothing can be decided. {needed(place)}"
        )
    if signs_in and not anybody:
        note = "Nobody is let in yet: `composer people add NAME EMAIL` adds a person."
    if note:
        console.print(note, highlight=False, markup=False, soft_wrap=True)
    serve(place, port, address)
