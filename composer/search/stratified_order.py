"""An order of examples in which every prefix is a fair sample."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np


def stratified_order(
    examples: Sequence[str], strata: Mapping[str, str], rng: np.random.Generator
) -> tuple[str, ...]:
    """Return example ids shuffled so that every prefix holds the strata in nearly equal parts of each.

    `strata` maps an id to its stratum; ids it doesn't name are one stratum together.
    """
    grouped: dict[str, list[str]] = {}
    for example in examples:
        grouped.setdefault(strata.get(example, ""), []).append(example)
    keyed = []
    for ids in (grouped[name] for name in sorted(grouped)):
        keyed += [((place + 0.5) / len(ids), ids[pick]) for place, pick in enumerate(rng.permutation(len(ids)))]
    return tuple(example for _, example in sorted(keyed))
