"""What the benchmark compares: every strategy that a run may use, and the default one's plainer form."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from composer.optimizer.strategies import DEFAULT_STRATEGY, STRATEGIES, Strategy
from composer.search.effects import EVEN, effects
from library.errors import Refused

PLAIN = "effects-even"
"""The default strategy with every example asked about as often, whatever it tells: what its parts are worth."""

CONTESTANTS: Mapping[str, Strategy] = {**STRATEGIES, PLAIN: partial(effects, settings=EVEN)}


def contestant(name: str) -> Strategy:
    """Return what the benchmark knows by this name; raises `Refused` where there is nothing."""
    if name not in CONTESTANTS:
        raise Refused(f"no strategy is called {name}", fix=f"Choose one of: {', '.join(CONTESTANTS)}.")
    return CONTESTANTS[name]


def chance_of(name: str) -> str:
    """Return under whose name chance is drawn: both forms of the default meet the same."""
    return DEFAULT_STRATEGY if name == PLAIN else name
