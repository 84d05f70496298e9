"""Made-up worlds whose truth is known, of the sizes and kinds that no recording can cover.

A cell has a latent badness: how hard the example is, less what each snippet does for it, less what pairs of
snippets do together, plus what the wording as a whole shifts, plus noise of the cell. With measure `label`
the loss is 1 where the latent is above 0; with `ordinal` it is a normal distribution function of it. Every
number follows from the world's name alone.

In a `misled` world the incumbent steers wrong: three of its five snippets plainly harm, and few answers are right.

The truth of a composition is its expected loss over 4,000 further examples, the noise of cells averaged out
and the shift of its wording kept: a prompt is used with the wording it was measured with. In a `null` world
wordings shift nothing, so that there no composition is truly better than the incumbent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import ndtr

from composer.bench.oracle_search import climb
from composer.bench.seeds import seeded
from composer.bench.world import World
from composer.search.constraints import Rules
from composer.search.problem import Keys, Losses

Kind = Literal["sparse", "redundant", "interacting", "null", "breaking", "crowded", "misled"]
MADE_UP = "synthetic/"
"""What the names of made-up worlds and families begin with."""
KINDS: tuple[Kind, ...] = ("sparse", "redundant", "interacting", "null", "breaking", "crowded", "misled")
DEV, TEST, POPULATION = 100, 200, 4000
INCUMBENT_LOSS, MISLED_LOSS = 0.3, 0.6
"""Expected loss of the incumbent; and where it misleads, so that few answers are right."""
HARD, CELL, SCALE = 0.9, 0.3, 0.7
"""Spread of the difficulty of examples, of the noise of cells, and of the ordinal scale, in latent units."""
HELP, HARM = (0.03, 0.1), (0.02, 0.15)
"""Least and largest loss that a snippet saves, or costs: as single snippets did where models were recorded."""
SHIFT = 0.008
"""Spread of what a wording shifts, in loss."""
AGAIN = 0.003
"""Loss that each further near-duplicate of a snippet costs."""
HELP_CROWDED = (0.08, 0.16)
"""The same in a crowded world, before the cost of its being there is taken off."""
MISLEADS = (0.06, 0.12)
"""Least and largest loss that each of the three snippets costs by which an incumbent misleads."""
CROWD = 0.025
"""Loss that every snippet costs in a crowded world, beside what it does: a longer prompt distracts."""
SAME = 0.6
"""Share of the lesser gain that is lost where two that help are together in a crowded world."""
_HELPFUL = {"sparse": 0.04, "redundant": 0.1, "interacting": 0.08, "null": 0.0, "crowded": 0.1}
"""Share of the snippets beside the incumbent's that help; 0.06 in all other kinds."""
KEPT = 20_000
"""Compositions whose losses are kept in memory: some 50 MB."""


@dataclass(frozen=True)
class Spec:
    """What a made-up world is drawn from: its kind, the number of snippets, which of two draws, the measure."""

    kind: Kind
    snippets: int
    variant: Literal["a", "b"]
    measure: Literal["label", "ordinal"]
    max_length: int

    @property
    def name(self) -> str:
        """The name that `--world` takes."""
        return f"{MADE_UP}{self.kind}-{self.snippets}-{self.variant}"

    @property
    def loss(self) -> float:
        """The incumbent's expected loss."""
        return MISLED_LOSS if self.kind == "misled" else INCUMBENT_LOSS


_SHAPES: tuple[tuple[int, Literal["a", "b"], Literal["label", "ordinal"], int], ...] = (
    (60, "a", "label", 6),
    (200, "a", "ordinal", 8),
    (60, "b", "ordinal", 7),
    (200, "b", "label", 8),
)
_CROWDED: tuple[tuple[int, Literal["a", "b"], Literal["label", "ordinal"], int], ...] = (
    (28, "a", "ordinal", 6),
    (200, "a", "ordinal", 8),
    (28, "b", "ordinal", 6),
    (200, "b", "ordinal", 8),
)
_MISLED: tuple[tuple[int, Literal["a", "b"], Literal["label", "ordinal"], int], ...] = (
    (28, "a", "label", 6),
    (60, "a", "ordinal", 7),
    (28, "b", "ordinal", 6),
    (60, "b", "label", 7),
)
SPECS = {
    spec.name: spec
    for kind in KINDS
    for spec in (Spec(kind, *shape) for shape in {"crowded": _CROWDED, "misled": _MISLED}.get(kind, _SHAPES))
}
"""All made-up worlds by name; those ending in `a` are for tuning, those ending in `b` for reporting."""


@dataclass(frozen=True)
class Draft:
    """What N snippets do before examples are drawn: see `Truth`; `incumbent` are its snippets by number.

    In a crowded world, `effects` are before the cost of a snippet's being there.
    """

    effects: Losses
    cluster: NDArray[np.int64]
    breaks: NDArray[np.bool_]
    incumbent: NDArray[np.int64]


@dataclass(frozen=True)
class Truth:
    """The parameters of a made-up world of N snippets and E = dev + test + population examples.

    `effects` (N,) is the mean loss each snippet saves in the incumbent's company, `responses` (N, E) what it
    takes off the latent of each example, `pairs` (N, N) symmetric what two together take off, `cluster` (N,)
    which snippets are near-duplicates of one another: those in a composition act as their average. `breaks` (N,)
    are those that make every answer malformed. `hard` (E,) is the latent without snippets, `slope` latent to loss.
    """

    effects: Losses
    responses: Losses
    pairs: Losses
    cluster: NDArray[np.int64]
    breaks: NDArray[np.bool_]
    hard: Losses
    slope: float


class Synthetic:
    """The answers of a made-up world, worked out when first asked for.

    `drafted` is what its snippets do where that doesn't follow from its name alone.
    """

    def __init__(self, spec: Spec, drafted: Draft | None = None) -> None:
        self.spec = spec
        self.snippets: Keys = tuple(f"s{number:03}" for number in range(spec.snippets))
        self._place = {key: number for number, key in enumerate(self.snippets)}
        rng = np.random.default_rng(seeded(spec.name, "truth"))
        drafted = drafted or draft(spec, rng)
        self.parameters = _drawn(spec, drafted, rng)
        self.incumbent: Keys = tuple(self.snippets[number] for number in drafted.incumbent)
        self._losses: dict[Keys, Losses] = {}
        self._truth: dict[Keys, float] = {}

    def losses(self, keys: Keys) -> Losses:
        """Return the losses on the dev examples and then the test examples, shape (300,)."""
        if keys not in self._losses:
            if len(self._losses) >= KEPT:
                self._losses.clear()
            self._losses[keys] = self._cells(keys)
        return self._losses[keys]

    def truth(self, keys: Keys) -> float:
        """Return the expected loss on the population, noise of cells averaged out."""
        if keys not in self._truth:
            self._truth[keys] = self.expected(self._numbers(keys), self._wording(keys)[0])
        return self._truth[keys]

    def oracle(self) -> Keys:
        """Return the best composition that a local search on the true parameters finds (see `local.climb`).

        It looks at what snippets do and not at the luck of a wording, which no search could find in a space
        too large to try.
        """
        best = climb(
            self.parameters.effects,
            self.parameters.pairs * self.parameters.slope,
            self.parameters.cluster,
            barred=self.parameters.breaks,
            again=AGAIN,
            most=self.spec.max_length,
            starts=[self._numbers(self.incumbent)],
            exact=self.expected,
            rng=np.random.default_rng(seeded(self.spec.name, "oracle")),
        )
        if self.expected(best) > self.expected(self._numbers(self.incumbent)) - 1e-9:
            return self.incumbent
        return tuple(self.snippets[number] for number in best)

    def expected(self, numbers: NDArray[np.int64], shift: float = 0.0) -> float:
        """Return the expected loss on the population of a set of snippets, of a wording that shifts so much."""
        if self.parameters.breaks[numbers].any():
            return 1.0
        latent = self._latent(numbers, slice(DEV + TEST, None)) + shift
        spread = CELL if self.spec.measure == "label" else np.hypot(CELL, SCALE)
        return float(ndtr(latent / spread).mean())

    def _cells(self, keys: Keys) -> Losses:
        numbers = self._numbers(keys)
        if self.parameters.breaks[numbers].any():
            return np.ones(DEV + TEST)
        shift, noise = self._wording(keys)
        latent = self._latent(numbers, slice(DEV + TEST)) + shift + noise
        loss: Losses = (latent > 0).astype(float) if self.spec.measure == "label" else ndtr(latent / SCALE)
        return loss

    def _latent(self, numbers: NDArray[np.int64], examples: slice) -> Losses:
        """Return the latent of each example without noise; shape (examples,)."""
        of = self.parameters
        own, counts = of.cluster[numbers], np.bincount(of.cluster[numbers])
        share = 1 / counts[own]
        together = float(of.pairs[np.ix_(numbers, numbers)].sum()) / 2
        again = AGAIN / of.slope * float((1 - share).sum())
        # Not a matrix product: the order of a sum decides its last bit, and a library may choose it.
        helped = (share[:, None] * of.responses[numbers, examples]).sum(axis=0)
        latent: Losses = of.hard[examples] - helped - together + again
        return latent

    def _wording(self, keys: Keys) -> tuple[float, Losses]:
        """Return what this very wording shifts, and the noise of its cells, shape (300,), in latent units."""
        rng = np.random.default_rng(seeded(self.spec.name, "wording", *keys))
        normal = rng.standard_normal(1 + DEV + TEST)
        still = self.spec.kind == "null" or keys == self.incumbent
        return 0.0 if still else float(normal[0]) * SHIFT / self.parameters.slope, CELL * normal[1:]

    def _numbers(self, keys: Keys) -> NDArray[np.int64]:
        return np.array([self._place[key] for key in keys], dtype=np.int64)


@cache
def synthetic(name: str) -> World:
    """Return a made-up world by its name; raises KeyError where there is none of this name."""
    spec = SPECS[name]
    return made_up(Synthetic(spec))


def made_up(answers: Synthetic, tags: Mapping[str, frozenset[str]] | None = None) -> World:
    """Return the world that these answers are of; `tags` maps a key to its tags where there are any."""
    spec = answers.spec
    return World(
        name=spec.name,
        snippets=answers.snippets,
        incumbent=answers.incumbent,
        rules=Rules(max_length=spec.max_length),
        dev=tuple(f"dev-{number:03}" for number in range(DEV)),
        test=tuple(f"test-{number:03}" for number in range(TEST)),
        answers=answers,
        tags=tags or {},
    )


def draft(spec: Spec, rng: np.random.Generator) -> Draft:
    """Draw what the snippets of a world do, and its incumbent."""
    order = rng.permutation(spec.snippets)
    held = 5 if spec.kind == "misled" else 3
    incumbent, others = sorted(int(number) for number in order[:held]), order[held:]
    effects, breaks = np.zeros(spec.snippets), np.zeros(spec.snippets, dtype=bool)
    effects[incumbent] = _of_incumbent(spec, rng)
    cluster = np.arange(spec.snippets)
    if spec.kind == "redundant":
        # Five of each sort, the rest on their own.
        sorts = others[: len(others) * 3 // 5 // 5 * 5].reshape(-1, 5)
        cluster[sorts] = sorts[:, :1]
    good = _HELPFUL.get(spec.kind, 0.06)
    bad = {"null": 0.35, "crowded": 0.4}.get(spec.kind, 0.15)
    kinds = [int(number) for number in dict.fromkeys(cluster[others])]
    helpful = max(3, round(good * len(kinds))) if good else 0
    harmful = round(bad * len(kinds))
    # In a redundant world what helps has near-duplicates: `others` begins with them.
    for number in kinds[:helpful]:
        effects[cluster == number] = rng.uniform(*(HELP_CROWDED if spec.kind == "crowded" else HELP))
    for number in kinds[helpful : helpful + harmful]:
        effects[cluster == number] = -rng.uniform(*HARM)
    if spec.kind == "breaking":
        breaks[others[-max(2, round(0.04 * spec.snippets)) :]] = True
    return Draft(effects, cluster, breaks, np.array(incumbent))


def _drawn(spec: Spec, drafted: Draft, rng: np.random.Generator) -> Truth:
    """Draw the parameters of a world whose snippets do this."""
    effects, cluster, breaks = drafted.effects.copy(), drafted.cluster, drafted.breaks
    if spec.kind == "crowded":
        effects[np.setdiff1d(np.arange(spec.snippets), drafted.incumbent)] -= CROWD
    hard = HARD * rng.standard_normal(DEV + TEST + POPULATION)
    slope = _slope(spec, hard)
    responses = _responses(spec, effects / slope, cluster, rng)
    truth = Truth(effects, responses, _pairs(spec, effects, rng) / slope, cluster, breaks, hard, slope)
    return _levelled(spec, truth, drafted.incumbent)


def _of_incumbent(spec: Spec, rng: np.random.Generator) -> Losses:
    """Draw what the incumbent's snippets do.

    One helps a little, one does nothing, one harms a little; where nothing may be gained, two help and one does
    nothing; where the incumbent misleads, three plainly harm.
    """
    some = [0.025, 0.02, 0.0] if spec.kind == "null" else [0.025, 0.0, -0.015]
    if spec.kind == "misled":
        some = [0.025, 0.0, *-rng.uniform(*MISLEADS, size=3)]
    return rng.permutation(some)


def _responses(spec: Spec, effects: Losses, cluster: NDArray[np.int64], rng: np.random.Generator) -> Losses:
    """Draw what each snippet does for each example, shape (N, E); its mean over examples is its effect.

    A snippet matters to some of the examples, between a fifth and four fifths, and to some more than to
    others. Near-duplicates matter to the same ones. Where something may be gained, every snippet also helps
    here and harms there without a net effect.
    """
    n, examples = spec.snippets, DEV + TEST + POPULATION
    breadth = rng.uniform(0.2, 0.8, size=n)[cluster]
    matters = rng.random((n, examples))[cluster] < breadth[:, None]
    much = np.exp(0.4 * rng.standard_normal((n, examples))[cluster] - 0.08)
    responses: Losses = effects[:, None] * matters * much / breadth[:, None]
    if spec.kind != "null":
        responses += 0.08 * rng.standard_normal((n, examples))
    return responses


def _pairs(spec: Spec, effects: Losses, rng: np.random.Generator) -> Losses:
    """Draw the loss that pairs save together beyond what each saves, shape (N, N); most pairs save nothing."""
    if spec.kind == "crowded":
        lesser = np.minimum.outer(effects, effects).clip(min=0.0)
        np.fill_diagonal(lesser, 0.0)
        return -SAME * lesser
    n = spec.snippets
    upper = np.triu(rng.random((n, n)) < 0.2, 1) * rng.normal(0.0, 0.012, size=(n, n))
    return upper + upper.T if spec.kind == "interacting" else np.zeros((n, n))


def _mean(spec: Spec, latent: Losses) -> float:
    spread = CELL if spec.measure == "label" else np.hypot(CELL, SCALE)
    return float(ndtr(latent / spread).mean())


def _slope(spec: Spec, hard: Losses) -> float:
    """Return the loss that one latent unit makes where the mean loss is the incumbent's."""
    level = brentq(lambda at: _mean(spec, hard + at) - spec.loss, -5, 5)
    return (_mean(spec, hard + level + 0.01) - _mean(spec, hard + level - 0.01)) / 0.02


def _levelled(spec: Spec, truth: Truth, incumbent: NDArray[np.int64]) -> Truth:
    """Return the same world with all examples so hard that the incumbent's expected loss is as wanted."""
    helped = truth.responses[incumbent].sum(axis=0) + truth.pairs[np.ix_(incumbent, incumbent)].sum() / 2
    latent = (truth.hard - helped)[DEV + TEST :]
    level = brentq(lambda at: _mean(spec, latent + at) - spec.loss, -5, 5)
    return replace(truth, hard=truth.hard + level)
