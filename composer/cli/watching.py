"""How far work is that pays for answers, as a progress bar on standard error."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread

from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from composer.cli.common import console

SECONDS_BETWEEN_LOOKS = 0.2


@contextmanager
def watched(what: str, expected: int, paid: Callable[[], int]) -> Iterator[None]:
    """Show how many of the expected answers were paid for, for as long as the context is open."""
    columns = (
        TextColumn(what),
        BarColumn(),
        TextColumn("{task.completed:.0f}/{task.total:.0f} answers"),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
    )
    ended = Event()
    with Progress(*columns, console=console, transient=True, disable=expected == 0) as progress:
        bar = progress.add_task("", total=max(expected, 1))

        def look() -> None:
            while not ended.wait(SECONDS_BETWEEN_LOOKS):
                progress.update(bar, completed=paid())

        watcher = Thread(target=look, name="progress", daemon=True)
        watcher.start()
        try:
            yield
        finally:
            ended.set()
            watcher.join()
