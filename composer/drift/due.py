"""Which prompts in use can be scored again, on what, and what that takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from composer.answers.cost import Cost
from composer.candidates.records import PROPOSERS
from composer.drift.plan import cost_of_plan, plan_again, plan_score
from composer.drift.records import DriftScore, Kind
from composer.drift.scoring import enter_score, unfinished
from composer.registry.releases import Release, current_releases
from composer.registry.tasks import get_task
from library.errors import Refused
from library.people import someone

FEW = 20
"""New examples below which a policy scores nothing by itself: an interval of so few shows next to nothing."""


@dataclass(frozen=True)
class Due:
    """A scoring that can be asked for: of `examples`, at this cost, or one that broke off and can go on.

    `cost` is None where it can't be done, and `refused` says why.
    """

    release: Release
    kind: Kind
    examples: int
    cost: Cost | None
    going_on: DriftScore | None = None
    refused: str = ""


def releases_of(session: Session, task: str | None = None) -> tuple[Release, ...]:
    """Return what is released now, of one task where given, by task and target."""
    return tuple(one for _, one in sorted(current_releases(session, task).items()))


def due(session: Session, release: Release, kind: Kind, *, at: datetime) -> Due:
    """Return what scoring a release takes: on what is new, or on anchors."""
    try:
        going_on = unfinished(session, release.task, release.target, kind, at=at)
        if going_on is not None:
            plan = plan_again(session, going_on)
            return Due(release, kind, len(plan.examples), cost_of_plan(session, plan, going_on.id), going_on)
        plan = plan_score(session, release.task, release.target, kind)
        return Due(release, kind, len(plan.examples), cost_of_plan(session, plan))
    except Refused as refused:
        return Due(release, kind, 0, None, refused=str(refused))


@dataclass(frozen=True)
class Arrived:
    """What new labels mean for one prompt in use: they can be scored, or are, by the scoring `entered`."""

    due: Due
    entered: int | None

    @property
    def words(self) -> str:
        """It in a sentence."""
        one = self.due
        place = f"release {one.release.id} ({one.release.task} → {one.release.target})"
        number = f"{one.examples:,} new example{'s' * (one.examples != 1)}"
        cost = one.cost.words if one.cost else ""
        if self.entered is not None:
            return f"{place} is being scored again on {number}, as the task's policy has it: {cost}"
        return f"{place} can be scored again on {number}: {cost}"


def labels_arrived(session: Session, task: str, *, by: str, at: datetime) -> tuple[Arrived, ...]:
    """Return what new labels of a task mean for its prompts in use, entering the scorings that its policy wants.

    A policy wants one for each prompt that has `FEW` new examples or more. Entered in the name of whoever brought
    the labels, if they may ask for answers; nothing is started.
    """
    drift = get_task(session, task).policy.drift
    checked = drift is not None and drift.check == "on new labels"
    found: list[Arrived] = []
    for release in releases_of(session, task):
        one = due(session, release, "new labels", at=at)
        if not one.examples or one.going_on is not None:
            continue
        entered = None
        if checked and one.examples >= FEW and _may_ask(session, by, task):
            entered = enter_score(session, task, release.target, "new labels", by=by, at=at)
        found.append(Arrived(one, entered))
    return tuple(found)


def sentences(arrived: Sequence[Arrived]) -> str:
    """Return all of it as one text that ends a message; empty where nothing is to be scored."""
    return "".join(f" {one.words[:1].upper()}{one.words[1:]}." for one in arrived)


def _may_ask(session: Session, by: str, task: str) -> bool:
    return someone(session, by).for_task(task).may(*PROPOSERS)
