"""A task's queue on the terminal, and as JSON; and what its ratings would make of the data."""

from __future__ import annotations

from typing import Any

from rich.table import Table
from rich.text import Text

from composer.cli.common import out, say
from composer.cli.figures_table import BAD
from composer.evaluation.formatting import bracketed
from composer.labelling.feeding import Feed, Relabelled
from composer.labelling.progress import STEP, Progress

MOST = 20
"""Changed labels that are listed."""


def show(task: str, found: Progress) -> None:
    """Print how far a task's queue is."""
    if not found.waiting:
        say(f"{task}: nothing waits to be labelled. `composer label queue {task} FILE` queues rows.")
        return
    say(f"{task}: {found.waiting:,} examples wait", style="bold")
    say(f"rated by as many people as asked for: {found.ready:,}; by anybody: {found.rated:,}")
    if found.raters:
        table = Table(box=None, pad_edge=False)
        for name in ("person", "rated", "skipped", ""):
            table.add_column(name, justify="right" if name in ("rated", "skipped") else "left")
        for one in found.raters:
            gone = "" if one.here else "no longer here; the ratings count"
            table.add_row(Text(one.name), f"{one.rated:,}", f"{one.skipped:,}", gone)
        out.print(table)
    if found.alpha is None:
        say(f"Agreement is told once {STEP} examples have two ratings; {found.several:,} have.")
    else:
        ends = bracketed(*(f"{end:.3f}" for end in (found.alpha.low, found.alpha.high)))
        told = f"Krippendorff's alpha {found.alpha.value:.3f} {ends}".replace("-", "−")
        say(f"{told}, of the first {found.alpha_of:,} examples with two ratings")
    if found.ready:
        say(f"Make them data: composer label apply {task}")


def as_json_value(task: str, found: Progress) -> dict[str, Any]:
    """Return how far a task's queue is as one JSON value; alpha as `[figure, low, high]`, null where unknown."""
    alpha = found.alpha
    return {
        "task": task,
        "waiting": found.waiting,
        "ready": found.ready,
        "rated": found.rated,
        "doubly_rated": found.several,
        "alpha_of": found.alpha_of,
        "alpha": alpha and [alpha.value, alpha.low, alpha.high],
        "people": [
            {"name": one.name, "rated": one.rated, "skipped": one.skipped, "here": one.here}
            for one in found.raters
        ],
    }


def show_feed(found: Feed) -> None:
    """Print what ratings would make of a task's data."""
    say(f"new examples: {len(found.new):,}")
    say(f"examples with another label: {len(found.relabelled):,}")
    for one in found.relabelled[:MOST]:
        say(f"  {one.id}: {written(one)}")
    if len(found.relabelled) > MOST:
        say(f"  … and {len(found.relabelled) - MOST:,} more")
    say(f"examples that keep their label, with more ratings: {len(found.confirmed):,}")
    say(f"examples that wait for more ratings: {found.waiting:,}")
    if found.tied:
        say(
            f"  and {len(found.tied):,} on which people are tied, such as {found.tied[0]}: one more person decides"
        )
    if found.unfit:
        reason = "the data hold another text under that id, or an input of the task is missing"
        say(f"! left in the queue: {len(found.unfit):,}, such as {found.unfit[0]}: {reason}", style=BAD)
    if found.gone:
        say(f"Ratings of {', '.join(found.gone)} count, who can no longer sign in here.")
    say(f"the data after that: {found.dataset.summary}")
    for line in found.dataset.moves:
        say(line)
    if found.stale:
        say(f"! {found.stale:,} of this task's candidates rest on the data of now and become stale", style=BAD)


def written(one: Relabelled) -> str:
    """Return an example's label before and after."""
    return " → ".join(value if isinstance(value, str) else f"{value:.3g}" for value in (one.before, one.after))
