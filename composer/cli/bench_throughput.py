"""`composer bench throughput`: how fast cells are asked and stored, a model is asked, and a release is loaded."""

from __future__ import annotations

import json
import os
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress

from composer.bench.speed import DROPPED
from composer.bench.speed_inputs import make_inputs
from composer.cli.common import JsonOption, console, out, refusals


@refusals
def throughput(
    against: Annotated[
        Path | None,
        typer.Option("--against", help="Folder of another checkout, whose embedded model is asked by turns."),
    ] = None,
    questions: Annotated[
        int, typer.Option("--questions", help="Answers of the search that the embedded model is asked.")
    ] = 60,
    task: Annotated[
        str, typer.Option("--task", help="Whose answers: sentences of reviews, or pairs of texts (relatedness).")
    ] = "sentiment",
    repetitions: Annotated[int, typer.Option("--repetitions", help="Times of each; medians are shown.")] = 3,
    as_json_instead: JsonOption = False,
) -> None:
    """Show cells stored a second beside dspy.Evaluate, and an embedded model beside raw llama.cpp."""
    from composer.bench import throughput as bench  # DSPy and Dask take a while to import
    from composer.bench.throughput_model import Side

    other = None
    if against is not None:
        environment = {name: value for name, value in os.environ.items() if name not in DROPPED}
        other = Side("engine", environment={**environment, "PYTHONPATH": str(against.absolute())})
    with tempfile.TemporaryDirectory() as folder, Progress(console=console, transient=True) as progress:
        bar = progress.add_task("a release", total=None)
        inputs = make_inputs(Path(folder), at=datetime.now(UTC))
        found = bench.measure_throughput(
            bench.Sizes(questions=questions, repetitions=repetitions, task=task),
            inputs.pack,
            against=other,
            on_done=lambda what: progress.update(bar, description=what),
        )
    if as_json_instead:
        typer.echo(json.dumps(found.as_json()))
    else:
        out.print(bench.table(found))
