"""What mining rests on and what it takes: answers of the target, and apart from them texts of a model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlmodel import Session

from composer.answers.cost import money_for
from composer.answers.latency import latency_by_hash, tokens_by_hash
from composer.curation.cost import Cost
from composer.curation.in_use import InUse, authoring_examples, in_use
from composer.data.examples import Example
from composer.models.prices import Tokens
from composer.models.target import Target
from composer.optimizer.reflection import reflecting
from composer.optimizer.rewriting import LEAST_BUDGET, full_size, most_reflections, way_of
from composer.prompts.curator_rules import token_estimate
from composer.prompts.messages import render
from composer.registry.targets import get_target
from library.errors import Refused
from library.people import require
from library.roles import KEEPERS

DEFAULT_STRATEGY = "gepa"
DEFAULT_BUDGET = 120
"""Answers of the target where no budget is given: a minute or two of a small embedded model."""
FEW = 10
"""Authoring examples below which it is said that there are few."""
WRITING_SECONDS = 45.0
"""Seconds a text where none was measured: a few hundred tokens of an embedded model on two cores."""
_WRITTEN_TOKENS = Tokens(1500, 500)
"""Tokens of a question and of the text written where none was measured."""
_READ_FOR_LENGTH = 50


@dataclass(frozen=True)
class MiningPlan:
    """All that mining depends on, besides the answers themselves.

    `now` is the prompt in use from which the rewriting begins, `examples` are those of the authoring split,
    `reflection` is the target whose model writes, as it is named, and `budget` the answers of the task's target.
    """

    now: InUse
    examples: tuple[Example, ...]
    reflection: Target
    strategy: str
    seed: int
    budget: int

    @property
    def full(self) -> int:
        """On how many examples a text is measured in full."""
        return full_size(self.strategy, self.budget, len(self.examples))

    @property
    def texts(self) -> int:
        """How often the reflection model is asked at most."""
        return most_reflections(self.strategy, self.budget, len(self.examples))


@dataclass(frozen=True)
class MiningCost:
    """What mining takes at most: answers of the target, and apart from those answers of the reflection model."""

    target: str
    answers: Cost
    reflection: str
    texts: Cost
    examples: int

    @property
    def words(self) -> tuple[str, ...]:
        """It in words, a line each."""
        few = ", which is few: it sees little of the task" * (self.examples < FEW)
        return (
            f"Target {self.target}, on {self.examples:,} authoring examples{few}: up to {self.answers.words}.",
            f"Reflection model {self.reflection}: up to {self.texts.words}. Stored answers are not paid again.",
            "What it writes is read for rules, which become drafts: none is vetted, and no prompt changes.",
        )

    def as_json(self) -> dict[str, Any]:
        """Return it as the JSON value that commands print."""
        return {**vars(self), "answers": self.answers.as_json(), "texts": self.texts.as_json()}


def plan_mining(
    session: Session, task: str, target: str, *, strategy: str, reflection: str, budget: int, seed: int, by: str
) -> MiningPlan:
    """Gather what mining needs.

    Raises `Refused` for the role, for what is missing (as `in_use` does), and for a budget, a seed or a strategy
    that makes no sense.
    """
    require(session, by, *KEEPERS, task=task)
    way_of(strategy)
    if budget < LEAST_BUDGET:
        raise Refused(
            f"a budget of {budget} answers is too small to learn from", fix=f"Give at least {LEAST_BUDGET}."
        )
    if not 0 <= seed < 2**31 - 1:
        raise Refused(f"seed {seed} is out of range", fix=f"Give a whole number from 0 to {2**31 - 2}.")
    now = in_use(session, task, target)
    return MiningPlan(
        now, authoring_examples(session, now), get_target(session, reflection), strategy, seed, budget
    )


def mining_cost(session: Session, plan: MiningPlan) -> MiningCost:
    """Return what mining takes at most, by the pace and the tokens of both models lately."""
    target, writer = plan.now.target, reflecting(plan.reflection)
    asked = [
        sum(
            token_estimate(one["content"])
            for one in render(plan.now.prompt.text, plan.now.task.message, each.inputs)
        )
        for each in plan.examples[:_READ_FOR_LENGTH]
    ]
    guess = Tokens(sum(asked) / len(asked), target.max_tokens)
    return MiningCost(
        target=target.name,
        answers=_cost(session, target, plan.budget, guess_tokens=guess),
        reflection=plan.reflection.name,
        texts=_cost(session, writer, plan.texts, guess_tokens=_WRITTEN_TOKENS, guess_seconds=WRITING_SECONDS),
        examples=len(plan.examples),
    )


def _cost(
    session: Session, target: Target, answers: int, *, guess_tokens: Tokens, guess_seconds: float = 2.0
) -> Cost:
    latency = latency_by_hash(session, target.hash, guess=guess_seconds)
    tokens = tokens_by_hash(session, target.hash)
    money = money_for(target, answers, guess_tokens if tokens is None else tokens)
    return Cost(answers, answers * latency.seconds / target.parallel, money, latency, tokens is None)
