"""What the Disagreements page reads, kept for as long as nothing is logged; jobs move on without the log."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import streamlit as st

from composer.curation import jobs as work
from composer.curation.cost import Cost
from composer.curation.disagreements import Disagreements, find_disagreements
from composer.curation.jobs import AuthoringJob, Kind
from composer.curation.questions import Questions, plan_try, price
from composer.home.processes import RUNNING, WAITING
from ui.shell.context import as_logged, database, now, shown_home

MOST_TRIED = 12
"""Tries that are listed, the newest."""
STARTING_SECONDS = 20.0
"""How long a worker may take from its start until it has taken its job."""


@dataclass(frozen=True)
class Offer:
    """A job that may be started, with its cost, or one that is at work (`cost` is None then).

    `newest` is the last one of its kind, of the same draft, None before the first.
    """

    cost: Cost | None
    newest: AuthoringJob | None

    @property
    def at_work(self) -> bool:
        """Whether a worker is on it."""
        return self.cost is None


def shown(task: str, target: str) -> Disagreements:
    """Return what the page shows of a task and target; raises `Refused` where there is nothing to show."""
    return _read(as_logged(), task, target)


@st.cache_resource(max_entries=16, show_spinner=False)
def _read(now: tuple[str, str | None, str], task: str, target: str) -> Disagreements:  # noqa: ARG001
    with database().session() as session:
        return find_disagreements(session, task, target)


def job_now(job_id: int) -> AuthoringJob:
    """Return one job as it is now."""
    with database().session() as session:
        return work.get_job(session, job_id)


def answers_offer(found: Disagreements) -> Offer:
    """Return what asking the prompt in use about what is missing takes, or that it is being asked."""
    newest = _newest(found.now.task.name, found.now.target.name, "answers")
    if newest is not None and is_at_work(newest):
        return Offer(None, newest)
    with database().session() as session:
        return Offer(price(session, Questions(found.now, found.missing)), newest)


def try_offer(found: Disagreements, text: str, key: str, apart: Sequence[str]) -> Offer:
    """Return what trying a draft takes, or that it is being tried; raises `Refused` for one that can't be."""
    newest = _newest(found.now.task.name, found.now.target.name, "try", text, key, tuple(apart))
    if newest is not None and is_at_work(newest):
        return Offer(None, newest)
    with database().session() as session:
        return Offer(price(session, plan_try(found, text, key=key, apart=apart)), newest)


def dev_offer(task: str, target: str, prompt: str, cost: Cost) -> Offer:
    """Return that a prompt is being asked about development examples on a target, or what it takes, as given."""
    newest = _newest(task, target, "dev", prompt)
    return Offer(None if newest is not None and is_at_work(newest) else cost, newest)


def tried_before(found: Disagreements) -> tuple[AuthoringJob, ...]:
    """Return the last tries of drafts beside the prompt in use that came to something, the newest of each text."""
    task, target = found.now.task.name, found.now.target.name
    with database().session() as session:
        known = work.jobs_of(session, task, target, kind="try", limit=MOST_TRIED)
    ours = [one for one in known if one.tried and one.tried.fingerprint == found.now.prompt.fingerprint]
    return tuple({one.text: one for one in reversed(ours)}.values())[::-1]


def _newest(
    task: str, target: str, kind: Kind, text: str = "", key: str = "", apart: tuple[str, ...] = ()
) -> AuthoringJob | None:
    with database().session() as session:
        known = work.jobs_of(session, task, target, kind=kind, text=text)
    return next((one for one in known if (one.key, one.apart) == (key, apart)), None)


def is_at_work(job: AuthoringJob) -> bool:
    """Whether a worker has a job, or was started so lately that it may not have taken it yet."""
    if job.state not in (WAITING, RUNNING):
        return False
    fresh = job.state == WAITING and now() - job.created_at < timedelta(seconds=STARTING_SECONDS)
    return fresh or work.is_at_work(shown_home(), job.id)
