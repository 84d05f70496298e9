"""What to ask next by Thompson sampling: the compositions that are best in samples of the model of effects."""

from __future__ import annotations

import numpy as np

from composer.search.crowding import is_crowded, shortened
from composer.search.effect_model import EffectModel, Effects
from composer.search.example_blocks import ExampleBlocks
from composer.search.local_search import lowest, value_of
from composer.search.moves import smallest
from composer.search.problem import Ask, Keys, Problem
from composer.search.stopping import StoppingRule

BOLD = 0.7
"""Share of the way that a sample is taken back to the mean at least, where a prior is followed."""


class ThompsonProposals:
    """Proposes up to `at_once` compositions a round, each with its next examples; feeds the stopping rule.

    Each sample is taken some way back to the mean: in a sample of many snippets some always seem to help by
    luck, and a short search never gets to the bottom of them all. Where `crowding` is minded, samples are asked
    for short compositions once any snippet is seen to do harm on average.
    """

    def __init__(
        self,
        blocks: ExampleBlocks,
        stopping: StoppingRule,
        rng: np.random.Generator,
        at_once: int,
        *,
        crowding: bool = True,
    ) -> None:
        self.blocks, self.stopping, self.rng, self.at_once = blocks, stopping, rng, at_once
        self.crowding = crowding

    def next(
        self, problem: Problem, model: EffectModel, leader: Keys, *, racing: bool, known: float = 0.0
    ) -> list[Ask]:
        """Return what to ask now; empty where every allowed composition seen was asked on every example in play.

        When `racing`, a sample's best is one of the compositions seen, beside the one that the mean points to.
        `known` is how far to go by what other targets let expect, from 0 to 1.
        """
        starts = [smallest(problem), problem.incumbent, leader]
        mean = model.mean()
        asks: list[Ask] = []
        crowded = self.crowding and is_crowded(model)
        if racing:
            hoped, _ = lowest(shortened(problem, self.rng) if crowded else problem, model, mean, starts)
            if hoped not in model.row and (block := self.blocks.next_for(hoped)):
                asks.append((hoped, block))
            if any(problem.allows(keys) for keys in model.seen):
                starts = []
        for sampled in model.draws(2 * self.at_once, self.rng):
            if len(asks) >= self.at_once:
                break
            share = self.rng.random()
            among = shortened(problem, self.rng) if crowded and not racing else problem
            keys, _ = lowest(among, model, sampled.towards(mean, share), starts)
            value = value_of(model, sampled, keys)
            self.stopping.add(
                value_of(model, sampled, leader) - value, value_of(model, sampled, problem.incumbent) - value
            )
            if known:
                share += (1 - share) * BOLD * known
                keys, _ = lowest(among, model, sampled.towards(mean, share), starts)
            if keys not in dict(asks) and (block := self.blocks.next_for(keys)):
                asks.append((keys, block))
        return asks or self._unfinished(problem, model, mean)

    def promised(self, problem: Problem, model: EffectModel) -> list[Ask]:
        """Return the composition that the model's mean points to, or one of its draws, with its next examples."""
        starts = [smallest(problem), problem.incumbent]
        for effects in (model.mean(), *model.draws(self.at_once, self.rng)):
            keys, _ = lowest(problem, model, effects, starts)
            if self.blocks.untried(keys) and (block := self.blocks.next_for(keys)):
                return [(keys, block)]
        return []

    def _unfinished(self, problem: Problem, model: EffectModel, mean: Effects) -> list[Ask]:
        """Return the best of the compositions that some example is left for."""
        values = np.round(mean.at(model.z) + mean.own, 9)
        for place in np.argsort(values, kind="stable"):
            keys = model.seen[place]
            if problem.allows(keys) and (block := self.blocks.next_for(keys)):
                return [(keys, block)]
        return []
