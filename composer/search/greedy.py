"""Paired forward selection with swaps, moves and drops, raced on growing blocks of examples."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import ceil, sqrt

import numpy as np

from composer.search.budgeting import affordable
from composer.search.moves import added, edits
from composer.search.problem import BudgetedScorer, Keys, Losses, Problem, SearchResult

BLOCKS = (4, 8, 16)
"""Examples a challenger has been compared on after each round of a race."""

KEEP = 1 / 4
"""Share of the challengers that goes on from one round to the next, at least two."""

PROMISING = 8
"""Snippets that the first race leaves in play for the later ones."""

SWAPS = 2
"""Snippets, the most promising first, that a race tries in place of each snippet of the leader."""


def greedy(scorer: BudgetedScorer, rng: np.random.Generator) -> SearchResult:
    """Improve the incumbent one edit at a time until no edit helps or the budget is spent.

    The first race adds each snippet to the incumbent; the later ones try the most promising snippets as
    additions and swaps, and moving or dropping what is in. An edit is taken when its mean paired gain over
    the leader is at least one standard error. Chance (`rng`) only orders ties, and so decides which
    challengers are left out of a round that the budget doesn't cover.
    """
    problem = scorer.problem
    leader, gain = problem.incumbent, 0.0
    order = {problem.snippets[pick]: place for place, pick in enumerate(rng.permutation(len(problem.snippets)))}
    in_play: Sequence[str] = sorted(problem.snippets, key=order.__getitem__)
    first_race = True
    while True:
        challengers = [
            way
            for way in _challengers(problem, leader, in_play)
            if way not in scorer.tried and way != problem.incumbent
        ]
        if not challengers:
            stopped = "every edit of the leader was tried"
            return SearchResult(leader, gain, len(scorer.tried), stopped, "exhausted")
        race = _race(scorer, leader, challengers, order)
        if _better(race.gains):
            leader = race.winner
            gain = float(scorer.gain(leader, problem.examples[: len(race.gains)]).mean())
        elif not race.cut_short:
            stopped = "no edit of the leader gains more than its noise"
            return SearchResult(leader, gain, len(scorer.tried), stopped, "settled")
        if race.cut_short:
            return SearchResult(leader, gain, len(scorer.tried), "the budget is spent", "budget")
        if first_race:
            in_play, first_race = _promising(problem.incumbent, race.first, order), False


@dataclass(frozen=True)
class _Race:
    """How a race ended: `gains` are the winner's paired gains over the leader, in its last round.

    `first` maps every challenger to its mean gain in the first round; `cut_short`: the budget ended it.
    """

    winner: Keys
    gains: Losses
    first: Mapping[Keys, float]
    cut_short: bool


def _challengers(problem: Problem, leader: Keys, in_play: Sequence[str]) -> list[Keys]:
    """Return the leader's allowed edits, each once: all additions first, and swaps for the first in play.

    Where no addition is allowed, every snippet in play is tried as a swap.
    """
    fresh = [key for key in in_play if key not in leader]
    additions = [way for key in fresh if problem.allows(way := added(problem, leader, key))]
    return list(dict.fromkeys([*additions, *edits(problem, leader, fresh[:SWAPS] if additions else fresh)]))


def _race(scorer: BudgetedScorer, leader: Keys, challengers: Sequence[Keys], order: Mapping[str, int]) -> _Race:
    examples = scorer.problem.examples
    remaining = list(challengers)
    race = _Race(leader, np.zeros(0), {}, cut_short=False)
    for size in BLOCKS:
        block = examples[:size]
        asked = affordable(scorer, [(keys, block) for keys in (leader, *remaining)])
        if len(asked) < 2:
            return replace(race, cut_short=True)
        base, *saved = scorer.gains(asked)
        gains = {keys: gain - base for (keys, _), gain in zip(asked[1:], saved, strict=True)}
        means = {keys: float(gain.mean()) for keys, gain in gains.items()}
        cut_short = len(gains) < len(remaining)
        remaining = sorted(gains, key=lambda keys: (-means[keys], [order[key] for key in keys]))
        race = _Race(remaining[0], gains[remaining[0]], race.first or means, cut_short)
        remaining = remaining[: max(2, ceil(len(remaining) * KEEP))]
        if cut_short or size >= len(examples):
            break
    return race


def _promising(incumbent: Keys, first: Mapping[Keys, float], order: Mapping[str, int]) -> list[str]:
    """Return the snippets that gained most in the first round of the first race.

    Counted are additions to the incumbent, or swaps where no addition was allowed.
    """
    held = set(incumbent)
    additions = {keys: gain for keys, gain in first.items() if held < set(keys)}
    best: dict[str, float] = {}
    for keys, gain in (additions or first).items():
        for key in set(keys) - held:
            best[key] = max(gain, best.get(key, 0.0))
    ranked = sorted(best, key=lambda key: (-best[key], order[key]))
    return [key for key in ranked if best[key] > 0][:PROMISING]


def _better(gains: Losses) -> bool:
    if not len(gains):
        return False
    mean = float(gains.mean())
    error = float(gains.std(ddof=1)) / sqrt(len(gains)) if len(gains) > 1 else 0.0
    return mean > 0 and mean >= error
