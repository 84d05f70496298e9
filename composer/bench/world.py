"""A world: a search problem all of whose answers are known, so that strategies can be compared on it offline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from composer.prompts.composition import BARE_BASE
from composer.search.constraints import Rules
from composer.search.problem import Ask, Keys, Losses, Problem
from composer.search.stratified_order import stratified_order
from library.errors import Refused


class NotRecorded(Refused):
    """A strategy asked for an answer that its world does not hold; nothing is asked of a model instead."""


class Answers(Protocol):
    """What a world knows of compositions."""

    def losses(self, keys: Keys) -> Losses:
        """Return the losses on all dev examples and then all test examples; NaN where nothing was recorded.

        Raises `NotRecorded` where the world knows nothing of the composition.
        """

    def truth(self, keys: Keys) -> float:
        """Return the mean loss to be expected of a composition beyond these examples, as well as it is known."""

    def oracle(self) -> Keys:
        """Return the best composition that a search could find."""


@dataclass(frozen=True)
class World:
    """One world. `dev` and `test` are example ids; `strata` maps an id to its stratum where there are any.

    Only dev examples reach a strategy (see `problem`).
    """

    name: str
    snippets: Keys
    incumbent: Keys
    rules: Rules
    dev: tuple[str, ...]
    test: tuple[str, ...]
    answers: Answers
    ordered: bool = False
    strata: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def problem(self, rng: np.random.Generator) -> Problem:
        """Return the problem a strategy gets: dev examples shuffled, every prefix even over the strata."""
        place = {example: number for number, example in enumerate(self.dev)}

        def score(asked: Sequence[Ask], /) -> list[Losses]:
            return [self._asked(keys, examples, place) for keys, examples in asked]

        return Problem(
            snippets=self.snippets,
            incumbent=self.incumbent,
            examples=stratified_order(self.dev, self.strata, rng),
            rules=self.rules,
            score=score,
            ordered=self.ordered,
            tags=self.tags,
        )

    def losses(self, keys: Keys) -> tuple[Losses, Losses]:
        """Return a composition's losses on all dev and on all test examples; raises `NotRecorded`."""
        row = self.answers.losses(keys)
        if np.isnan(row).any():
            raise self._missing(keys, [*self.dev, *self.test][int(np.isnan(row).argmax())])
        return row[: len(self.dev)], row[len(self.dev) :]

    def gain(self, keys: Keys) -> float:
        """Return the true gain: the incumbent's expected loss less the composition's."""
        return self.answers.truth(self.incumbent) - self.answers.truth(keys)

    @cached_property
    def oracle(self) -> Keys:
        """The best composition that a search could find."""
        return self.answers.oracle()

    def _asked(self, keys: Keys, examples: Sequence[str], place: Mapping[str, int]) -> Losses:
        row = self.answers.losses(keys)
        for example in examples:
            if example not in place or np.isnan(row[place[example]]):
                raise self._missing(keys, example)
        own: Losses = row[[place[example] for example in examples]]
        return own

    def _missing(self, keys: Keys, example: str) -> NotRecorded:
        what = f"no answer is recorded of {naming(keys)} on dev example {example}"
        if example in self.test:
            what = f"{example} is a test example, which no search may see"
        return NotRecorded(what, where=f"world {self.name}", fix="Record the world in full, or narrow its rules.")


@dataclass(frozen=True)
class Recorded:
    """Answers out of a recording: `loss` of shape (compositions, dev then test examples), NaN where missing.

    `rows` maps a composition to its row; `dev` is the number of dev examples; `allowed` those compositions
    that a search may find.
    """

    world: str
    rows: Mapping[Keys, int]
    loss: NDArray[np.float64]
    dev: int
    allowed: frozenset[Keys]

    def losses(self, keys: Keys) -> Losses:
        """Return the row of a composition; raises `NotRecorded` where there is none."""
        if keys not in self.rows:
            raise NotRecorded(
                f"no answer is recorded of {naming(keys)}",
                where=f"world {self.world}",
                fix="Record the world in full, or narrow its rules.",
            )
        row: Losses = self.loss[self.rows[keys]]
        return row

    def truth(self, keys: Keys) -> float:
        """Return the mean loss over all examples, dev and test: the best estimate that a recording gives."""
        return float(self.losses(keys).mean())

    def oracle(self) -> Keys:
        """Return the allowed composition with the least mean loss on dev; of equals, the shorter one."""
        whole = [keys for keys in self.rows if keys in self.allowed and not np.isnan(self.losses(keys)).any()]
        return min(whole, key=lambda keys: (float(self.losses(keys)[: self.dev].mean()), len(keys), keys))


def naming(keys: Keys) -> str:
    """Name a composition in a message."""
    return " + ".join(keys) if keys else BARE_BASE
