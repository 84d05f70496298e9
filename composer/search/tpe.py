"""Optuna's tree-structured Parzen estimator over which snippets to use in what order, on MIPROv2's schedule."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from composer.search.budgeting import best_known, full_set
from composer.search.moves import added, smallest
from composer.search.problem import BudgetedScorer, BudgetSpent, Keys, Problem, SearchResult

if TYPE_CHECKING:
    from optuna import Study
    from optuna.distributions import BaseDistribution

MINIBATCH = 35
"""Examples of a trial, drawn afresh for each, as in MIPROv2."""

FULL_EVERY = 5
"""Trials after which the composition with the best mean gets a full evaluation, as in MIPROv2."""

IDLE = 30
"""Trials in a row that cost nothing, because all they ask is known, after which the search has settled."""

TRIALS = 200
"""Trials at most: the sampler takes longer for each, and only repeats, which are free, can reach this."""


def tpe(scorer: BudgetedScorer, rng: np.random.Generator) -> SearchResult:
    """Search with Optuna's `TPESampler`, on the schedule of DSPy's MIPROv2.

    A trial has for each snippet whether it is in and, where order counts, its rank; what breaks a rule is
    repaired, and the sampler learns of the composition that was measured. The incumbent is evaluated in full
    first; every trial is measured on a fresh random minibatch; after every five the composition with the best
    mean that had no full evaluation gets one, which counts as a trial too. The best full evaluation wins, or
    the best mean where the budget covers none. A full evaluation is all dev examples, or a sixteenth of the budget
    where that is less; minibatches are drawn from these examples and are no larger.
    """
    full = full_set(scorer)
    if scorer.left < 2 * len(full):
        return SearchResult(scorer.problem.incumbent, 0.0, 0, "the budget is spent", "budget")
    with _quiet():
        reason = _trials(scorer, rng, full)
    best, gain = best_known(scorer, full, partly=True)
    stopped = "the budget is spent" if reason == "budget" else "the last trials brought nothing that was not known"
    return SearchResult(best, gain, len(scorer.tried), stopped, "budget" if reason == "budget" else "settled")


def made_allowed(problem: Problem, wanted: Sequence[str]) -> Keys:
    """Return an allowed composition of these keys, the first first: what breaks a rule is left out.

    What must stay is in it, and what a key requires comes with it.
    """
    composition = smallest(problem)
    for key in wanted:
        grown = added(problem, composition, key)
        if key not in composition and problem.allows(grown):
            composition = grown
    place = {key: number for number, key in enumerate(wanted)}
    return problem.arranged(sorted(composition, key=lambda key: place.get(key, len(place))))


def _trials(scorer: BudgetedScorer, rng: np.random.Generator, full: Sequence[str]) -> str:
    problem = scorer.problem
    space = _Space(problem, int(rng.integers(2**31)))
    size = min(MINIBATCH, len(full))
    means: dict[Keys, list[float]] = {}
    full_done = {problem.incumbent}
    idle = number = 0
    try:
        space.learn(problem.incumbent, 1 - float(scorer.losses([(problem.incumbent, full)])[0].mean()), rng)
        while idle < IDLE and number < TRIALS:
            before = scorer.cells
            keys = space.suggest(rng)
            if keys != problem.incumbent and not problem.allows(keys):
                idle += 1
                continue
            batch = [full[pick] for pick in rng.permutation(len(full))[:size]] if size < len(full) else full
            value = _measured(scorer, keys, batch)
            space.learn(keys, value, rng)
            means.setdefault(keys, []).append(value)
            number += 1
            waiting = [keys for keys in means if keys not in full_done]
            if size < len(full) and number % FULL_EVERY == 0 and waiting:
                best = max(waiting, key=lambda keys: float(np.mean(means[keys])))
                space.learn(best, _measured(scorer, best, full), rng)
                full_done.add(best)
            idle = idle + 1 if scorer.cells == before else 0
    except BudgetSpent:
        return "budget"
    return "settled"


def _measured(scorer: BudgetedScorer, keys: Keys, examples: Sequence[str]) -> float:
    scorer.gain(keys, examples)
    return 1 - float(scorer.losses([(keys, examples)])[0].mean())


class _Space:
    """An Optuna study whose parameters are which snippets are in, and their ranks where order counts."""

    def __init__(self, problem: Problem, seed: int) -> None:
        # Loading Optuna takes a third of a second that no other command should pay.
        import optuna

        self._optuna = optuna
        self._problem = problem
        self._distributions: dict[str, BaseDistribution] = {
            f"use:{key}": optuna.distributions.CategoricalDistribution([False, True]) for key in problem.snippets
        }
        if problem.ordered:
            rank = optuna.distributions.FloatDistribution(0, 1)
            self._distributions |= {f"rank:{key}": rank for key in problem.snippets}
        sampler = optuna.samplers.TPESampler(seed=seed, multivariate=True)
        self._study: Study = optuna.create_study(direction="maximize", sampler=sampler)

    def suggest(self, rng: np.random.Generator) -> Keys:
        """Return the sampler's next composition, repaired; chance decides what is cut where there are no ranks."""
        trial = self._study.ask(self._distributions)
        # The sampler learns of the repaired composition instead.
        self._study.tell(trial, state=self._optuna.trial.TrialState.FAIL)
        chosen = trial.params
        keys = [self._problem.snippets[pick] for pick in rng.permutation(len(self._problem.snippets))]
        keys = [key for key in keys if chosen[f"use:{key}"]]
        if self._problem.ordered:
            keys.sort(key=lambda key: float(chosen[f"rank:{key}"]))
        return made_allowed(self._problem, keys)

    def learn(self, keys: Keys, value: float, rng: np.random.Generator) -> None:
        """Let the sampler learn the value of a composition."""
        params: dict[str, Any] = {f"use:{key}": key in keys for key in self._problem.snippets}
        if self._problem.ordered:
            params |= {f"rank:{key}": rank for key, rank in self._ranks(keys, rng).items()}
        self._study.add_trial(
            self._optuna.trial.create_trial(params=params, distributions=self._distributions, value=value)
        )

    def _ranks(self, keys: Keys, rng: np.random.Generator) -> Mapping[str, float]:
        """Return ranks that put these keys in this order; a snippet that is out has any rank."""
        ranks = dict(zip(self._problem.snippets, rng.random(len(self._problem.snippets)).tolist(), strict=True))
        return ranks | {key: (place + 0.5) / len(keys) for place, key in enumerate(keys)}


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep Optuna's notes of its trials, and its warning that a sampler is new, off the terminal."""
    import optuna

    verbosity = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
            yield
    finally:
        optuna.logging.set_verbosity(verbosity)
