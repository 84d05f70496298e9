"""What a run depends on, read and checked before it costs anything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath

from sqlmodel import Session

from composer.models.target import Target
from composer.optimizer.strategies import strategy_of
from composer.prompts.composition import Composition
from composer.prompts.curator_rules import rules_of
from composer.prompts.vocabulary import Vocabulary
from composer.registry.anchors import anchor_ids
from composer.registry.bases import text_of_base
from composer.registry.datasets import dataset_of
from composer.registry.releases import incumbent_of
from composer.registry.targets import get_target
from composer.registry.tasks import get_task
from composer.review.verdicts import no_gos
from composer.runs.carried import Carried, carried_of
from composer.tables import RunRow
from composer.tables.runs import PROPOSED as PROPOSED
from composer.task.basetext import WrittenBase, written_base
from composer.task.task import Task
from library.canonical import digest
from library.errors import Refused
from library.snippets import vetted


@dataclass(frozen=True)
class Plan:
    """All that a run depends on, besides the answers themselves.

    `proposed` is the composition that somebody picked; None where a search chooses one. `written` is its base
    where somebody wrote another, and `source` says where. `carried` is what comes from another target, None where
    nothing does. `anchors` are sealed examples that it isn't measured on.
    """

    task: Task
    dataset: str
    target: Target
    vocabulary: Vocabulary
    incumbent: Composition
    strategy: str
    seed: int
    budget: int
    proposed: Composition | None = None
    written: WrittenBase | None = None
    source: str = ""
    carried: Carried | None = None
    anchors: tuple[str, ...] = ()

    @property
    def start(self) -> Composition:
        """The composition that a search starts from, and compares all others with."""
        return self.carried.baseline if self.carried else self.incumbent

    @property
    def prompts(self) -> int:
        """How many prompts the sealed split is read for at most: what it began with, and what it finds."""
        return 1 + len({self.incumbent, self.start})

    @property
    def identity(self) -> str:
        """The same identity is the same run, and ends the same; sha256 in hex."""
        # How many answers are given side by side decides what is asked in one round.
        rounds = {"parallel": self.target.parallel} if self.target.parallel > 1 else {}
        picked = {} if self.proposed is None else {"proposed": self.proposed.fingerprint}
        start = {} if self.carried is None else {"carried": self.carried.identity}
        apart = {"anchors": digest(list(self.anchors))} if self.anchors else {}
        return digest(
            {
                **rounds,
                **picked,
                **start,
                **apart,
                "task": self.task.hash,
                "dataset": self.dataset,
                "target": self.target.hash,
                "library": self.vocabulary.hash,
                "incumbent": self.incumbent.fingerprint,
                "strategy": self.strategy,
                "seed": self.seed,
                "budget": self.budget,
            }
        )


def plan_run(
    session: Session,
    task_name: str,
    target_name: str,
    *,
    strategy: str,
    seed: int,
    budget: int,
    carried: Carried | None = None,
) -> Plan:
    """Gather what a run needs; raises `Refused` where something is missing or makes no sense.

    With `carried` the search starts from a prompt of another target.
    """
    strategy_of(strategy)
    if budget < 1:
        raise Refused(f"a budget of {budget} answers buys nothing", fix="Give at least 1.")
    if not 0 <= seed < 2**32:
        raise Refused(f"seed {seed} is out of range", fix="Give a whole number from 0 to 4294967295.")
    plan = _plan(session, task_name, target_name, strategy=strategy, seed=seed, budget=budget, carried=carried)
    # Refuses what no run could keep to, before it costs anything.
    rules_of(plan.vocabulary, plan.vocabulary.names(plan.start))
    return plan


def plan_proposal(
    session: Session,
    task_name: str,
    target_name: str,
    names: Sequence[str],
    *,
    prompt: str | None = None,
    where: str = "",
) -> Plan:
    """Gather what a run needs that measures the composition of these names, and searches for nothing.

    It is on the base in use, or on another: a whole `prompt` that somebody wrote, which is in the file `where`.
    Raises `Refused` for a name that isn't a vetted snippet of the task, a composition that curators' rules or a
    no-go forbid, for the prompt in use, for what a base may not hold, and for a base that is the one in use.
    """
    if prompt is None:
        return _proposing(_plan(session, task_name, target_name, strategy=PROPOSED, seed=0, budget=0), names)
    task = get_task(session, task_name)
    written = written_base(prompt, task.inputs, task.message, where)
    plan = _plan(session, task_name, target_name, strategy=PROPOSED, seed=0, budget=0, base=written.text)
    if written.text == plan.incumbent.base:
        own = "the task's own base, which is in use" if written.text == task.base else "the base in use"
        raise Refused(
            f"this is {own} for {task_name} on {target_name}",
            where=where,
            fix="Change it, or leave it out: snippets alone are measured on the base in use.",
        )
    return replace(_proposing(plan, names), written=written, source=PurePath(where).name)


def _proposing(plan: Plan, names: Sequence[str]) -> Plan:
    composition = plan.vocabulary.compose(names)
    _check_rules(plan, tuple(names))
    if composition == plan.incumbent:
        raise Refused(
            f"this is the prompt in use for {plan.task.name} on {plan.target.name}",
            fix="Pick other snippets, or another order.",
        )
    return replace(plan, proposed=composition)


def proposable(session: Session, task_name: str, target_name: str) -> Plan:
    """Return a plan that proposes nothing yet: its vocabulary is what can be picked from.

    Raises `Refused` where something of it is missing.
    """
    return _plan(session, task_name, target_name, strategy=PROPOSED, seed=0, budget=0)


def plan_again(session: Session, row: RunRow) -> Plan:
    """Gather what a run that was entered needs now; raises `Refused` as planning it anew does."""
    if row.proposed is None:
        carried = (
            None if row.adaptation is None else carried_of(session, get_task(session, row.task), row.adaptation)
        )
        return plan_run(
            session,
            row.task,
            row.target,
            strategy=row.strategy,
            seed=row.seed,
            budget=row.budget,
            carried=carried,
        )
    base = text_of_base(session, get_task(session, row.task), row.base)
    plan = _plan(session, row.task, row.target, strategy=row.strategy, seed=row.seed, budget=row.budget, base=base)
    named = {version.id: name for name, version in plan.vocabulary.versions.items()}
    names = [named.get(one, "") for one in row.proposed]
    if not all(names):
        raise Refused(
            f"a snippet of run {row.id} may no longer be used, or was reworded",
            fix="Propose what may be used now.",
        )
    return _proposing(plan, names)


def _plan(
    session: Session,
    task_name: str,
    target_name: str,
    *,
    strategy: str,
    seed: int,
    budget: int,
    base: str | None = None,
    carried: Carried | None = None,
) -> Plan:
    """Gather what a run depends on; its vocabulary has the base in use, the carried one, or the one given."""
    task, target = get_task(session, task_name), get_target(session, target_name)
    incumbent = incumbent_of(session, task, target.name)
    dataset = dataset_of(session, task.name)
    start = carried.baseline if carried else incumbent
    on = start.base if base is None else base
    turned_down = no_gos(session, task, dataset, target)
    vocabulary = Vocabulary(
        task,
        vetted(session, task.snippets.tags),
        kept=start.versions,
        barred=[one.versions for one in turned_down if text_of_base(session, task, one.base) == on],
        base=on,
    )
    if not vocabulary.versions and strategy != PROPOSED:
        tags = ", ".join(task.snippets.tags) or "any tag"
        raise Refused(
            f"the library has no vetted snippet for task {task.name} ({tags})",
            fix="`composer library import FILE` adds snippets; those with `state: vetted` can be used.",
        )
    apart = anchor_ids(session, task.name)
    return Plan(
        task, dataset, target, vocabulary, incumbent, strategy, seed, budget, carried=carried, anchors=apart
    )


def _check_rules(plan: Plan, names: tuple[str, ...]) -> None:
    rules = rules_of(plan.vocabulary, plan.vocabulary.names(plan.incumbent))
    if not (broken := rules.broken(names)):
        return
    arranged = rules.arranged(names)
    fix = f"Write them as {','.join(arranged)}." if arranged != names and rules.allows(arranged) else ""
    raise Refused(
        f"this composition can't be proposed: {broken}",
        fix=fix or "Pick snippets that keep to the rules, or have a curator change them.",
    )
