"""`composer export`: the pack of a released prompt."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from composer.cli.common import HomeOption, opened, out, person, refusals, say
from composer.models.system_role import PLACES
from composer.release.pack import export_release
from composer.release.verification import MESSAGES


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
    if pack.system != "role":
        say(f"{MESSAGES} has no system message: the prompt is the {PLACES[pack.system]}.")
    out.print(f"Pack {pack.fingerprint}", highlight=False, soft_wrap=True)
