"""Made-up families: the same snippets answered by several made-up targets, on which they do more or less the same.

How far effects carry over from one target to the next is the family's `carry`. `carried`: each does much the same
everywhere, a few something else. `by-kind`: so do the snippets tagged `format`, while those tagged `judgement` do
on each target what another of them does elsewhere. `independent`: nothing carries over. `reversed`: on the second
target what helps on the others harms, and the other way round.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from composer.bench.seeds import seeded
from composer.bench.synthetic import MADE_UP, Draft, Kind, Spec, Synthetic, draft, made_up
from composer.bench.world import World

Carry = Literal["carried", "by-kind", "independent", "reversed"]
CARRIES: tuple[Carry, ...] = ("carried", "by-kind", "independent", "reversed")
TARGETS = 3
SPREAD, OTHERWISE = 0.3, 0.05
"""How an effect that carries over differs from target to target: by a factor, with this spread of its logarithm;
and this share of snippets does what another one does elsewhere."""


@dataclass(frozen=True)
class TargetSpec(Spec):
    """What one target of a family is drawn from; `target` counts from 1."""

    carry: Carry
    target: int

    @property
    def family(self) -> str:
        """The name of the family."""
        return f"{MADE_UP}{self.carry}-{self.kind}-{self.snippets}-{self.variant}"

    @property
    def name(self) -> str:
        """The name that `--world` takes."""
        return f"{self.family}/{self.target}"


_SHAPES: tuple[tuple[Kind, int, Literal["a", "b"], Literal["label", "ordinal"], int], ...] = (
    ("sparse", 28, "a", "ordinal", 4),
    ("breaking", 28, "a", "ordinal", 4),
    ("redundant", 40, "a", "ordinal", 4),
    ("sparse", 40, "b", "ordinal", 4),
    ("breaking", 40, "b", "ordinal", 4),
    ("redundant", 30, "b", "ordinal", 4),
)
TARGET_SPECS = {
    spec.name: spec
    for carry in CARRIES
    for shape in _SHAPES
    for target in range(1, TARGETS + 1)
    for spec in [TargetSpec(*shape, carry, target)]
}
"""Every target of every made-up family by name; those of variant `a` are for tuning, `b` for reporting."""

FAMILIES = {
    family: tuple(name for name, spec in TARGET_SPECS.items() if spec.family == family)
    for family in dict.fromkeys(spec.family for spec in TARGET_SPECS.values())
}
"""The names of the targets of each made-up family."""


@cache
def made_up_target(name: str) -> World:
    """Return one target of a family as a world; raises KeyError where there is none of this name."""
    spec = TARGET_SPECS[name]
    shared = np.random.default_rng(seeded(spec.family, "shared"))
    base = draft(spec, shared)
    judged = shared.random(spec.snippets) < 0.5
    own = _varied(spec, base, judged, np.random.default_rng(seeded(spec.name, "effects")))
    answers = Synthetic(spec, own)
    tags = [frozenset({"judgement" if one else "format"}) for one in judged]
    return made_up(answers, dict(zip(answers.snippets, tags, strict=True)))


def _varied(spec: TargetSpec, base: Draft, judged: NDArray[np.bool_], rng: np.random.Generator) -> Draft:
    """Return what the snippets do on one target; near-duplicates do the same, the incumbent's what they did."""
    n = spec.snippets
    free = np.setdiff1d(np.unique(base.cluster), base.incumbent)
    moved = {"independent": np.ones(n, dtype=bool), "by-kind": judged}.get(spec.carry, np.zeros(n, dtype=bool))
    moved = (moved | (rng.random(n) < OTHERWISE))[free]
    effects, breaks = base.effects.copy(), base.breaks.copy()
    taken = free.copy()
    taken[moved] = rng.permutation(free[moved])
    sign = -1 if spec.carry == "reversed" and spec.target == 2 else 1
    factor = np.exp(SPREAD * rng.standard_normal(len(free)))
    effects[free] = sign * base.effects[taken] * factor
    breaks[free] = base.breaks[taken]
    effects, breaks = effects[base.cluster], breaks[base.cluster]
    effects[base.incumbent] = base.effects[base.incumbent]
    return replace(base, effects=effects, breaks=breaks)
