"""`composer bench example`: record the example that a newcomer looks at."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from composer.cli.common import HomeOption, opened, out, refusals
from composer.home.example import RECORDING
from composer.runs.recorded import recording_of, write_recording


@refusals
def example(
    run: Annotated[int, typer.Argument(help="Number of the run, the only one of its target in this home.")] = 1,
    file: Annotated[Path, typer.Option("--out", help="File to write the answers to.")] = RECORDING,
    home: HomeOption = None,
) -> None:
    """Record the answers of a finished run as the example that `composer demo` shows before its own run ends."""
    with opened(home).session() as session:
        recording = recording_of(session, run)
    write_recording(recording, file)
    out.print(f"{len(recording.answers):,} answers in {file}", markup=False, highlight=False, soft_wrap=True)
