"""What the Adapt page reads: what can be carried where, and the adaptations with how far each is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

from composer.adaptation import Adaptation, AdaptationPlan, Prospect, list_adaptations, plan_adaptation
from composer.adaptation.prospect import prospect
from composer.registry.datasets import split_size
from composer.registry.releases import current_release, current_releases
from composer.registry.targets import nameable_targets
from composer.registry.tasks import task_names
from composer.runs.records import RunSummary, list_runs
from library.errors import Refused
from ui.adapt.state import MOVING, state_of
from ui.runs.state import AT_WORK, IN_LINE, STARTING
from ui.shell.context import as_logged, database
from ui.shell.state import Key, made_once, this_run


@dataclass(frozen=True)
class Known:
    """An adaptation, its run, its state as the page shows it, and the numbers of those it waits for."""

    one: Adaptation
    run: RunSummary
    state: str
    before: tuple[int, ...] = ()


_KNOWN: Key[tuple[object, list[Known]] | None] = Key("adaptations", None)
"""All adaptations, and the run of the script that read them."""


@dataclass(frozen=True)
class Choices:
    """What an adaptation can be made of; `in_use` are the targets with a released prompt, by task."""

    tasks: tuple[str, ...]
    targets: tuple[str, ...]
    in_use: dict[str, tuple[str, ...]]


@dataclass(frozen=True)
class Offer:
    """One target that a prompt is to be carried to: what that takes, or why it can't be done.

    `in_use` says what the target has now.
    """

    target: str
    plan: AdaptationPlan | None
    takes: Prospect | None
    in_use: str = ""
    refused: str = ""


_OFFER: Key[tuple[object, Offer] | None] = Key("adaptation-offer", None)
"""What carrying a prompt to a target takes, by the target, and of what that holds."""


@dataclass(frozen=True)
class Frozen:
    """What all targets share: the plan of any, how many examples each split has, and where the prompt is from."""

    plan: AdaptationPlan
    dev: int
    test: int
    release: int | None


def choices() -> Choices:
    """Return the tasks, the targets, and which of these have a prompt in use."""
    with database().session() as session:
        tasks, targets = task_names(session), nameable_targets(session)
        released = list(current_releases(session))
    in_use = {task: tuple(target for name, target in released if name == task) for task in tasks}
    return Choices(tasks, targets, in_use)


def offers(task: str, source: str, targets: list[str], *, strategy: str, seed: int, budget: int) -> list[Offer]:
    """Return what carrying a prompt to each of these targets takes, kept for as long as nothing is logged."""
    found = []
    for target in targets:
        of = (as_logged(), task, source, strategy, seed, budget)
        planned = partial(_offer, task, source, target, strategy=strategy, seed=seed, budget=budget)
        found.append(made_once(_OFFER.of(target), of, planned))
    return found


def _offer(task: str, source: str, target: str, *, strategy: str, seed: int, budget: int) -> Offer:
    try:
        with database().session() as session:
            plan = plan_adaptation(session, task, source, target, strategy=strategy, seed=seed, budget=budget)
            release = current_release(session, task, target)
            now = f"release {release.id}" if release else "the bare base"
            return Offer(target, plan, prospect(session, plan), now)
    except Refused as refused:
        return Offer(target, None, None, refused=str(refused))


def frozen(plan: AdaptationPlan) -> Frozen:
    """Return what a plan freezes."""
    with database().session() as session:
        release = current_release(session, plan.task.name, plan.source.name)
        dev, test = (split_size(session, plan.run.dataset, split) for split in ("dev", "test"))
    return Frozen(plan, dev, test, release.id if release else None)


def known() -> list[Known]:
    """Return every adaptation with its state, newest first; read once in a run of the script."""
    run, before = this_run(), _KNOWN.get()
    if run is not None and before is not None and before[0] is run:
        return before[1]
    with database().session() as session:
        runs = {run.id: run for run in list_runs(session)}
        read = [Known(one, runs[one.run_id], state_of(one, runs[one.run_id])) for one in list_adaptations(session)]
    found = [_in_line(one, read) if one.state == IN_LINE else one for one in read]
    if run is not None:
        _KNOWN.set((run, found))
    return found


def _in_line(one: Known, all_known: Sequence[Known]) -> Known:
    """Return one that waits with those it waits for, in order: the one at work, then those entered earlier."""
    at_work = [other.one.id for other in all_known if other.state == AT_WORK]
    waiting = [other.one.id for other in all_known if other.state == IN_LINE and other.one.id < one.one.id]
    before = (*at_work, *sorted(waiting))
    return replace(one, before=before, state=IN_LINE if before else STARTING)


def in_order(all_known: Sequence[Known]) -> list[Known]:
    """Return adaptations as a page shows them: the one at work, those in line, then the others as given."""
    moving = [one for one in all_known if one.state in MOVING]
    moving.sort(key=lambda one: (one.state != AT_WORK, len(one.before), one.one.id))
    return [*moving, *(one for one in all_known if one.state not in MOVING)]
