"""Small made-up worlds that strategies are tried on, and rules drawn at random."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from hypothesis import strategies as st

from composer.optimizer.strategies import Strategy
from composer.search.constraints import Rules
from composer.search.problem import Ask, BudgetedScorer, Keys, Losses, Problem, SearchResult, Step

KEYS = tuple("abcdefghij")
EXAMPLES = tuple(f"e{number:02}" for number in range(40))
EFFECT = {"a": -0.2, "b": -0.1, "c": 0.2, "d": 0.1}
GROUPS = {"a": "g", "e": "g", "f": "g"}


class World:
    """Additive effects on a loss, with noise that is the same whenever the same cell is asked."""

    def __init__(self, effect: Mapping[str, float] = EFFECT, noise: float = 0.05) -> None:
        self.effect, self.noise = effect, noise
        self.asked: list[tuple[Keys, str]] = []
        self.calls = 0

    def __call__(self, asked: Sequence[Ask], /) -> list[Losses]:
        self.calls += 1
        self.asked += [(keys, example) for keys, examples in asked for example in examples]
        return [np.array([self.loss(keys, example) for example in examples]) for keys, examples in asked]

    def loss(self, composition: Keys, example: str) -> float:
        value = 0.5 + sum(self.effect.get(key, 0.0) for key in composition)
        if self.noise:
            rng = np.random.default_rng([*example.encode(), *"".join(composition).encode(), 7])
            value += self.noise * rng.normal()
        return float(np.clip(value, 0, 1))


def problem(world: World, **changes: object) -> Problem:
    values: dict[str, object] = {
        "snippets": KEYS,
        "incumbent": (),
        "examples": EXAMPLES,
        "rules": Rules(max_length=4, groups=GROUPS),
        "score": world,
    }
    return Problem(**{**values, **changes})  # type: ignore[arg-type]


def found(
    world: World,
    strategy: Strategy,
    *,
    budget: int = 400,
    seed: int = 0,
    steps: list[Step] | None = None,
    **changes: object,
) -> SearchResult:
    reported = [] if steps is None else steps
    scorer = BudgetedScorer(problem(world, **changes), budget, reported.append)
    return strategy(scorer, np.random.default_rng(seed))


def _some(size: int) -> st.SearchStrategy[frozenset[str]]:
    return st.frozensets(st.sampled_from(KEYS), max_size=size)


@st.composite
def rules(draw: st.DrawFn, incumbent: Keys) -> Rules:
    """Rules of every kind, symmetric in conflicts; `stay` is the incumbent's where drawn."""
    pairs = draw(st.lists(st.tuples(st.sampled_from(KEYS), st.sampled_from(KEYS)), max_size=3))
    conflicts: dict[str, frozenset[str]] = {}
    for one, other in pairs:
        if one != other:
            conflicts[one] = conflicts.get(one, frozenset()) | {other}
            conflicts[other] = conflicts.get(other, frozenset()) | {one}
    required = draw(st.dictionaries(st.sampled_from(KEYS), _some(2), max_size=2))
    first = draw(_some(2))
    return Rules(
        max_length=draw(st.integers(1, 5)),
        groups=draw(st.dictionaries(st.sampled_from(KEYS), st.sampled_from("gh"), max_size=4)),
        requires={key: needed - {key} for key, needed in required.items()},
        conflicts=conflicts,
        first=first,
        last=draw(_some(2)) - first,
        stay=draw(st.sampled_from([frozenset(), frozenset(incumbent)])),
        tokens={key: draw(st.integers(1, 9)) for key in KEYS},
        max_tokens=draw(st.none() | st.integers(1, 40)),
    )
