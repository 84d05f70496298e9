"""`composer bench library`: how quick a library of thousands of snippets is."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.progress import Progress

from composer.bench import library as bench
from composer.bench.pagetimes import REPETITIONS
from composer.cli.bench_figures import show_figures
from composer.cli.common import JsonOption, console, refusals


@refusals
def library(
    snippets: Annotated[int, typer.Option("--snippets", help="Snippets, with three versions each.")] = 10_000,
    repetitions: Annotated[
        int, typer.Option("--repetitions", help="Servers to ask; the median is shown.")
    ] = REPETITIONS,
    check: Annotated[bool, typer.Option("--check", help="End with status 1 where a limit is broken.")] = False,
    as_json_instead: JsonOption = False,
) -> None:
    """Show how long a filter on the Library page, lint of a new text, and an import of all snippets take."""
    with Progress(console=console, transient=True) as progress:
        steps = 1 + bench.VERSIONS + max(repetitions, 1)
        bar = progress.add_task("a home, the imports, then the page", total=steps)
        figures = bench.measure_library(
            snippets, at=datetime.now(UTC), repetitions=repetitions, on_done=lambda: progress.advance(bar)
        )
    show_figures(figures, bench.LIMITS, check=check, as_json=as_json_instead)
