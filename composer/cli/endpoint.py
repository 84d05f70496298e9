"""`composer serve`: released prompts over HTTP, to be read."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from composer.cli.common import HomeOption, console, no_token, refusals, say
from composer.home.paths import resolve_home
from composer.home.signin import LOCAL_NAMES, LOOPBACK, is_loopback
from library.errors import Refused

if TYPE_CHECKING:
    from composer.runtime.gate import Gate
    from composer.runtime.source import Source


@refusals
def serve(
    source: Annotated[
        str, typer.Option("--source", help="Folder of packs, home, or URL of a database; without it this home.")
    ] = "",
    port: Annotated[int, typer.Option("--port", help="Port to answer at; 0 takes a free one.")] = 8600,
    address: Annotated[
        str, typer.Option("--address", help="Address to answer at; another than this machine's own needs --host.")
    ] = LOOPBACK,
    hosts: Annotated[
        list[str] | None,
        typer.Option("--host", help="Name that others reach it by; once for each. No other is answered to."),
    ] = None,
    every: Annotated[
        float, typer.Option("--every", min=0, help="Seconds until it looks again whether another is released.")
    ] = 5.0,
    key: Annotated[
        Path | None,
        typer.Option("--key", help="Public key that the evidence of every pack is signed with."),
    ] = None,
    tokens: Annotated[
        bool, typer.Option("--tokens", help="Ask for a token that may read (composer tokens new NAME --may read).")
    ] = False,
    home: HomeOption = None,
) -> None:
    """Serve released prompts over HTTP, to be read: verified, under their ETags, as they are released.

    Without --tokens whoever reaches it may read, so it answers on this machine alone unless told otherwise. Ctrl-C
    ends it.
    """
    no_token("serve prompts")
    if not is_loopback(address) and not hosts:
        raise Refused(
            f"at {address} others can reach it, and it answers only to names it knows",
            fix="Name those that it is reached by with --host, or leave --address out.",
        )
    from composer.runtime.catalogue import Catalogue  # the server takes a while to import
    from composer.runtime.endpoint import endpoint
    from composer.runtime.loading import signer
    from composer.runtime.serving import listening
    from composer.runtime.serving import serve as answer
    from composer.runtime.sources import home_source, source_of

    place = source_of(source) if source else home_source(resolve_home(home))
    gate = _gate(place) if tokens else None
    catalogue = Catalogue(place, every=every, key=signer(key))
    at = listening(address, port)
    names = [*(hosts or ()), *(LOCAL_NAMES if is_loopback(address) else ()), address]
    entries = catalogue.entries()
    if not entries:
        console.print("Nothing is released there yet: it is served once it is.", highlight=False, soft_wrap=True)
    good = sum(entry.prompt is not None for entry in entries.values())
    host = f"[{address}]" if ":" in address else address
    said = f"{good} prompt{'s' * (good != 1)} at http://{host}:{at.getsockname()[1]}/prompts; Ctrl-C ends it."
    answer(endpoint(catalogue, names, gate=gate), at, lambda: say(said))
    catalogue.close()


def _gate(place: Source) -> Gate:
    """Return the gate with the tokens of the database that prompts are read from; refuses what has none."""
    from composer.runtime.database_source import DatabaseSource
    from composer.runtime.gate import gate_of
    from library.database import open_address

    if not isinstance(place, DatabaseSource):
        raise Refused(
            "tokens are those of a home, and this is none",
            where=place.where,
            fix="Leave --source or --tokens out.",
        )
    return gate_of(open_address(place.url))
