"""Freezes what an adaptation rests on: the task, its data, the prompt in use on one target, the bar on another."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session, select

from composer.adaptation.head_start import prior_for
from composer.candidates.bases import keep_base
from composer.candidates.records import PROPOSERS
from composer.evaluation.caveats import Constant, best_constant_of
from composer.evaluation.metrics import loss_of
from composer.models.target import Target
from composer.prompts.composition import Composition
from composer.registry.datasets import dataset_of, examples_of
from composer.registry.releases import incumbent_of
from composer.registry.targets import get_target, keep_target
from composer.registry.tasks import get_task
from composer.runs.carried import Carried, carried_of
from composer.runs.plan import Plan, plan_run
from composer.runs.records import enter_run
from composer.search.prior import Prior
from composer.tables import AdaptationRow
from composer.task.task import Task
from library import log
from library.canonical import digest
from library.database import lock_for_writing
from library.errors import Refused
from library.people import require


@dataclass(frozen=True)
class AdaptationPlan:
    """A prompt that is to be carried from the target `source` to another, before anything is stored.

    `run` is the search on the new target, `baseline` the prompt in use on the old one. `floor` is the best
    constant answer on the dev examples: what doesn't beat it is of no use. `prior` is what the
    searches on other targets let expect of the snippets, None where they showed nothing.
    """

    source: Target
    run: Plan
    baseline: Composition
    floor: Constant
    prior: Prior | None

    @property
    def task(self) -> Task:
        """The task."""
        return self.run.task

    @property
    def target(self) -> Target:
        """The new target."""
        return self.run.target

    @property
    def bar(self) -> float:
        """The mean loss, in [0, 1], that a composition must undercut to be of use: that of the best constant."""
        return loss_of(self.task.metric, self.floor.figure)

    @property
    def identity(self) -> str:
        """The same identity is the same adaptation; sha256 in hex."""
        return digest(
            {
                "task": self.task.hash,
                "dataset": self.run.dataset,
                "source": self.source.hash,
                "target": self.target.hash,
                "baseline": self.baseline.fingerprint,
                "in use": self.run.incumbent.fingerprint,
                "library": self.run.vocabulary.hash,
                "strategy": self.run.strategy,
                "seed": self.run.seed,
                "budget": self.run.budget,
                "prior": self.prior.as_json() if self.prior else None,
            }
        )


def plan_adaptation(
    session: Session, task: str, source: str, target: str, *, strategy: str, seed: int, budget: int
) -> AdaptationPlan:
    """Gather what an adaptation needs, and store nothing.

    Raises `Refused` where something is missing, or both targets are one and the same model with the same settings.
    """
    known, old, new = get_task(session, task), get_target(session, source), get_target(session, target)
    if old.hash == new.hash:
        raise Refused(
            f"{source} and {target} are the same model with the same settings",
            fix=f"Name another target; `composer compose {task} --target {target}` searches on this one.",
        )
    baseline = incumbent_of(session, known, source)
    dataset = dataset_of(session, task)
    examples = examples_of(session, dataset, "dev")
    if not examples:
        raise Refused(f"task {task} has no dev examples to search on", fix="Import labelled data for the task.")
    floor = best_constant_of(known.output, [example.gold for example in examples])
    carried = Carried(0, "", source, baseline, loss_of(known.metric, floor.figure))
    run = plan_run(session, task, target, strategy=strategy, seed=seed, budget=budget, carried=carried)
    prior = prior_for(session, run.vocabulary, dataset=dataset, target=new.hash)
    return AdaptationPlan(old, run, baseline, floor, prior)


def enter_adaptation(session: Session, plan: AdaptationPlan, *, by: str, at: datetime) -> int:
    """Return the id of this adaptation, freezing it and entering its run where it is new; raises for the role.

    One that has not ended goes on with the head start that it froze, whatever other targets have shown since.
    """
    lock_for_writing(session)
    require(session, by, *PROPOSERS, task=plan.run.task.name)
    known = session.exec(select(AdaptationRow).where(AdaptationRow.target_hash == plan.target.hash))
    for row in known:
        then = None if row.prior is None else Prior.from_json(row.prior)
        if row.identity == (plan if row.outcome else replace(plan, prior=then)).identity:
            assert row.id is not None
            return row.id
    for one in (plan.source, plan.target):
        keep_target(session, one, by=by, at=at)
    row = AdaptationRow(
        identity=plan.identity,
        task=plan.task.name,
        task_hash=plan.task.hash,
        dataset=plan.run.dataset,
        source=plan.source.name,
        source_hash=plan.source.hash,
        target=plan.target.name,
        target_hash=plan.target.hash,
        versions=[one.id for one in plan.baseline.versions],
        base=keep_base(session, plan.task, plan.baseline.base, by=by, at=at),
        prior=plan.prior.as_json() if plan.prior else None,
        bar=plan.bar,
        started_by=by,
        created_at=at,
    )
    session.add(row)
    session.flush()
    assert row.id is not None
    log.append(
        session,
        who=by,
        action="adaptation entered",
        subject=f"adaptation:{row.id}",
        why="",
        detail={"task": row.task, "from": row.source, "to": row.target, "budget": plan.run.budget},
        at=at,
    )
    carried = carried_of(session, plan.task, row.id)
    enter_run(session, replace(plan.run, carried=carried), by=by, at=at)
    return row.id
