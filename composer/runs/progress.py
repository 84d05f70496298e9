"""How far a run is, written to its row about once a second."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from threading import Lock
from typing import Any

from composer.answers.evaluator import Counts
from composer.runs.records import ATTRIBUTION, TRACE, run_row
from composer.runs.summary import RunResult
from composer.search.attribution import Attribution
from composer.search.problem import Step
from library.database import Database

SECONDS_BETWEEN_WRITES = 1.0


@dataclass(frozen=True)
class Progress:
    """How far a run is: `expected` counts the cells it may ask for, `best` is the best search estimate so far.

    `aside` is what its model is at besides answering, such as being fetched; usually empty.
    """

    phase: str
    aside: str = ""
    counts: Counts = field(default_factory=Counts)
    expected: int = 0
    tried: int = 0
    best: Step | None = None

    @property
    def text(self) -> str:
        """What the run is at, in words."""
        return f"{self.phase}, {self.aside}" if self.aside else self.phase


class RunRecorder:
    """Writes how far a run is into its row, about once a second, and reports it to a watcher; for any thread."""

    def __init__(self, database: Database, run_id: int, on_progress: Callable[[Progress], None]) -> None:
        self.database = database
        self.run_id = run_id
        self.on_progress = on_progress
        self.progress = Progress("starting")
        self.trace: list[Step] = []
        self._changing = Lock()
        self._stop = False
        self._written = self._read = float("-inf")

    def now(self, **changes: Any) -> None:
        """Take note of what changed."""
        with self._changing:
            before = self.progress
            self.progress = replace(before, **changes)
            loud = self.progress.phase != before.phase or (self.progress.aside == "") != (before.aside == "")
            self.on_progress(self.progress)
            if loud or time.monotonic() - self._written >= SECONDS_BETWEEN_WRITES:
                self._write()

    def step(self, step: Step) -> None:
        """Take note of one comparison of the search."""
        self.trace.append(step)
        best = self.progress.best
        if best is None or (step.examples, step.gain) > (best.examples, best.gain):
            best = step
        self.now(tried=len({one.keys for one in self.trace}), best=best)

    def attribution(self, found: Attribution | None) -> None:
        """Store the effects of snippets on the search's cells."""
        self._write(worth=None if found is None else ATTRIBUTION.dump_python(found, mode="json"))

    def stop_asked(self) -> bool:
        """Whether somebody asked the run to stop, as of a second ago at most."""
        if not self._stop and time.monotonic() - self._read >= SECONDS_BETWEEN_WRITES:
            with self.database.session() as session:
                self._stop = run_row(session, self.run_id).stop_asked
            self._read = time.monotonic()
        return self._stop

    def end(self, state: str, message: str, result: RunResult | None = None) -> None:
        """Write how the run ended; what an earlier attempt found stays where this one has no result."""
        found = {"result": result.as_json()} if result else {}
        self._write(state=state, message=message, ended_at=datetime.now(UTC), **found)

    def _write(self, **changes: Any) -> None:
        progress = self.progress
        with self.database.session() as session:
            row = run_row(session, self.run_id)
            self._stop = row.stop_asked
            row.asked, row.stored, row.paid = (
                progress.counts.asked,
                progress.counts.stored,
                progress.counts.paid,
            )
            row.expected, row.message, row.trace = (
                progress.expected,
                progress.text,
                TRACE.dump_python(tuple(self.trace), mode="json"),
            )
            for name, value in changes.items():
                setattr(row, name, value)
            session.add(row)
        self._written = self._read = time.monotonic()
