"""`composer app`: the pages."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from composer.cli.common import HomeOption, console, no_token, refusals
from composer.home.hosts import names_of
from composer.home.one_app import check_port, claim
from composer.home.paths import Home, resolve_home
from composer.home.signin import LOCAL_NAMES, LOOPBACK, auth_file, is_loopback, needed, read_sign_in
from library.database import open_database
from library.errors import Refused
from library.people import people

AddressOption = Annotated[
    str,
    typer.Option("--address", help="Address to answer at; another than this machine's own needs auth.toml."),
]
HostsOption = Annotated[
    list[str] | None,
    typer.Option("--host", help="Another name that it is reached by; once for each. No other is answered to."),
]


@refusals
def app(
    port: Annotated[int, typer.Option("--port", help="Port of the app.")] = 8501,
    address: AddressOption = LOOPBACK,
    hosts: HostsOption = None,
    home: HomeOption = None,
) -> None:
    """Open the app: on this machine as its one local person, or as people who sign in."""
    no_token("open the app")
    place = Home(resolve_home(home))
    database = open_database(place.path)
    with database.session() as session:
        anybody = bool(people(session))
    database.close()
    signs_in = auth_file(place).exists()
    note = ""
    if anybody and not signs_in:
        note = (
            f"People sign in to this home, but the app doesn't know where: nothing can be decided. {needed(place)}"
        )
    if signs_in and not anybody:
        note = "Nobody is let in yet: `composer people add NAME EMAIL` adds a person."
    if note:
        console.print(note, highlight=False, markup=False, soft_wrap=True)
    serve(place, port, address, tuple(hosts or ()))


def serve(home: Home, port: int, address: str = LOOPBACK, hosts: Sequence[str] = ()) -> NoReturn:
    """Become the server of a home's app; does not return.

    It answers to this machine's own names where only it can reach it, to the name at which people sign in, and to
    `hosts`. Raises `Refused` for what is no name of a host, and where other machines could reach it and nobody
    would have to sign in.
    """
    signing = read_sign_in(home, port)
    if signing is None and not is_loopback(address):
        raise Refused(
            f"the app can answer at {address} only where people sign in",
            fix=f"{needed(home)} Or leave --address out.",
        )
    host = f"[{address}]" if ":" in address else address
    found = signing.origin if signing else f"http://{host}:{port}"
    check_port(address, port)
    claim(home, found)
    console.print(f"The app is at [bold]{found}[/]. Runs go on in worker processes; Ctrl-C ends the app alone.")
    root = Path(__file__).resolve().parent.parent.parent
    settings = [
        ("server.port", str(port)),
        ("server.address", address),
        # Named even where it is missing: no other file of Streamlit's may settle who signs in here.
        ("secrets.files", str(auth_file(home))),
    ]
    if signing:
        settings.append(("browser.serverAddress", signing.host))
    # A page elsewhere may point a name of its own at this machine; the app answers to these names alone.
    names = [*(LOCAL_NAMES if is_loopback(address) else ()), address, *hosts, *([signing.host] if signing else ())]
    settings += [("server.allowedHosts", name) for name in sorted(names_of(names))]
    options = [word for name, value in settings for word in (f"--{name}", value)]
    command = [sys.executable, "-m", "streamlit", "run", str(root / "ui" / "serving.py"), *options]
    # In this very process: whoever ends the command ends the app, and no server is left behind.
    os.chdir(root)
    os.execv(sys.executable, [*command, "--", "--home", str(home.path)])
