"""What an adaptation takes before it is started: to its end, and where it turns out early that it is of no use."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

from sqlmodel import Session

from composer.adaptation.freezing import AdaptationPlan
from composer.optimizer.strategies import DEFAULT_STRATEGY
from composer.runs.spending import Spending, spending
from composer.search.effects import Settings


@dataclass(frozen=True)
class Prospect:
    """What an adaptation takes at most, and how many of those answers it asks before it can be given up.

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

    The search looks whether any composition can be of use once it has asked its anchors and its screening.
    """
    settings = Settings()
    gives_up = plan.run.strategy == DEFAULT_STRATEGY
    early = ceil((settings.anchor + settings.screen) * plan.run.budget) if gives_up else None
    return Prospect(spending(session, plan.run), early)
