"""How far a running search is: time left, and the best gain so far."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from composer.runs.records import RunSummary
from composer.search.problem import Step

FEWEST = 5
"""Paid answers that show a pace: the first one's time is that of loading the model."""


def seconds_left(run: RunSummary, at: datetime) -> float | None:
    """Estimate a running search's time left from its pace so far; None before `FEWEST` paid answers.

    An upper estimate: answers that turn out to be stored already take no time, and a search may end early.
    """
    if run.started_at is None or run.counts.paid < FEWEST:
        return None
    each = (at - run.started_at).total_seconds() / run.counts.paid
    return each * max(run.expected - run.counts.asked, 0)


def best_so_far(trace: Sequence[Step]) -> list[tuple[int, float]]:
    """Return (answers asked for, best gain by then) at each step: the best is the one seen on most examples."""
    line: list[tuple[int, float]] = []
    best: tuple[int, float] | None = None
    for step in trace:
        seen = (step.examples, step.gain)
        best = seen if best is None else max(best, seen)
        line.append((step.cells, best[1]))
    return line
