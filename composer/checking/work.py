"""A check itself: entered in the log under a number, each answer kept as it arrives, and its outcome logged."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

from sqlmodel import Session

from composer.answers.ending import on_paid
from composer.answers.naming import named_answers
from composer.answers.session import model_session
from composer.candidates.records import PROPOSERS, get_candidate_summary
from composer.candidates.test_split import note_test_read
from composer.checking.markdown_report import headline
from composer.checking.outcome import Outcome, outcome_of
from composer.checking.plan import REPLICATES, CheckPlan
from composer.home.locks import exclusive_lock, is_locked
from composer.home.paths import Home
from composer.models.connection import Connect, connect
from composer.registry.releases import get_release
from library import log
from library.database import Database, lock_for_writing
from library.log import LogFilter
from library.people import require

ASKED, CHECKED = "check asked", "checked"
GOES_ON = timedelta(days=1)
"""How long a check that broke off goes on: its answers are to be of one time."""


def enter_check(session: Session, home: Home, plan: CheckPlan, *, by: str, at: datetime) -> int:
    """Enter a check in the log and return its number; one of the same rows that broke off goes on as that one.

    One that another process is at is left to it. Raises `Refused` for the role.
    """
    lock_for_writing(session)
    person = require(session, by, *PROPOSERS, task=plan.use.task.name, scope="check")
    broken_off = (one for one in _unfinished(session, plan, at=at) if not is_locked(home, _lock(one)))
    if (known := next(broken_off, None)) is not None:
        return known
    number = log.count(session, LogFilter(actions=(ASKED,))) + 1
    use = plan.use
    run = get_candidate_summary(session, get_release(session, use.release).candidate_id).run_id
    # Of the target that was measured this was noted before the release, and is not noted again.
    note_test_read(
        session, use.evidence.data.dataset, plan.target.hash, use.composition, run_id=run, by=person.name, at=at
    )
    detail = {**_identity(plan), "check": number, "seed": plan.seed}
    log.append(session, who=person.name, action=ASKED, subject=_subject(plan), why="", detail=detail, at=at)
    return number


def check(
    database: Database,
    home: Home,
    plan: CheckPlan,
    number: int,
    *,
    by: str,
    connect: Connect = connect,
    on_paid_answer: Callable[[int], None] = lambda _paid: None,
) -> Outcome:
    """Ask what a check that was entered lacks, compare, log what it came to, and return that.

    Raises what a model session raises: an outage ends it, or a server that reports another model, and entered
    again it goes on from the answers stored. Raises `Refused` where another process is at it.
    """
    with exclusive_lock(home, _lock(number)):
        with (
            named_answers(database, subject=_subject(plan), by=by, announced=True) as cells,
            model_session(
                plan.use.task,
                plan.target,
                cells,
                connect=connect,
                lazy=True,
                patient=True,
                on_answer=on_paid(on_paid_answer),
            ) as model,
        ):
            now = model.evaluator(REPLICATES + number).answers(plan.use.composition, plan.examples)
            paid = model.counts.paid
        found = outcome_of(plan, number, now, paid=paid)
        with database.session() as session:
            why, detail, at = headline(found), _came_to(found), datetime.now(UTC)
            log.append(session, who=by, action=CHECKED, subject=_subject(plan), why=why, detail=detail, at=at)
    return found


def _lock(number: int) -> str:
    return f"check-{number}"


def _subject(plan: CheckPlan) -> str:
    return f"release:{plan.use.release}"


def _identity(plan: CheckPlan) -> dict[str, object]:
    """Return what makes two checks of a release the same one."""
    use = plan.use
    return {
        "task": use.task.name,
        "target": use.target.name,
        "target_hash": plan.target.hash,
        "examples": [one.id for one in plan.examples],
    }


def _unfinished(session: Session, plan: CheckPlan, *, at: datetime) -> Iterator[int]:
    """Yield the checks of the same rows of this release that did not finish and aren't of another time."""
    entries = log.entries(session, _subject(plan), LogFilter(actions=(ASKED, CHECKED)), newest_first=True)
    finished = {entry.detail["check"] for entry in entries if entry.action == CHECKED}
    wanted = _identity(plan)
    for entry in entries:
        detail = entry.detail
        if entry.action != ASKED or detail["check"] in finished or at - entry.at > GOES_ON:
            continue
        if {name: detail[name] for name in wanted} == wanted:
            yield int(detail["check"])


def _came_to(found: Outcome) -> dict[str, object]:
    one = found.metric.difference
    return {
        "task": found.plan.use.task.name,
        "target": found.plan.use.target.name,
        "check": found.number,
        "state": found.state,
        "asked": found.n,
        "margin": found.plan.margin,
        "before": one.incumbent,
        "now": one.candidate,
        "identical": found.identical,
    }
