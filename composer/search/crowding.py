"""A crowded library, in which any snippet does harm on average: what is asked there is often short."""

from __future__ import annotations

from dataclasses import replace
from math import log, sqrt

import numpy as np

from composer.search.effect_model import EffectModel
from composer.search.moves import smallest
from composer.search.problem import Problem

FEWEST = 16
"""Answers before which nothing is made of what any snippet does on average."""


def is_crowded(model: EffectModel) -> bool:
    """Whether the answers show that any snippet, whatever else it does, makes a prompt worse on average.

    This is looked at again with every round, so that the harm must lie more standard deviations above zero the
    more answers there are (law of the iterated logarithm: 1.7 with 100 answers, 2 with 1,600).
    """
    if model.cells < FEWEST:
        return False
    mean, error = model.common()
    return round(mean / error, 6) > sqrt(2 * log(log(model.cells)))


def shortened(problem: Problem, rng: np.random.Generator) -> Problem:
    """Return the problem with a greatest length drawn for it, mostly a small one.

    In a sample of many snippets some always seem to help by luck, so that its best composition has the greatest
    length. Where each of them costs something, the best ones are short, and would hardly ever be asked.
    """
    least = max(1, len(smallest(problem)))
    most = min(problem.rules.max_length, len(problem.snippets))
    if least >= most:
        return problem
    often = 1 / np.arange(least, most + 1)
    length = least + int(rng.choice(len(often), p=often / often.sum()))
    return replace(problem, rules=replace(problem.rules, max_length=length))
