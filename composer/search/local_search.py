"""Finds the composition of least loss under given effects, within the rules."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from composer.search.effect_model import EffectModel, Effects, Floats
from composer.search.moves import added, dropped, swapped
from composer.search.problem import Keys, Problem

LEAST = 1e-9
"""Differences below this are rounding, which may differ between machines: they decide nothing."""

TRIES = 12
"""Edits looked at in one step, the most promising first, before the search settles where it is."""


def lowest(problem: Problem, model: EffectModel, effects: Effects, starts: Iterable[Keys]) -> tuple[Keys, float]:
    """Return the allowed composition with the least loss under these effects that edits lead to, and its loss.

    From each start the best addition, drop or swap is taken until none helps. The compositions that were
    seen compete with what they add on their own. Raises ValueError where neither a start nor one that was
    seen is allowed.
    """
    best: tuple[Keys, float] | None = None
    for start in dict.fromkeys(starts):
        if problem.allows(start):
            ended = _descend(problem, model, effects, start)
            value = value_of(model, effects, ended)
            if best is None or value < best[1] - LEAST:
                best = ended, value
    values = effects.at(model.z) + effects.own
    for place in np.argsort(values, kind="stable"):
        if best is not None and values[place] >= best[1] - LEAST:
            break
        if problem.allows(model.seen[place]):
            best = model.seen[place], float(values[place])
            break
    if best is None:
        raise ValueError("no start is allowed")
    return best


def value_of(model: EffectModel, effects: Effects, composition: Keys) -> float:
    """Return the loss of one composition under these effects, with its own part where the model has seen it."""
    value = float(effects.at(model.indicators([composition]))[0])
    place = model.row.get(composition)
    return value if place is None else value + float(effects.own[place])


def canonical(problem: Problem, keys: Iterable[str]) -> Keys:
    """Return snippets in the usual order of a set of them: the incumbent's as there, then library order."""
    held = set(keys)
    kept = [key for key in problem.incumbent if key in held]
    rest = [key for key in problem.snippets if key in held and key not in kept]
    return problem.arranged([*kept, *rest])


def _descend(problem: Problem, model: EffectModel, effects: Effects, start: Keys) -> Keys:
    current, z = start, model.indicators([start])[0]
    value = float(effects.at(z[None])[0])
    while True:
        for edited in _promising(problem, model, effects, current, z):
            moved = model.indicators([edited])[0]
            below = float(effects.at(moved[None])[0])
            if below < value - LEAST:
                current, z, value = edited, moved, below
                break
        else:
            return current


def _promising(problem: Problem, model: EffectModel, effects: Effects, current: Keys, z: Floats) -> Iterable[Keys]:
    """Yield the allowed edits of a composition, by how much they seem to lower the loss, the most first."""
    slope = effects.snippets + effects.pairs @ z
    inside = np.array([model.index[key] for key in current], dtype=np.int64)
    outside = np.array([model.index[key] for key in problem.snippets if key not in current], dtype=np.int64)
    change = np.concatenate(
        [
            slope[outside],
            -slope[inside],
            (slope[outside][None, :] - slope[inside][:, None] - effects.pairs[np.ix_(inside, outside)]).ravel(),
        ]
    )
    names = list(model.index)
    full = len(current) >= problem.rules.max_length
    if full:
        change[: len(outside)] = np.inf
    for pick in np.argsort(np.round(change, 9), kind="stable")[: TRIES + len(current)]:
        if change[pick] >= -LEAST:
            return
        edited = _edit(problem, current, [names[one] for one in outside], int(pick))
        if problem.allows(edited):
            yield edited


def _edit(problem: Problem, current: Keys, outside: list[str], pick: int) -> Keys:
    """Return the edit of this number: additions come first, then drops, then swaps of each snippet in turn."""
    if pick < len(outside):
        edited = added(problem, current, outside[pick])
    elif pick < len(outside) + len(current):
        edited = dropped(problem, current, current[pick - len(outside)])
    else:
        place, come = divmod(pick - len(outside) - len(current), len(outside))
        edited = swapped(problem, current, current[place], outside[come])
    return canonical(problem, edited)
