"""How far a running search is: time left, and the best gain so far."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from composer.runs.records import Run


def seconds_left(run: Run, at: datetime) -> float | None:
    """Estimate a running search's time left from its pace so far; None before the first paid answer.

    An upper estimate: answers that turn out to be stored already take no time, and a search may end early.
    """
    if run.started_at is None or run.counts.paid == 0:
        return None
    each = (at - run.started_at).total_seconds() / run.counts.paid
    return each * max(run.expected - run.counts.asked, 0)


def best_so_far(trace: Sequence[Mapping[str, Any]]) -> list[tuple[int, float]]:
    """Return (answers asked for, best gain by then) at each step: the best is the one seen on most examples."""
    line: list[tuple[int, float]] = []
    best: tuple[int, float] | None = None
    for step in trace:
        seen = (int(step["examples"]), float(step["gain"]))
        best = seen if best is None else max(best, seen)
        line.append((int(step["cells"]), best[1]))
    return line
