"""`composer verify`: the check of an exported pack, anywhere."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from composer.cli.common import console, out, refusals
from composer.release.verification import EVIDENCE, faults


@refusals
def verify(
    folder: Annotated[Path, typer.Argument(help="Folder of an exported pack.")],
    key: Annotated[
        Path | None, typer.Option("--key", help="Public key of whoever has to have signed it (composer keys new).")
    ] = None,
) -> None:
    """Check an exported pack without database or network; names the byte or field that is off and exits 1."""
    signer = None
    if key is not None:
        from composer.attestation.keys import public_key  # not every pack is signed

        signer = public_key(key)
    off = faults(folder, signer)
    for fault in off:
        console.print(f"✗ {fault}", markup=False, highlight=False, soft_wrap=True)
    if off:
        raise typer.Exit(1)
    out.print("✓ the pack is intact", highlight=False)
    if signer is not None:
        out.print(f"✓ signed by key {signer.keyid}", highlight=False, soft_wrap=True)
    if (folder / EVIDENCE).exists():
        out.print("✓ approved as its task's policy asks", highlight=False)
        if signer is None:
            out.print("! who signed it was not checked: name their public key with --key", highlight=False)
