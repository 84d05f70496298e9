"""What an adaptation takes before it is started: to its end, and where it turns out early that it is of no use."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

from sqlmodel import Session

from composer.adaptation.freezing import AdaptationPlan
from composer.optimizer.strategies import DEFAULT_STRATEGY
from composer.runs.spending import Spending, spending
from composer.search.coverage import TOGETHER
from composer.search.effects import DEFAULT


@dataclass(frozen=True)
class Prospect:
    """What an adaptation takes at most, and how many of these answers a no-go takes where all are malformed.

    `early` is None for a strategy that never gives up.
    """

    takes: Spending
    early: int | None

    def seconds(self, answers: int) -> float:
        """Return how long so many of its answers take."""
        return self.takes.seconds * answers / max(self.takes.answers, 1)

    def money(self, answers: int) -> float | None:
        """Return what so many of its answers cost by the target's price; None where it has none."""
        return None if self.takes.money is None else self.takes.money * answers / max(self.takes.answers, 1)


def prospect(session: Session, plan: AdaptationPlan) -> Prospect:
    """Return what a planned adaptation takes: answers that are stored already cost nothing.

    The search gives up once it has asked its anchors and its screening, and every snippet a few at a time.
    """
    early = None
    if plan.run.strategy == DEFAULT_STRATEGY:
        first = (DEFAULT.anchor + DEFAULT.screen) * plan.run.budget
        tries = DEFAULT.block * ceil(len(plan.run.vocabulary.versions) / TOGETHER)
        early = min(ceil(first) + tries, plan.run.budget)
    return Prospect(spending(session, plan.run), early)
