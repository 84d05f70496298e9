"""The work itself: each batch asked, every answer kept as it arrives, and both files put in place at the end."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from composer.annotation.opening import malformed_path
from composer.annotation.plan import Plan
from composer.annotation.prepared import AskedRow, golds, prepared
from composer.annotation.rows import SIZE, Added, Batch, Writer
from composer.answers.ending import on_paid
from composer.answers.evaluator import Evaluator
from composer.answers.naming import named_answers
from composer.answers.session import model_session
from composer.candidates.records import PROPOSERS
from composer.data.tables import Problem
from composer.evaluation.parsing import parse_answer
from composer.models.answer import Answer
from composer.models.client import TooLong
from composer.models.connection import Connect, connect
from library import log
from library.atomic import in_place
from library.database import Database
from library.disk import unwritable
from library.people import require

Said = float | str | None
"""An answer as read: a rating, a label, or None where it is malformed."""


@dataclass
class Tally:
    """How often each answer was given to rows without a label, and (label, answer) of those with one."""

    others: Counter[Said] = field(default_factory=Counter)
    labelled: list[tuple[float | str, Said]] = field(default_factory=list)

    def add(self, gold: float | str | None, said: Said) -> None:
        """Count one row."""
        if gold is None:
            self.others[said] += 1
        else:
            self.labelled.append((gold, said))


@dataclass(frozen=True)
class Annotated:
    """What an annotation came to: rows written, how many of their answers are `valid`, rows that weren't asked.

    `paid` are the answers that were paid for now. `malformed_file` is None where every row has an answer.
    """

    rows: int
    valid: int
    unasked: int
    paid: int
    output: Path
    malformed_file: Path | None
    tally: Tally


def annotate(
    database: Database,
    plan: Plan,
    *,
    by: str,
    at: datetime,
    connect: Connect = connect,
    on_paid_answer: Callable[[int], None] = lambda _paid: None,
) -> Annotated:
    """Ask the released prompt about every row of a file, and write the answers beside the rows.

    What is stored is not asked again. Both files take their places at the end, at once, so that a kill leaves what
    was there. Raises `Refused` for the role, and what a model session raises: an outage ends it, and the same call
    goes on from the answers stored.
    """
    with database.session() as session:
        person = require(session, by, *PROPOSERS, task=plan.use.task.name)
    malformed = malformed_path(plan.output)
    subject = f"prompt:{plan.use.task.name}:{plan.use.target.name}"
    with ExitStack() as files:
        written = files.enter_context(_in_place(plan.output))
        apart = files.enter_context(_in_place(malformed))
        work = _Work(plan, plan.file.writer(written, plan.added), apart)
        heard = on_paid(on_paid_answer)
        with (
            work,
            named_answers(database, subject=subject, by=person.name, announced=True) as cells,
            model_session(
                plan.use.task,
                plan.use.target,
                cells,
                connect=connect,
                lazy=True,
                on_answer=heard,
            ) as model,
        ):
            evaluator = model.evaluator()
            for batch in plan.file.batches(SIZE):
                work.do(evaluator, batch)
                evaluator.forget()
                cells.name()
            done = replace(work.done, paid=model.counts.paid)
    if done.malformed_file is None:
        malformed.unlink(missing_ok=True)  # of an earlier time, or empty
    with database.session() as session:
        detail = {
            "release": plan.use.release,
            "pack": plan.use.pack,
            "asked": done.rows,
            "valid": done.valid,
            "paid": done.paid,
        }
        log.append(session, who=person.name, action="annotated", subject=subject, why="", detail=detail, at=at)
    return done


class _Work:
    """Batches asked and written, one after the other; a context that closes both files."""

    def __init__(self, plan: Plan, writer: Writer, apart: Path) -> None:
        self._plan, self._writer = plan, writer
        self._apart = apart.open("w", encoding="ascii", newline="\n")
        self._tally = Tally()
        self._rows = self._valid = self._unasked = self._without = 0

    def __enter__(self) -> None:
        pass

    def __exit__(self, *_: object) -> None:
        self._writer.close()
        self._apart.close()

    @property
    def done(self) -> Annotated:
        """What it came to so far, of what was paid for aside."""
        apart = malformed_path(self._plan.output) if self._without else None
        return Annotated(self._rows, self._valid, self._unasked, 0, self._plan.output, apart, self._tally)

    def do(self, evaluator: Evaluator, batch: Batch) -> None:
        """Ask about the rows of a batch and write them; those without a valid answer into the other file, too."""
        plan, task = self._plan, self._plan.use.task
        ready = prepared(batch, plan.columns.inputs, task)
        answers, unasked = self._answers(evaluator, ready.asked)
        unasked |= ready.malformed
        known, _ = golds(batch, ready.asked, plan.columns.gold, task, decimal_comma=plan.file.decimal_comma)
        added: list[Added] = []
        for position, row in enumerate(batch.rows):
            if position in unasked:
                problem = unasked[position]
                self._put_apart(row.place, problem.what, problem.column, content=row.text or row.cells)
                self._unasked += 1
                continue
            answer = answers[position]
            read = parse_answer(task.output, answer)
            added.append(Added(position, read.value, answer.finish_reason))
            self._tally.add(known.get(position), read.value)
            if not read.valid:
                self._put_apart(row.place, read.error, "", content=row.cells, answer=answer.text)
        self._writer.write(batch, added)
        self._rows += len(added)
        self._valid += sum(one.valid for one in added)

    def _answers(
        self, evaluator: Evaluator, asked: Sequence[AskedRow]
    ) -> tuple[dict[int, Answer], dict[int, Problem]]:
        """Return the answers by position, and the rows without one because they are too long for the model."""
        left, long = list(asked), dict[int, Problem]()
        while True:
            try:
                found = evaluator.answers(self._plan.prompt, [one.example for one in left])
                return {one.position: answer for one, answer in zip(left, found, strict=True)}, long
            except TooLong as problem:
                those = [one for one in left if one.example.id == problem.example_id]
                if not those:
                    raise
                long |= {one.position: Problem(one.place, "", problem.what, problem.fix) for one in those}
                left = [one for one in left if one.position not in long]

    def _put_apart(self, place: int, why: str, column: str, **more: object) -> None:
        said = {self._plan.file.unit: place, "problem": why, **({"column": column} if column else {}), **more}
        self._apart.write(json.dumps(said, default=str) + "\n")
        self._without += 1


@contextmanager
def _in_place(path: Path) -> Iterator[Path]:
    """Yield a file that takes the place of a path at the end; raises `Refused` where it can't be written."""
    try:
        with in_place(path) as part:
            yield part
    except OSError as error:
        raise unwritable("the file", path, error) from error
