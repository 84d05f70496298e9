"""`composer app`: the pages."""

from __future__ import annotations

from typing import Annotated

import typer

from composer.cli.common import HomeOption, refusals
from composer.cli.compose import serve
from composer.home import Home, resolve_home
from library.database import open_database


@refusals
def app(
    port: Annotated[int, typer.Option("--port", help="Port on 127.0.0.1.")] = 8501, home: HomeOption = None
) -> None:
    """Open the app on 127.0.0.1."""
    place = Home(resolve_home(home))
    open_database(place.path)
    serve(place, port)
