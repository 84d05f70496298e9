"""Answers asked for by a worker outside of runs, of examples that nothing is released by.

Authoring examples: of the prompt in use, or of one with a draft on trial. Development examples: of any prompt,
so that it stands beside other targets.

A job asks only for cells that aren't stored, keeps each as it arrives, and can be stopped and started anywhere.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from sqlmodel import Session, col, select

from composer.answers.ending import how_ended, looking, on_paid
from composer.answers.evaluator import Stopped
from composer.answers.naming import NamedCells, named_answers
from composer.answers.session import model_session
from composer.curation.in_use import authoring_examples, in_use
from composer.curation.questions import Questions, plan_answers, plan_dev, price
from composer.curation.trying import Tried, adapter, tried
from composer.home import processes
from composer.home.locks import exclusive_lock, is_locked
from composer.home.paths import Home
from composer.home.processes import FINISHED, RUNNING, WAITING
from composer.models.connection import Connect, connect
from composer.prompts.trial import Trial
from composer.registry.datasets import dataset_of, examples_of
from composer.registry.targets import keep_target
from composer.tables import AuthoringJobRow
from library import log
from library.database import Database, lock_for_writing
from library.errors import Refused
from library.people import require
from library.roles import KEEPERS as KEEPERS

Kind = Literal["answers", "try", "dev"]
"""Answers of the prompt in use, of one with a draft on trial, or of any prompt to development examples."""
_ASKED = {"answers": "authoring asked", "try": "authoring asked", "dev": "dev asked"}
_STOPPED = {"answers": "authoring stopped", "try": "authoring stopped", "dev": "dev stopped"}


@dataclass(frozen=True)
class AuthoringJob:
    """One job as stored; `tried` is what a finished trial came to, None for other jobs.

    `text` is the draft's, empty for answers of the prompt in use; for development examples it is what links call
    the prompt, like `candidate:7`. `key` is the snippet that it is a draft of, if any. `examples` are those asked
    about: the sample of a trial, and `apart` those that its draft was written from.
    """

    id: int
    kind: Kind
    task: str
    target: str
    key: str
    text: str
    examples: tuple[str, ...]
    apart: tuple[str, ...]
    state: str
    stop_asked: bool
    paid: int
    expected: int
    message: str
    tried: Tried | None
    started_by: str
    created_at: datetime
    ended_at: datetime | None


def jobs_of(
    session: Session,
    task: str,
    target: str,
    *,
    kind: Kind | None = None,
    text: str | None = None,
    limit: int | None = None,
) -> tuple[AuthoringJob, ...]:
    """Return the jobs of a task and target, newest first and at most `limit`; of one kind or text, where given."""
    row = AuthoringJobRow
    query = select(row).where(row.task == task, row.target == target).order_by(col(row.id).desc()).limit(limit)
    if kind is not None:
        query = query.where(row.kind == kind)
    if text is not None:
        query = query.where(row.text == text)
    return tuple(_job(one) for one in session.exec(query))


def get_job(session: Session, job_id: int) -> AuthoringJob:
    """Return one job; raises `Refused` where there is none of this id."""
    return _job(_row(session, job_id))


def enter_job(session: Session, questions: Questions, *, by: str, at: datetime, apart: Sequence[str] = ()) -> int:
    """Enter a job and return its id; the same one that is still to be done is the same job. Raises for the role.

    `apart` are the examples that the draft on trial was written from.
    """
    lock_for_writing(session)
    person = require(session, by, *KEEPERS, task=questions.now.task.name)
    now, trial = questions.now, questions.trial
    named = [one.id for one in questions.examples if one.id not in set(apart)]
    keep_target(session, now.target, by=by, at=at)
    what: dict[str, Any] = {
        "kind": "dev" if questions.prompt else "answers" if trial is None else "try",
        "key": "" if trial is None else trial.key,
        "text": questions.prompt if trial is None else trial.line,
        "examples": named if trial or questions.prompt else [],
        "apart": list(dict.fromkeys(apart)),
    }
    for one in jobs_of(session, now.task.name, now.target.name):
        same = all(_plain(getattr(one, name)) == value for name, value in what.items())
        if same and one.state in (WAITING, RUNNING):
            return one.id
    row = AuthoringJobRow(
        task=now.task.name,
        target=now.target.name,
        expected=price(session, questions).answers,
        started_by=person.name,
        created_at=at,
        **what,
    )
    session.add(row)
    session.flush()
    assert row.id is not None
    detail = {"job": row.id, "kind": row.kind, "target": row.target, "answers": row.expected}
    subject = f"task:{row.task}"
    log.append(session, who=person.name, action=_ASKED[row.kind], subject=subject, why="", detail=detail, at=at)
    return row.id


def do_job(database: Database, home: Home, job_id: int, *, connect: Connect = connect) -> AuthoringJob:
    """Do or continue a job and return it, as it is where it is done; a missing answer alone starts the model.

    Raises `Refused` when another worker has the job, on an outage, and where most answers come to nothing;
    `Stopped` when somebody asked it to stop. Whatever ends it, the answers are kept.
    """
    with exclusive_lock(home, lock_of(job_id)):
        with database.session() as session:
            row = _row(session, job_id)
            if row.state == FINISHED:
                return _job(row)
            row.stop_asked = row.stop_asked and row.state == WAITING  # asked while this process came up
            row.state, row.message, row.ended_at, row.paid = RUNNING, "", None, 0
            session.add(row)
            job = _job(row)
        try:
            with named_answers(database, subject=f"task:{job.task}", by=job.started_by) as cells:
                result = _ask(database, job, cells, connect)
        except BaseException as problem:
            state, message = how_ended(problem)
            _update(database, job_id, state=state, message=message, ended_at=datetime.now(UTC))
            raise
        _update(database, job_id, state=FINISHED, message="", result=result, ended_at=datetime.now(UTC))
    with database.session() as session:
        return get_job(session, job_id)


def ask_to_stop(session: Session, job_id: int, *, by: str, at: datetime) -> None:
    """Ask a job's worker to stop after the answer in flight; what it has is kept. Raises for the role."""
    row = _row(session, job_id)
    require(session, by, *KEEPERS, task=row.task)
    if row.state not in (WAITING, RUNNING):
        raise Refused("it has ended already: there is nothing to stop")
    row.stop_asked = True
    session.add(row)
    subject, detail = f"task:{row.task}", {"job": job_id}
    action = _STOPPED[row.kind]
    log.append(session, who=by, action=action, subject=subject, why="", detail=detail, at=at)


def is_at_work(home: Home, job_id: int) -> bool:
    """Whether a worker on this machine has the job now."""
    return is_locked(home, lock_of(job_id))


def start(home: Home, job_id: int) -> None:
    """Start a worker process for a job; it lives on when this process ends, and writes to the home's logs."""
    processes.start(home, "composer.curation.jobs", "authoring-job", job_id)


def lock_of(job_id: int) -> str:
    """Return the name of the lock that its worker holds."""
    return f"authoring-job-{job_id}"


def _ask(database: Database, job: AuthoringJob, cells: NamedCells, connect: Connect) -> dict[str, Any] | None:
    with database.session() as session:
        questions = _questions(session, job)
        _row(session, job.id).expected = price(session, questions).answers  # less than before, if it goes on
    stopping = job.stop_asked

    def note(paid: int) -> None:
        nonlocal stopping
        stopping = _update(database, job.id, paid=paid)

    def say(phase: str) -> None:
        _update(database, job.id, message=phase)

    looked = looking(lambda: _update(database, job.id))
    if stopping:
        raise Stopped
    with model_session(
        questions.now.task,
        questions.now.target,
        cells,
        connect=connect,
        lazy=True,
        on_phase=say,
        on_answer=on_paid(note),
        stop_asked=lambda: stopping or looked(),
    ) as model:
        given = model.evaluator().all_answers(questions.asked)
    if questions.trial is None:
        return None
    pairs = list(zip(*given, strict=True))
    found = tried(questions.now.task, questions.trial, questions.examples, pairs, job.apart)
    return found.as_json()


def _questions(session: Session, job: AuthoringJob) -> Questions:
    """Return what a job asks, as things are now: the prompt in use may be another than when it was entered."""
    if job.kind == "answers":
        return plan_answers(session, job.task, job.target)
    if job.kind == "dev":
        dev = {one.id for one in examples_of(session, dataset_of(session, job.task), "dev")}
        return plan_dev(session, job.task, job.target, job.text, [one for one in job.examples if one in dev])
    now = in_use(session, job.task, job.target)
    known = {one.id: one for one in authoring_examples(session, now)}
    wanted = tuple(known[one] for one in (*job.examples, *job.apart) if one in known)
    return Questions(now, wanted, Trial(now.prompt, job.text, job.key))


def _update(database: Database, job_id: int, **changes: object) -> bool:
    """Write how far a job is; returns whether somebody asked it to stop."""
    with database.session() as session:
        row = _row(session, job_id)
        for name, value in changes.items():
            setattr(row, name, value)
        session.add(row)
        return row.stop_asked


def _row(session: Session, job_id: int) -> AuthoringJobRow:
    row = session.get(AuthoringJobRow, job_id)
    if row is None:
        raise Refused(f"there is no authoring job {job_id}")
    return row


def _plain(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value


def _job(row: AuthoringJobRow) -> AuthoringJob:
    values = row.model_dump(exclude={"examples", "apart", "result"})
    result = None if row.result is None else adapter().validate_python(row.result)
    return AuthoringJob(**values, examples=tuple(row.examples), apart=tuple(row.apart), tried=result)


def main(arguments: Sequence[str]) -> int:
    """Do the job named on the command line: `python -m composer.curation.jobs HOME JOB`; 0 when it finished."""
    return processes.work_as_told(arguments, do_job, ends=(Refused, Stopped))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
