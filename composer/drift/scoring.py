"""Scoring a release again: entered, asked, kept and logged, and the run that a policy wants after it.

It asks only for cells that aren't stored, keeps each as it arrives, and can be stopped and started anywhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlmodel import Session, col, select

from composer.answers.ending import how_ended, looking, on_paid
from composer.answers.evaluator import Stopped
from composer.answers.naming import NamedCells, named_answers
from composer.answers.session import ModelSession, model_session
from composer.answers.store import stored_answers
from composer.candidates.records import PROPOSERS as PROPOSERS
from composer.candidates.records import get_candidate
from composer.drift.anchors import choose_anchors
from composer.drift.figures import of_anchors, of_evidence, of_new_labels
from composer.drift.follow import follow
from composer.drift.plan import DriftPlan, cost_of_plan, plan_again, plan_score
from composer.drift.records import DriftScore, Found, Kind, as_json, get_score, score_of, score_row
from composer.home import processes
from composer.home.locks import exclusive_lock, is_locked
from composer.home.paths import Home
from composer.home.processes import FINISHED, RUNNING, WAITING
from composer.models.answer import Answer
from composer.models.connection import Connect, connect
from composer.registry.datasets import clusters_of
from composer.registry.releases import current_release
from composer.registry.targets import keep_target
from composer.tables import DriftScoreRow
from library import log
from library.database import Database, lock_for_writing
from library.errors import Refused
from library.people import require

GOES_ON = timedelta(days=1)
"""How long a scoring of anchors that broke off goes on: its answers are to be of one time."""


def enter_score(session: Session, task: str, target: str, kind: Kind, *, by: str, at: datetime) -> int:
    """Enter a scoring of what is released and return its id; one that was not finished is the same, and goes on.

    Anchors are chosen where there are none. Raises `Refused` for the role (choosing takes a curator's), and as
    `plan_score` does.
    """
    lock_for_writing(session)
    person = require(session, by, *PROPOSERS, task=task)
    if (known := unfinished(session, task, target, kind, at=at)) is not None:
        return known.id
    plan = plan_score(session, task, target, kind)
    if kind == "anchors":
        choose_anchors(session, task, by=by, at=at)
    keep_target(session, plan.target, by=by, at=at)
    row = DriftScoreRow(
        task=task,
        target=target,
        target_hash=plan.target.hash,
        release_id=plan.release.id,
        kind=kind,
        dataset=plan.dataset,
        examples=[one.id for one in plan.examples],
        answered=sorted(plan.first),
        expected=cost_of_plan(session, plan).answers,
        started_by=person.name,
        created_at=at,
    )
    session.add(row)
    session.flush()
    assert row.id is not None
    detail = {"task": task, "target": target, "scoring": row.id, "kind": kind, "answers": row.expected}
    subject = f"release:{plan.release.id}"
    log.append(session, who=person.name, action="scoring asked", subject=subject, why="", detail=detail, at=at)
    return row.id


def unfinished(session: Session, task: str, target: str, kind: Kind, *, at: datetime) -> DriftScore | None:
    """Return the scoring of what is released now that was entered and not finished; None where there is none.

    One of anchors that was asked for more than a day before is left as it is, and so is one of another target.
    """
    row = DriftScoreRow
    mine = select(row).where(row.task == task, row.target == target, row.kind == kind).order_by(col(row.id).desc())
    newest = session.exec(mine.limit(1)).first()
    if newest is None or newest.state == FINISHED:
        return None
    score = score_of(newest)
    plan = plan_again(session, score)
    late = kind == "anchors" and at - score.created_at > GOES_ON
    same = plan.target.hash == score.target_hash and _is_current(session, score)
    return score if same and not late else None


def do_score(database: Database, home: Home, score_id: int, *, connect: Connect = connect) -> DriftScore:
    """Do or continue a scoring and return it, as it is where it is done; a missing answer alone starts the model.

    Where the policy wants a run after it, that is entered, and not started. Raises `Refused` when another worker
    has the scoring, on an outage, and where a server answers with another model; `Stopped` when somebody asked it
    to stop. Whatever ends it, the answers are kept.
    """
    with exclusive_lock(home, lock_of(score_id)):
        with database.session() as session:
            row = score_row(session, score_id)
            if row.state == FINISHED:
                return score_of(row)
            row.stop_asked = row.stop_asked and row.state == WAITING  # asked while this process came up
            row.state, row.message, row.ended_at = RUNNING, "", None
            session.add(row)
            score = score_of(row)
        try:
            with named_answers(database, subject=f"release:{score.release_id}", by=score.started_by) as cells:
                work = _begin(database, score)
                found = _found(work, _answers(work, cells, connect))
        except BaseException as problem:
            state, message = how_ended(problem)
            _update(database, score_id, state=state, message=message, ended_at=datetime.now(UTC))
            raise
        with database.session() as session:
            _finish(session, score_id, found, at=datetime.now(UTC))
    with database.session() as session:
        return get_score(session, score_id)


def ask_to_stop(session: Session, score_id: int, *, by: str, at: datetime) -> None:
    """Ask a scoring's worker to stop after the answer in flight; what it has is kept. Raises for the role."""
    row = score_row(session, score_id)
    require(session, by, *PROPOSERS, task=row.task)
    if row.state not in (WAITING, RUNNING):
        raise Refused("it has ended already: there is nothing to stop")
    row.stop_asked = True
    session.add(row)
    subject, detail = f"release:{row.release_id}", {"task": row.task, "target": row.target, "scoring": score_id}
    log.append(session, who=by, action="scoring stopped", subject=subject, why="", detail=detail, at=at)


def is_at_work(home: Home, score_id: int) -> bool:
    """Whether a worker on this machine has the scoring now."""
    return is_locked(home, lock_of(score_id))


def start(home: Home, score_id: int) -> None:
    """Start a worker process for a scoring; it lives on when this process ends, and writes to the home's logs."""
    processes.start(home, "composer.drift.worker", "drift", score_id)


def lock_of(score_id: int) -> str:
    """Return the name of the lock that its worker holds."""
    return f"drift-{score_id}"


@dataclass(frozen=True)
class _Work:
    """A scoring that this worker does now."""

    database: Database
    score: DriftScore
    plan: DriftPlan


def _begin(database: Database, score: DriftScore) -> _Work:
    with database.session() as session:
        if not _is_current(session, score):
            raise Refused(
                f"release {score.release_id} is no longer what is released",
                fix="Score the one that is.",
            )
        plan = plan_again(session, score)
        if plan.target.hash != score.target_hash:
            raise Refused(f"target {score.target} was edited since", fix="Score again: that asks what it is now.")
        if not plan.examples:
            raise Refused("none of its examples is among the data any more", fix="Score again.")
        score_row(session, score.id).expected = score.paid + cost_of_plan(session, plan, score.id).answers
    return _Work(database, score, plan)


def _answers(work: _Work, cells: NamedCells, connect: Connect) -> list[Answer]:
    """Return the answers to the plan's examples, in their order, asking for those that are missing."""
    plan, number, stopping = work.plan, work.score.id, work.score.stop_asked

    def note(paid: int) -> None:
        nonlocal stopping
        stopping = _update(work.database, number, paid=work.score.paid + paid)

    looked = looking(lambda: _update(work.database, number))
    if stopping:
        raise Stopped
    with model_session(
        plan.task,
        plan.target,
        cells,
        connect=connect,
        lazy=True,
        patient=True,
        on_phase=lambda phase: _say(work, phase),
        on_answer=on_paid(note),
        stop_asked=lambda: stopping or looked(),
    ) as model:
        return _asked(plan, number, model)


def _asked(plan: DriftPlan, score_id: int, model: ModelSession) -> list[Answer]:
    known: dict[str, Answer] = {}
    for replicate in sorted({plan.replicate(one, score_id) for one in plan.examples}):
        some = [one for one in plan.examples if plan.replicate(one, score_id) == replicate]
        given = model.evaluator(replicate).answers(plan.composition, some)
        known |= {one.id: answer for one, answer in zip(some, given, strict=True)}
    return [known[one.id] for one in plan.examples]


def _found(work: _Work, answers: Sequence[Answer]) -> Found:
    plan = work.plan
    with work.database.session() as session:
        if plan.kind == "anchors":
            stored = stored_answers(session, list(plan.first.values()))
            first = [stored[plan.first[one.id]] if one.id in plan.first else None for one in plan.examples]
            return of_anchors(plan.task, plan.examples, first, answers)
        candidate = get_candidate(session, plan.release.candidate_id)
        data = candidate.evidence.data
        clusters = clusters_of(session, data.dataset, data.split)
        before = of_evidence(plan.task, candidate.rows, [clusters[one] for one in data.examples])
        return of_new_labels(plan.task, plan.examples, answers, before, len(data.examples))


def _finish(session: Session, score_id: int, found: Found, *, at: datetime) -> None:
    """Write what a scoring came to, log it, and enter the run that the policy wants after it."""
    lock_for_writing(session)
    row = score_row(session, score_id)
    row.result, row.state, row.message, row.ended_at = as_json(found), FINISHED, "", at
    session.add(row)
    session.flush()
    detail = {
        "task": row.task,
        "target": row.target,
        "scoring": row.id,
        "kind": row.kind,
        "examples": found.n,
        "figure": found.figure.value,
    }
    subject, by = f"release:{row.release_id}", row.started_by
    log.append(session, who=by, action="scored again", subject=subject, why="", detail=detail, at=at)
    follow(session, row, at=at)


def _is_current(session: Session, score: DriftScore) -> bool:
    now = current_release(session, score.task, score.target)
    return now is not None and now.id == score.release_id


def _say(work: _Work, phase: str) -> None:
    _update(work.database, work.score.id, message=phase)


def _update(database: Database, score_id: int, **changes: object) -> bool:
    """Write how far a scoring is; returns whether somebody asked it to stop."""
    with database.session() as session:
        row = score_row(session, score_id)
        for name, value in changes.items():
            setattr(row, name, value)
        session.add(row)
        return row.stop_asked
