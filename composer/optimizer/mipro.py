"""DSPy's MIPROv2 as a search strategy, its instructions held to compositions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log2
from typing import Any

import dspy
import numpy as np

from composer.optimizer.program import Halted, ProblemProgram, ask, examples_of, named, worth
from composer.optimizer.quiet import quiet
from composer.search.budgeting import best_known
from composer.search.problem import BudgetedScorer, BudgetSpent, SearchResult
from composer.search.random import draw_new

SETTINGS = ((18, 1000), (12, 300), (6, 100))
"""MIPROv2's heavy, medium and light: candidates, and validation examples at most."""

MINIBATCH = 35
FULL_EVERY = 5

NO_MINIBATCH = 50
"""Validation examples up to which MIPROv2's settings evaluate every trial on all of them."""


@dataclass(frozen=True)
class Plan:
    """One run of MIPROv2: its instruction candidates (the incumbent is one), trials and validation examples."""

    candidates: int
    trials: int
    examples: int

    @property
    def minibatch(self) -> bool:
        """Whether a trial is measured on a minibatch."""
        return self.examples > NO_MINIBATCH

    @property
    def cells(self) -> int:
        """Cells this takes at most."""
        each_in_full = self.candidates * self.examples
        if not self.minibatch:
            return each_in_full
        full = 1 + self.trials // FULL_EVERY + (self.trials % FULL_EVERY > 0)
        return min(self.trials * MINIBATCH + full * self.examples, each_in_full)


def planned(budget: int, examples: int) -> Plan:
    """Return the largest of MIPROv2's settings that a budget bears, or its light one on fewer examples.

    The trials follow from the candidates by its own arithmetic for one predictor: max(2 log2 N, 1.5 N).
    """
    plans = [
        Plan(candidates, int(max(2 * log2(candidates), 1.5 * candidates)), min(most, examples))
        for candidates, most in SETTINGS
    ]
    light = plans[-1]
    plans += [Plan(light.candidates, light.trials, fewer) for fewer in range(light.examples - 1, 0, -1)]
    return next((plan for plan in plans if plan.cells <= budget), plans[-1])


class CompositionMIPRO(dspy.MIPROv2):  # type: ignore[misc]
    """MIPROv2 that chooses among given compositions: nothing is bootstrapped and no model proposes text."""

    def __init__(self, scorer: BudgetedScorer, instructions: Sequence[str], **options: Any) -> None:
        super().__init__(**options)
        self.scorer = scorer
        self.instructions = list(instructions)

    def _bootstrap_fewshot_examples(self, *_args: Any, **_options: Any) -> None:
        return None

    def _propose_instructions(self, *_args: Any, **_options: Any) -> dict[int, list[str]]:
        return {0: self.instructions}

    def _optimize_prompt_parameters(
        self, program: Any, instructions: Any, demos: Any, _evaluate: Any, *rest: Any
    ) -> Any:
        # In place of DSPy's `Evaluate`, which calls the program once an example: a minibatch is one ask, so
        # that a model answers it in parallel.
        def evaluate(candidate: ProblemProgram, devset: list[dspy.Example], **_options: Any) -> dspy.Prediction:
            losses = ask(self.scorer, candidate.keys, [example.example_id for example in devset])
            return dspy.Prediction(score=worth(losses))

        return super()._optimize_prompt_parameters(program, instructions, demos, evaluate, *rest)


def mipro(scorer: BudgetedScorer, rng: np.random.Generator) -> SearchResult:
    """Search with `dspy.MIPROv2` over compositions drawn at random, the incumbent among them.

    Its schedule is its own: candidates and trials of its light, medium or heavy setting, whichever is the
    largest that the budget bears, else light on fewer validation examples; minibatches of 35 with a full
    evaluation after every five, or full evaluations alone on 50 examples or fewer. It ends with its
    schedule, whether or not budget is left.
    """
    problem = scorer.problem
    plan = planned(scorer.left, len(problem.examples))
    full = problem.examples[: plan.examples]
    if scorer.left < 2 * len(full):
        return SearchResult(problem.incumbent, 0.0, 0, "the budget is spent", "budget")
    drawn = draw_new(scorer, rng, plan.candidates - 1, {problem.incumbent})
    if not drawn:
        return SearchResult(problem.incumbent, 0.0, 0, "the rules allow no other composition", "exhausted")
    program = ProblemProgram(scorer, full)
    # MIPROv2 takes a seed of 0 for none.
    seed = int(rng.integers(1, 2**31))
    optimizer = CompositionMIPRO(
        scorer,
        [named(keys) for keys in (problem.incumbent, *drawn)],
        metric=lambda _example, prediction, _trace=None: 1 - prediction.loss,
        prompt_model=_no_model,
        task_model=_no_model,
        max_bootstrapped_demos=0,
        max_labeled_demos=0,
        auto=None,
        num_candidates=plan.candidates,
        num_threads=1,
        seed=seed,
        track_stats=False,
    )
    examples = examples_of(full)
    try:
        with quiet():
            optimizer.compile(
                program,
                trainset=examples,
                valset=examples,
                num_trials=plan.trials,
                seed=seed,
                minibatch=plan.minibatch,
                minibatch_size=MINIBATCH,
                minibatch_full_eval_steps=FULL_EVERY,
            )
    except Halted as halted:
        if not isinstance(halted.cause, BudgetSpent):
            raise halted.cause from None
        return SearchResult(*best_known(scorer, full), len(scorer.tried), "the budget is spent", "budget")
    return SearchResult(*best_known(scorer, full), len(scorer.tried), "MIPROv2 ended its schedule", "settled")


def _no_model(*_args: Any, **_options: Any) -> Any:
    raise AssertionError("a search over compositions calls no model of DSPy's")
