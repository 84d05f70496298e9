"""`composer keys`: the keys that evidence packs are signed and checked with."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from composer.cli.common import refusals, say

app = typer.Typer(no_args_is_help=True, help="Keys that evidence packs are signed and checked with.")


@app.callback()
def root() -> None:
    """Keys that evidence packs are signed and checked with."""


@app.command()
@refusals
def new(
    folder: Annotated[Path, typer.Option("--out", help="Folder to write both keys into.")] = Path(),
) -> None:
    """Make a pair of keys: one to sign with, which stays with you, and one to check with, which you hand out."""
    from composer.attestation.keys import new_pair, public_key

    private, public = new_pair(folder)
    say(f"{private}: signs; only you can read it. Keep it, and keep it secret.")
    say(f"{public}: checks what it signed; hand it out.")
    say(f"Key {public_key(public).keyid}")
    say(f"Sign with it: composer export TASK --target T --out DIR --sign {private}")
