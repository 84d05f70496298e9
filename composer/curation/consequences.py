"""What retiring snippets does to prompts in use, and a new run for each that loses one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from composer.optimizer.strategies import DEFAULT_BUDGET, DEFAULT_STRATEGY
from composer.registry.releases import Release, used_in
from composer.runs.plan import Plan, plan_run
from composer.runs.records import enter_run
from composer.runs.spending import Spending, spending
from library.errors import Refused


@dataclass(frozen=True)
class Replacement:
    """A run that may find a prompt without the snippets that a release lost.

    `takes` is what it needs; None where no run can be planned now, and `refused` says why.
    """

    release: Release
    takes: Spending | None
    refused: str = ""


def carrying(session: Session, keys: Sequence[str]) -> tuple[Release, ...]:
    """Return the releases in use that hold any of these snippets, by task and target."""
    used = used_in(session)
    found = {one.id: one for key in keys for one in used.get(key, ())}
    return tuple(sorted(found.values(), key=lambda one: (one.task, one.target)))


def replacement(session: Session, release: Release) -> Replacement:
    """Return what a run in place of a release would take, by the default strategy and budget."""
    try:
        return Replacement(release, spending(session, _plan(session, release)))
    except Refused as refused:
        return Replacement(release, None, str(refused))


def queue_run(session: Session, release: Release, *, by: str, at: datetime) -> int:
    """Enter a run for the task and target of a release and return its id; raises what planning a run raises.

    Somebody has to start its worker. Where the same run was entered before, it is that one.
    """
    return enter_run(session, _plan(session, release), by=by, at=at)


def _plan(session: Session, release: Release) -> Plan:
    return plan_run(
        session, release.task, release.target, strategy=DEFAULT_STRATEGY, seed=0, budget=DEFAULT_BUDGET
    )
