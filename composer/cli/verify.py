"""`composer verify`: the check of an exported pack, anywhere."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from composer.release.verification import faults


def verify(folder: Annotated[Path, typer.Argument(help="Folder of an exported pack.")]) -> None:
    """Check an exported pack without database or network; names the byte or field that is off and exits 1."""
    off = faults(folder)
    for fault in off:
        Console(stderr=True).print(f"✗ {fault}", markup=False, highlight=False, soft_wrap=True)
    if off:
        raise typer.Exit(1)
    Console().print("✓ the pack is intact", highlight=False)
