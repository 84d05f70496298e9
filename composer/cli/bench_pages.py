"""`composer bench pages`: how quick the pages are with many examples."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.progress import Progress

from composer.bench import pagetimes
from composer.cli.bench_figures import show_figures
from composer.cli.common import JsonOption, console, refusals


@refusals
def pages(
    examples: Annotated[int, typer.Option("--examples", help="Test examples of the candidate.")] = 5000,
    repetitions: Annotated[int, typer.Option("--repetitions", help="Servers to ask; medians are shown.")] = (
        pagetimes.REPETITIONS
    ),
    check: Annotated[bool, typer.Option("--check", help="End with status 1 where a limit is broken.")] = False,
    as_json_instead: JsonOption = False,
) -> None:
    """Show how long Candidate, Inbox, Models and Adapt take, and what a browser gets, on made-up homes."""
    with Progress(console=console, transient=True) as progress:
        bar = progress.add_task("three homes, then the pages", total=2 + pagetimes.TASKS + max(repetitions, 1))
        figures = pagetimes.measure_pages(
            examples, at=datetime.now(UTC), repetitions=repetitions, on_done=lambda: progress.advance(bar)
        )
    show_figures(figures, pagetimes.LIMITS, check=check, as_json=as_json_instead)
