"""`composer bench labels`: how quick half a million single ratings are imported and shown."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.progress import Progress

from composer.bench import labels as bench
from composer.bench.pagetimes import REPETITIONS
from composer.cli.bench_figures import show_figures
from composer.cli.common import JsonOption, console, refusals


@refusals
def labels(
    repetitions: Annotated[
        int, typer.Option("--repetitions", help="Servers to ask; the median is shown.")
    ] = REPETITIONS,
    check: Annotated[bool, typer.Option("--check", help="End with status 1 where a limit is broken.")] = False,
    as_json_instead: JsonOption = False,
) -> None:
    """Show what the import of 23,703 texts with 536,520 ratings takes, and how quick the page of their task is."""
    with Progress(console=console, transient=True) as progress:
        bar = progress.add_task("the import, then the page", total=1 + max(repetitions, 1))
        figures = bench.measure_labels(repetitions=repetitions, on_done=lambda: progress.advance(bar))
    show_figures(figures, bench.LIMITS, check=check, as_json=as_json_instead)
