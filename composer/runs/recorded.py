"""The recorded example: a run whose answers come with the product, done again in a home of its own.

A newcomer reads a whole review in it while the first run of theirs goes on. No model is asked for it, and the app
only reads it.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import dspy
from dspy.lm15 import Request, Response
from sqlmodel import Session, col, select

from composer.home.example import FOLDER, RECORDING, example_of
from composer.home.paths import Home
from composer.models.target import Target
from composer.registry.starter import load_starter
from composer.registry.targets import get_target
from composer.runs.plan import plan_run
from composer.runs.records import enter_run, get_run
from composer.runs.worker import work
from composer.tables import CellRow
from library.database import Database, open_database
from library.errors import Refused

RECORDER = "recorded example"
"""Who did the run, as its home's log has it."""


class RecordedAnswer(NamedTuple):
    """One answer as a line of the recording has it; `key` is the identity of all that was sent."""

    key: str
    composition: str
    example_id: str
    text: str
    finish_reason: str
    prompt_tokens: int
    completion_tokens: int
    seconds: float


@dataclass(frozen=True)
class Recording:
    """A run of a starter task with every answer it rests on; `recorded_at` is when the run ended."""

    task: str
    target: str
    strategy: str
    seed: int
    budget: int
    recorded_at: datetime
    answers: tuple[RecordedAnswer, ...]


class Unrecorded(Refused):
    """The recorded run asks for an answer that its recording lacks, since something it rests on was changed."""


def recording_of(session: Session, run_id: int) -> Recording:
    """Return the recording of a finished run; raises `Refused` where it has not finished.

    All answers of its target are taken, so that its home must hold no other run of that target.
    """
    run = get_run(session, run_id)
    if run.result is None or run.ended_at is None:
        raise Refused(f"run {run_id} has not finished", fix="Let it end first.")
    target = get_target(session, run.target)
    query = select(CellRow).where(CellRow.target == target.hash, CellRow.replicate == 0)
    rows = session.exec(query.order_by(col(CellRow.composition), col(CellRow.example_id)))
    answers = tuple(RecordedAnswer(*(getattr(row, name) for name in RecordedAnswer._fields)) for row in rows)
    return Recording(run.task, run.target, run.strategy, run.seed, run.budget, run.ended_at, answers)


def write_recording(recording: Recording, file: Path) -> None:
    """Write a recording: a line that says which run it is, then one for each answer."""
    head = {name: getattr(recording, name) for name in ("task", "target", "strategy", "seed", "budget")}
    head["recorded_at"] = recording.recorded_at.isoformat(timespec="seconds")
    lines = [head, *(list(answer._replace(seconds=round(answer.seconds, 2))) for answer in recording.answers)]
    file.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")


def read_recording(file: Path = RECORDING) -> Recording:
    """Read a recording as `write_recording` wrote it."""
    head, *lines = map(json.loads, file.read_text(encoding="utf-8").splitlines())
    recorded_at = datetime.fromisoformat(head.pop("recorded_at"))
    return Recording(**head, recorded_at=recorded_at, answers=tuple(RecordedAnswer(*line) for line in lines))


def make_example(home: Home, recording: Path = RECORDING) -> None:
    """Make the recorded example inside a home where it isn't there yet, in a few seconds, and remove older ones.

    Raises `Unrecorded` where the recording lacks an answer.
    """
    example = example_of(home, recording)
    if example.database.exists():
        return
    home.path.mkdir(mode=0o700, parents=True, exist_ok=True)
    for older in home.path.glob(f"{FOLDER}*"):
        shutil.rmtree(older)
    made = Home(Path(tempfile.mkdtemp(prefix=FOLDER, dir=home.path)))
    try:
        _make(made, read_recording(recording))
        made.path.rename(example.path)
    finally:
        shutil.rmtree(made.path, ignore_errors=True)


def _make(home: Home, recording: Recording) -> None:
    database = open_database(home.path, only_file=True)
    try:
        with database.session() as session:
            load_starter(session, by=RECORDER, at=recording.recorded_at)
        _keep(database, recording)
        with database.session() as session:
            plan = plan_run(
                session,
                recording.task,
                recording.target,
                strategy=recording.strategy,
                seed=recording.seed,
                budget=recording.budget,
            )
            run = enter_run(session, plan, by=RECORDER, at=recording.recorded_at)
        work(database, home, run, connect=_nobody)
    finally:
        database.close()


def _keep(database: Database, recording: Recording) -> None:
    with database.session() as session:
        target = get_target(session, recording.target)
        session.add_all(_row(answer, target, recording.recorded_at) for answer in recording.answers)


def _row(answer: RecordedAnswer, target: Target, at: datetime) -> CellRow:
    return CellRow(**answer._asdict(), target=target.hash, replicate=0, answered_at=at)


def _nobody(target: Target, _say: Callable[[str], None]) -> dspy.LM:
    """Return a language model that has no answer: all that the run asks for is stored."""
    return dspy.LM(f"recorded/{target.name}", engine=_Nobody(), cache=False, num_retries=0)


class _Nobody:
    """An engine behind DSPy's language model that refuses every question."""

    def complete(self, request: Request) -> Response:
        raise Unrecorded(
            "the recorded example lacks an answer that its run asks for",
            where=f"{RECORDING.name}, a question of {len(request.messages)} messages",
            fix="Record it again: `composer bench example`.",
        )
