"""Paired forward selection with swaps, moves and drops, raced on growing blocks of examples."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import ceil, sqrt

import numpy as np

from composer.search.problem import Budgeted, BudgetSpent, Found, Keys, Losses

BLOCKS = (4, 8, 16)
"""Examples a challenger has been compared on after each heat of a race."""

KEEP = 1 / 4
"""Share of the challengers that goes on from one heat to the next, at least two."""

PROMISING = 8
"""Snippets that the first race leaves in play for the later ones."""


def greedy(scorer: Budgeted, rng: np.random.Generator) -> Found:
    """Improve the incumbent one edit at a time until no edit helps or the budget is spent.

    The first race adds each snippet to the incumbent; the later ones try the most promising snippets as
    additions and swaps, and moving or dropping what is in. An edit is taken when its mean paired gain over
    the leader is at least one standard error. Chance (`rng`) only orders ties.
    """
    problem = scorer.problem
    leader, gain = problem.incumbent, 0.0
    order = {problem.snippets[pick]: place for place, pick in enumerate(rng.permutation(len(problem.snippets)))}
    promising: Sequence[str] = problem.snippets
    while True:
        challengers = [c for c in _edits(leader, promising) if problem.allows(c) and c not in scorer.tried]
        if not challengers:
            return Found(leader, gain, len(scorer.tried), "every edit of the leader was tried")
        race = _race(scorer, leader, challengers, order)
        if _better(race.gains):
            leader = race.winner
            gain = float(scorer.gain(leader, problem.examples[: len(race.gains)]).mean())
        elif not race.cut_short:
            return Found(leader, gain, len(scorer.tried), "no edit of the leader gains more than its noise")
        if race.cut_short:
            return Found(leader, gain, len(scorer.tried), "the budget is spent")
        if promising is problem.snippets:
            promising = _promising(problem.incumbent, race.first, order)


@dataclass(frozen=True)
class _Race:
    """How a race ended: `gains` are the winner's paired gains over the leader, in its last whole heat.

    `first` maps every challenger to its mean gain in the first heat; `cut_short` says that the budget ended it.
    """

    winner: Keys
    gains: Losses
    first: Mapping[Keys, float]
    cut_short: bool


def _edits(leader: Keys, snippets: Iterable[str]) -> list[Keys]:
    """Return every addition, swap, drop and move of one snippet, additions first, each once."""
    fresh = [key for key in snippets if key not in leader]
    places = range(len(leader))
    added = [(*leader, key) for key in fresh]
    dropped = [leader[:place] + leader[place + 1 :] for place in places]
    swapped = [(*leader[:place], key, *leader[place + 1 :]) for place in places for key in fresh[:2]]
    moved = [(leader[place], *leader[:place], *leader[place + 1 :]) for place in places if place]
    return list(dict.fromkeys([*added, *dropped, *swapped, *moved]))


def _race(scorer: Budgeted, leader: Keys, challengers: Sequence[Keys], order: Mapping[str, int]) -> _Race:
    examples = scorer.problem.examples
    standing = list(challengers)
    race = _Race(leader, np.zeros(0), {}, cut_short=False)
    for size in BLOCKS:
        block = examples[:size]
        try:
            base = scorer.gain(leader, block)
            gains = {challenger: scorer.gain(challenger, block) - base for challenger in standing}
        except BudgetSpent:
            return replace(race, cut_short=True)
        means = {challenger: float(saved.mean()) for challenger, saved in gains.items()}
        standing.sort(key=lambda keys: (-means[keys], [order[key] for key in keys]))
        race = _Race(standing[0], gains[standing[0]], race.first or means, cut_short=False)
        standing = standing[: max(2, ceil(len(standing) * KEEP))]
        if size >= len(examples):
            break
    return race


def _promising(incumbent: Keys, first: Mapping[Keys, float], order: Mapping[str, int]) -> list[str]:
    """Return the snippets whose addition to the incumbent gained most in the first heat of the first race."""
    added = {keys[-1]: gain for keys, gain in first.items() if keys[:-1] == incumbent and gain > 0}
    return sorted(added, key=lambda key: (-added[key], order[key]))[:PROMISING]


def _better(gains: Losses) -> bool:
    if not len(gains):
        return False
    mean = float(gains.mean())
    error = float(gains.std(ddof=1)) / sqrt(len(gains)) if len(gains) > 1 else 0.0
    return mean > 0 and mean >= error
