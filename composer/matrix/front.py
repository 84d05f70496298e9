"""Quality against what an answer costs: which prompts no other beats in both, and which are beaten."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from composer.matrix.squares import Matrix, Square, disagreement

By = Literal["cost", "seconds"]
BY: dict[By, Callable[[Square], float | None]] = {
    "cost": lambda one: one.cost,
    "seconds": lambda one: one.seconds,
}
"""What quality is held against: the price of 1,000 answers, or the seconds of one."""


@dataclass(frozen=True)
class Point:
    """A measured prompt at its price or seconds; `counts` is whether it is the one that counts on its target now.

    `on_front` is whether no other is at least as good and as cheap, and better in one of both.
    """

    square: Square
    at: float
    counts: bool
    on_front: bool


@dataclass(frozen=True)
class Trade:
    """The points of one task, the cheapest first; `left_out` has why others have none, and how many."""

    by: By
    points: tuple[Point, ...]
    left_out: tuple[tuple[str, int], ...]

    @property
    def front(self) -> tuple[Point, ...]:
        """The points that no other beats in both, the cheapest first."""
        return tuple(one for one in self.points if one.on_front)


def on_front(points: Sequence[tuple[float, float]]) -> tuple[bool, ...]:
    """Return for each (cost, loss) whether no other point has both as low and one lower; lower is better."""
    return tuple(
        not any(cost <= own and loss <= mine and (cost < own or loss < mine) for cost, loss in points)
        for own, mine in points
    )


def trade(matrix: Matrix, task: str, by: By) -> Trade:
    """Return the prompts of a task that were measured on the same sealed examples, at their price or seconds."""
    now = matrix.of(task)
    every = [*now, *(one for one in matrix.others if one.task == task)]
    dataset = shared_dataset(every)
    reasons: Counter[str] = Counter()
    known: list[tuple[Square, float]] = []
    for one in every:
        at = BY[by](one)
        if one.split != "test":
            reasons["measured on development examples"] += 1
        elif one.dataset != dataset:
            reasons["measured on other data"] += 1
        elif at is None:
            reasons["the target has no price" if by == "cost" else "its seconds were not kept"] += 1
        else:
            known.append((one, at))
    ahead = on_front([(at, disagreement(one).value) for one, at in known])
    points = [Point(one, at, one in now, best) for (one, at), best in zip(known, ahead, strict=True)]
    return Trade(by, tuple(sorted(points, key=lambda one: one.at)), tuple(reasons.items()))


def shared_dataset(squares: Iterable[Square]) -> str:
    """Return the data on which most of these were measured, the newest where several are even; empty for none."""
    counted = Counter(one.dataset for one in squares if one.split == "test")
    return max(counted, key=lambda name: counted[name], default="")
