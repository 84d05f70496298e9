"""`--max-cells` and `--max-cost`: the bound on what a command pays, and how it ends where that is reached."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from composer.cli.common import console

if TYPE_CHECKING:
    from composer.models.target import Target

MaxCellsOption = Annotated[
    int | None, typer.Option("--max-cells", min=0, help="Pay for at most so many answers, then stop.")
]
MaxCostOption = Annotated[
    float | None,
    typer.Option("--max-cost", min=0, help="Spend at most so much, by the price in the target's file, then stop."),
]
REACHED = 3
"""Exit status of a command that stopped at its bound: it can go on."""


@contextmanager
def bounded(max_cells: int | None, max_cost: float | None, *targets: Target) -> Iterator[None]:
    """Hold all that is paid within to a bound; where it is reached, say so and end the command with `REACHED`.

    `targets` are those that will be asked: raises `Refused` where money is bounded and one of them has no price.
    What is to be done is entered within, so that nothing is entered then.
    """
    from composer.answers.bound import BoundReached, spending_at_most  # takes a while to import

    try:
        with spending_at_most(max_cells, max_cost) as bound:
            for target in targets:
                bound.check(target)
            yield
    except BoundReached as reached:
        console.print(str(reached), markup=False, highlight=False, soft_wrap=True)
        raise typer.Exit(REACHED) from reached
