"""What a check asks: the released messages, about some of the sealed rows that the release was measured on.

They are rows of the release's own evidence, since only to those is there a stored answer to compare with, with the
labels that they had then: only what answers can differ. They stay sealed. No search reads them, nothing is chosen
by what a check finds, and the released composition was read on them before it was released, which the ledger of
readings holds; on a target that was edited since it is a reading of its own. Anchors may be among them: a check
decides nothing that they are kept apart from.

A check asks in a replicate of its own, so that no answer from before stands in for one of now.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sqlmodel import Session

from composer.answers.cost import Cost, cost_of_questions
from composer.answers.evaluator import questions_of
from composer.answers.store import Question, stored_answers
from composer.data.examples import Example
from composer.data.splits import strata_of
from composer.evaluation.formatting import SHARES
from composer.models.answer import Answer
from composer.models.target import Target
from composer.registry.datasets import examples_named
from composer.registry.releases import current_release
from composer.registry.targets import get_target
from composer.registry.tasks import get_task
from composer.release.in_use import InUse, in_use
from composer.search.stratified_order import stratified_order
from composer.task.task import Task
from library.errors import Refused

REPLICATES = 1_000_000
"""The replicate in which check N asks is this and N: far above those of scorings."""


class Unverified(Refused):
    """What is released does not verify, so that there is nothing to compare with."""


@dataclass(frozen=True)
class CheckPlan:
    """A release to be checked on n of its `available` sealed rows.

    `target` is the one of now, which may have been edited since the release was measured on `use.target`. `before`
    are the n answers that its evidence rests on. `margin` is in the unit of the task's metric; `seed` drives which
    rows are drawn, and the resampling of figures.
    """

    use: InUse
    target: Target
    examples: tuple[Example, ...]
    available: int
    before: tuple[Answer, ...]
    margin: float
    seed: int

    @property
    def edited(self) -> bool:
        """Whether the target is another than the one that was measured."""
        return self.target.hash != self.use.target.hash

    def questions(self, number: int) -> list[Question]:
        """Return what the check of this number asks, in the order of the examples."""
        replicate = REPLICATES + number
        return questions_of(
            self.use.task, self.target.hash, self.use.composition, self.examples, replicate=replicate
        )


def plan_check(
    session: Session, task: str, target: str, *, rows: int, seed: int, margin: float | None = None
) -> CheckPlan:
    """Gather what checking the release of a task and target takes; nothing is asked.

    Without a `margin` it is the `drop` of the task's policy for drift, else 0. Raises `Refused` where nothing is
    released, for a margin that can't be, and where the target takes the prompt in another place than was measured;
    `Unverified` where the release does not verify.
    """
    use = _verified(session, task, target)
    now = get_target(session, target)
    if now.system != use.target.system:
        raise Refused(
            f"the target takes the system text by `system: {now.system}` now, and the release was measured "
            f"with `system: {use.target.system}`: it would get other messages",
            where=f"target {target}",
            fix="Add the target as it was, or measure and release for it as it is now.",
        )
    data = use.evidence.data
    drawn = drawn_rows(use.task, examples_named(session, data.dataset, data.examples), rows, seed)
    keys = dict(zip(data.examples, use.evidence.candidate.cells, strict=True))
    stored = stored_answers(session, [keys[one.id] for one in drawn])
    before = tuple(stored[keys[one.id]] for one in drawn)
    allowed = _margin(session, use.task, margin)
    return CheckPlan(use, now, drawn, len(data.examples), before, allowed, seed)


def cost_of_check(session: Session, plan: CheckPlan, number: int = 0) -> Cost:
    """Return what a check takes; of one that was not entered yet, all of it."""
    return cost_of_questions(session, plan.target, plan.questions(number))


def drawn_rows(task: Task, examples: Sequence[Example], rows: int, seed: int) -> tuple[Example, ...]:
    """Draw rows at random, of each stratum of labels as large a part, and return them in their order.

    All of them where there are no more; with the same seed, more rows hold those that fewer do.
    """
    if rows >= len(examples):
        return tuple(examples)
    order = stratified_order([one.id for one in examples], strata_of(task, examples), np.random.default_rng(seed))
    taken = set(order[:rows])
    return tuple(one for one in examples if one.id in taken)


def _verified(session: Session, task: str, target: str) -> InUse:
    if current_release(session, task, target) is None:
        get_task(session, task)
        get_target(session, target)
        raise Refused(
            f"nothing is released for {task} on {target}",
            fix="A check compares with a release: `composer release` makes an approved candidate one.",
        )
    try:
        return in_use(session, task, target)
    except Refused as refused:
        raise Unverified(
            refused.what, where=refused.where, fix=refused.fix, problems=refused.problems
        ) from refused


def _margin(session: Session, task: Task, given: float | None) -> float:
    if given is None:
        drift = get_task(session, task.name).policy.drift
        return 0.0 if drift is None or drift.drop is None else drift.drop
    most = 1 if task.metric in SHARES else 100
    if not 0 <= given <= most:
        raise Refused(
            f"{given:g} is no margin of {task.metric}, whose values lie from 0 to {most}",
            where="--margin",
            fix="Five points of a share are 0.05." if most == 1 else "Give how much worse it may be.",
        )
    return given
