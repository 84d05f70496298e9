"""A run on the terminal: a progress bar while it goes on, and a table of what it found."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from composer.cli.figures_table import MARKS, comparison
from composer.evaluation.formatting import NAMES, change, interval
from composer.evaluation.outcomes import Difference
from composer.runs import progress
from composer.runs.findings import WITHIN_COMPOSITION, SearchFindings, power_in_words
from composer.runs.plan import PROPOSED
from composer.runs.summary import RunResult


@contextmanager
def progress_bar(console: Console) -> Iterator[Bar]:
    """Show how far a run is for as long as the context is open."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed:.0f}/{task.total:.0f} cells"),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(elapsed_when_finished=False),
        TextColumn("{task.fields[best]}"),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        yield Bar(progress, progress.add_task("starting", total=1, best=""))


class Bar:
    """Takes the progress of a run to the terminal; calling it is what `worker.work` reports to."""

    def __init__(self, progress: Progress, bar: TaskID) -> None:
        self._progress = progress
        self._bar = bar

    def __call__(self, now: progress.Progress) -> None:
        """Show this state of the run."""
        best = f"search estimate {now.best.gain:+.3f} loss saved, {now.tried} tried" if now.best else ""
        self._progress.update(
            self._bar,
            description=now.text,
            completed=now.counts.asked,
            total=max(now.expected, now.counts.asked, 1),
            best=best,
        )


def report(
    result: RunResult,
    figures: Sequence[Difference],
    found: SearchFindings | None = None,
    standing: Sequence[str] = (),
) -> RenderableType:
    """Return what a run ends with: figures before and after, gates, what the search learnt, the outcome.

    `standing` are sentences on what the figures are worth.
    """
    parts: list[RenderableType] = [Text(), _header(result)]
    if figures:
        parts += [comparison(figures), _examples(result), *map(Text, standing), _gates(result)]
    if found:
        parts += _learnt(found, result.message)
    parts.append(Padding(Text(result.message[0].upper() + result.message[1:] + ".", "bold"), (1, 0, 0, 0)))
    cells = result.cells
    parts.append(
        Text(
            f"{cells.asked} cells asked: {cells.stored} stored already, {cells.paid} paid; "
            f"{result.tried} compositions tried; {result.seconds:.0f} s",
            "dim",
        )
    )
    return Group(*parts)


def _header(result: RunResult) -> Text:
    text = Text(f"{result.task} → {result.target}", "bold")
    how = "picked by hand" if result.strategy == PROPOSED else f"{result.strategy}, seed {result.seed}"
    text.append(f"   {how}", "dim")
    for key in result.keys:
        text.append(f"\n  + {key}")
    return text


def _examples(result: RunResult) -> Text:
    counts = result.examples
    if counts is None:
        return Text()
    return Text(f"\n{counts.better} better · {counts.same} same · {counts.worse} worse of {counts.total} examples")


def _gates(result: RunResult) -> Text:
    text = Text("Gates")
    for gate in result.gates:
        text.append("\n  ").append(*MARKS[gate.passed]).append(f" {gate.name}: {gate.text}")
    return text


def _learnt(found: SearchFindings, message: str) -> list[RenderableType]:
    """Show what each snippet of the composition adds, why the search stopped, and what it could have seen."""
    parts: list[RenderableType] = [Text()]
    if found.left_out:
        parts.append(Text(f"Effect of each snippet {WITHIN_COMPOSITION}", "bold"))
        parts.append(Text("search estimate: the composition with the snippet against without it", "dim"))
        table = Table("snippet", box=None, pad_edge=False)
        for name in (f"change of {NAMES[found.metric]}", "95% interval", ""):
            table.add_column(name, justify="right")
        for one in found.left_out:
            name, difference = found.metric, one.difference
            table.add_row(
                Text(one.names[0]),
                change(name, difference.difference),
                Text(interval(difference)),
                difference.direction,
            )
        parts.append(table)
    stopped = f"the search stopped: {found.stopped}" if found.stopped and found.stopped not in message else ""
    for line in filter(None, (stopped, power_in_words(found))):
        parts.append(Text(f"{line[0].upper()}{line[1:]}.", "dim"))
    return parts
