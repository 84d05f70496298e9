"""When a search by effects ends before its budget does: when going on is expected to gain next to nothing."""

from __future__ import annotations

from collections import deque

import numpy as np

from composer.search.problem import Reason

PROMISING = 0.05
"""Share of samples that must promise a gain over the incumbent, or a search that has found none gives up."""


class StoppingRule:
    """Looks at the last `window` samples of the model; gains below `least`, a loss in [0, 1], don't count."""

    def __init__(self, window: int, least: float) -> None:
        self.least = least
        self._over_leader: deque[float] = deque(maxlen=window)
        self._promising: deque[bool] = deque(maxlen=window)

    def add(self, over_leader: float, over_incumbent: float) -> None:
        """Take in the gains, within a sample, of its best composition over the leader and over the incumbent."""
        self._over_leader.append(over_leader)
        self._promising.append(over_incumbent > self.least)

    def reason(self, *, none_leads: bool) -> Reason | None:
        """Return why to stop now, None to go on; `none_leads` where the incumbent is still the best."""
        if len(self._over_leader) < (self._over_leader.maxlen or 0):
            return None
        if none_leads and np.mean(self._promising) < PROMISING:
            return "futile"
        if np.mean(self._over_leader) < self.least:
            return "settled"
        return None
