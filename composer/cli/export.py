"""`composer export` and `composer verify`: packs of released prompts, and their check anywhere."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from composer.cli.common import HomeOption, console, opened, out, person, refusals
from composer.release.pack import export_release
from composer.release.verification import faults


@refusals
def export(
    task: Annotated[str, typer.Argument(help="Name of the task.")],
    target: Annotated[str, typer.Option("--target", help="Name of the target.")],
    folder: Annotated[Path, typer.Option("--out", help="Folder to write the pack into.")],
    home: HomeOption = None,
) -> None:
    """Write what is released for (task, target): prompt.txt, messages.json and manifest.json."""
    with opened(home).session() as session:
        pack = export_release(session, task, target, folder, by=person(), at=datetime.now(UTC))
    out.print(f"Wrote {', '.join(sorted(pack.files))} to {folder}.", highlight=False, soft_wrap=True)
    out.print(f"Pack {pack.fingerprint}", highlight=False, soft_wrap=True)


def verify(folder: Annotated[Path, typer.Argument(help="Folder of an exported pack.")]) -> None:
    """Check an exported pack without database or network; says which byte or field is off and exits 1."""
    off = faults(folder)
    for fault in off:
        console.print(f"✗ {fault}", markup=False, highlight=False, soft_wrap=True)
    if off:
        raise typer.Exit(1)
    out.print("✓ the pack is intact", highlight=False)
