"""`composer bench speed`: how long commands take."""

from __future__ import annotations

import json
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress

from composer.bench import speed as bench
from composer.bench.speed_inputs import make_inputs
from composer.cli.common import JsonOption, console, out, refusals


@refusals
def speed(
    against: Annotated[
        Path | None,
        typer.Option(
            "--against", help="Python or virtual environment of another installation, to measure by turns."
        ),
    ] = None,
    copy: Annotated[
        Path | None,
        typer.Option("--copy", help="A home that both can open, copied for each, in place of one made up here."),
    ] = None,
    only: Annotated[
        str, typer.Option("--only", help="Names of figures with commas between; all where none is named.")
    ] = "",
    repetitions: Annotated[int, typer.Option("--repetitions", help="Processes of each; medians are shown.")] = (
        bench.REPETITIONS
    ),
    as_json_instead: JsonOption = False,
) -> None:
    """Show how long help, lists, verifying, comparing and importing take, each a process of its own."""
    names = [name.strip() for name in only.split(",") if name.strip()] or list(bench.MEASURES)
    other = bench.installation_at(against) if against else None
    processes = len(names) * max(repetitions, 1) * (2 if other else 1)
    with (
        tempfile.TemporaryDirectory() as folder,
        Progress(console=console, transient=True) as progress,
    ):
        bar = progress.add_task("a home, then the commands", total=1 + processes)
        inputs = make_inputs(Path(folder), at=datetime.now(UTC), home=copy)
        progress.advance(bar)
        found = bench.measure_speed(
            inputs, names, against=other, repetitions=repetitions, on_done=lambda: progress.advance(bar)
        )
    if as_json_instead:
        typer.echo(json.dumps(found.as_json()))
    else:
        out.print(bench.table(found))
