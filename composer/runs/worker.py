"""Does one run: searches, reads the sealed test split once, and stores what came of it as a candidate.

A run is a deterministic function of its plan and the stored cells: killed anywhere and started again, it
asks for the same cells, finds those it paid for in the store, and goes on.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from composer.answers.bound import Limits, spending_at_most
from composer.answers.ending import in_words
from composer.answers.evaluator import Evaluator, Stopped
from composer.answers.naming import NamedCells, named_answers
from composer.answers.session import ModelSession, model_session
from composer.candidates.evidence import MeasurementPlan, SearchRecord, evidence_of
from composer.candidates.measurement import measure
from composer.candidates.submission import submit
from composer.candidates.test_split import note_test_read
from composer.data.examples import Example
from composer.home import processes
from composer.home.locks import exclusive_lock, is_locked
from composer.home.paths import Home
from composer.home.processes import FAILED, FINISHED, RUNNING, STOPPED
from composer.models.client import TooLong
from composer.models.connection import Connect, connect
from composer.optimizer.optimizer import LibraryComposer, to_dspy
from composer.optimizer.predictor import LibraryPredict
from composer.prompts.composition import Composition
from composer.registry.anchors import sealed_examples
from composer.registry.datasets import examples_of
from composer.runs.fit import check_fit, may_not_fit
from composer.runs.plan import Plan, plan_again
from composer.runs.progress import Progress, RunRecorder
from composer.runs.queue import check_queued, give_up
from composer.runs.records import put_back, run_row
from composer.runs.summary import RunResult, ValidRate, best_valid, run_result
from composer.search.problem import SearchResult
from library.claims import Claim, TakenOver
from library.database import Database
from library.errors import Refused

PICKED = "somebody picked it, and nothing was searched"
"""Why the search of a proposed composition stopped."""


def work(
    database: Database,
    home: Home,
    run_id: int,
    *,
    on_progress: Callable[[Progress], None] = lambda _progress: None,
    connect: Connect = connect,
    only_queued: bool = False,
) -> RunResult:
    """Do or continue a run and return its result (the object that `--json` prints).

    Raises `Taken` when another worker has the run, or with `only_queued` when it waits for none any more, and
    `TakenOver` where another may have it by now; `Refused` when what it depends on has changed since it was
    entered, where most answers come to nothing, or on an outage; `Stopped` when somebody asked it to stop.
    Whatever ends it, the answers are kept.
    """
    with exclusive_lock(home, f"run-{run_id}") as claim:
        begun = time.monotonic()
        if only_queued:
            check_queued(database, run_id)
        try:
            run = _begin(database, run_id, on_progress)
        except Refused as why:
            if only_queued:
                give_up(database, run_id, why)
            raise
        record = run.record
        try:
            with (
                named_answers(database, subject=f"run:{run_id}", by=run.by) as cells,
                model_session(
                    run.plan.task,
                    run.plan.target,
                    cells,
                    connect=connect,
                    on_phase=lambda text: record.now(aside=text),
                    on_answer=lambda counts: record.now(counts=counts),
                    stop_asked=lambda: _is_to_stop(claim, record),
                ) as model,
            ):
                result = _search_and_submit(run, model, cells)
        except TakenOver:
            raise  # how it ends is for the other worker to say
        except Stopped as stop:
            record.end(STOPPED, str(stop) or "stopped; it can be continued")
            raise
        except KeyboardInterrupt:
            record.end(STOPPED, "interrupted; it can be continued")
            raise
        except Exception as problem:
            record.end(FAILED, in_words(problem))
            raise
        result = result.model_copy(update={"seconds": round(time.monotonic() - begun, 1)})
        record.end(FINISHED, result.message, result)
    return result


def _is_to_stop(claim: Claim, record: RunRecorder) -> bool:
    claim.check()
    return record.stop_asked()


def is_at_work(home: Home, run_id: int) -> bool:
    """Whether a worker has the run now, on whatever machine."""
    return is_locked(home, f"run-{run_id}")


@dataclass(frozen=True)
class _Begun:
    """A run that this worker does now, with all it works on."""

    id: int
    by: str
    database: Database
    plan: Plan
    dev: tuple[Example, ...]
    test: tuple[Example, ...]
    record: RunRecorder


def _begin(database: Database, run_id: int, on_progress: Callable[[Progress], None]) -> _Begun:
    with database.session() as session:
        row = run_row(session, run_id)
        plan = plan_again(session, row)
        if plan.identity != row.identity:
            raise Refused(
                f"the task, data, target, library or release behind run {run_id} has changed since",
                fix="Start a new run: it reuses every answer that still fits.",
            )
        dev, test = examples_of(session, plan.dataset, "dev"), sealed_examples(session, plan.dataset)
        put_back(row)  # a wish to stop that came while this process did stays
        row.state, row.started_at = RUNNING, datetime.now(UTC)
        row.expected = plan.budget + plan.prompts * len(test)
        session.add(row)
    record = RunRecorder(database, run_id, on_progress)
    record.now(expected=row.expected)
    return _Begun(run_id, row.started_by, database, plan, dev, test, record)


def _search_and_submit(run: _Begun, model: ModelSession, cells: NamedCells) -> RunResult:
    plan, test, evaluator = run.plan, run.test, model.evaluator()
    searched = _picked(run, evaluator) if plan.proposed is not None else _found(run, evaluator)
    found, candidate = searched.result, searched.composition
    model.watch.check()  # the test split isn't read for answers that come to nothing
    ended = partial(run_result, plan, found=found, candidate=candidate, best_valid=searched.best_valid)
    if candidate == plan.incumbent or found.reason == "unreachable":
        return ended(counts=evaluator.counts, malformed=model.watch.in_words())
    reads = _read_test(run, evaluator, candidate)
    measurement = MeasurementPlan(plan.task, plan.target, plan.dataset, test, plan.incumbent, candidate)
    measured, comparison = measure(measurement, evaluator, seed=plan.seed)
    search = SearchRecord(
        strategy=plan.strategy,
        seed=plan.seed,
        budget=plan.budget,
        tried=found.tried,
        estimate=found.gain,
        stopped=found.stopped,
        start="" if plan.start == plan.incumbent else plan.start.fingerprint,
    )
    evidence = evidence_of(measured, comparison, search, reads_before=reads)
    cells.name()  # before what rests on them
    with run.database.session() as session:
        number = submit(session, run.id, candidate, plan.incumbent, evidence, by=run.by, at=datetime.now(UTC))
    return ended(
        counts=evaluator.counts,
        comparison=comparison,
        n=len(test),
        number=number,
        malformed=model.watch.in_words(),
    )


@dataclass(frozen=True)
class _Searched:
    """What a search ended with, and the composition whose answers in it were valid most often."""

    result: SearchResult
    composition: Composition
    best_valid: ValidRate | None = None


def _read_test(run: _Begun, evaluator: Evaluator, candidate: Composition) -> int:
    """Note that the test split is read, and read it for what was carried over unchanged.

    That is another prompt than both sides where the search found a better one. Returns how often others read it.
    """
    plan, test = run.plan, run.test
    beside = tuple({plan.start} - {plan.incumbent, candidate})
    with run.database.session() as session:
        reads, *_ = [
            note_test_read(
                session, plan.dataset, plan.target.hash, one, run_id=run.id, by=run.by, at=datetime.now(UTC)
            )
            for one in (candidate, *beside)
        ]
    expected = evaluator.counts.asked + (2 + len(beside)) * len(test)
    run.record.now(phase="reading the test split", expected=expected)
    for one in beside:
        evaluator.answers(one, test)
    return reads


def _picked(run: _Begun, evaluator: Evaluator) -> _Searched:
    """Return what somebody proposed as the result of a search that asked nothing."""
    plan, picked = run.plan, run.plan.proposed
    assert picked is not None
    _check_fit(run, evaluator, picked, run.test)
    return _Searched(SearchResult(plan.vocabulary.names(picked), 0.0, 1, PICKED, "exhausted"), picked)


def _check_fit(run: _Begun, evaluator: Evaluator, composition: Composition, examples: Sequence[Example]) -> None:
    if may_not_fit(evaluator, composition, examples, run.plan.target):
        run.record.now(phase="asking whether the longest example fits")
        check_fit(evaluator, composition, examples)


def _found(run: _Begun, evaluator: Evaluator) -> _Searched:
    plan, everything = run.plan, (*run.dev, *run.test)
    _check_fit(run, evaluator, plan.start, everything)
    try:
        return _search(run, evaluator)
    except TooLong:
        check_fit(evaluator, plan.start, everything)  # names all of them, not only the first that was met
        raise


def _search(run: _Begun, evaluator: Evaluator) -> _Searched:
    plan = run.plan
    run.record.now(phase="searching")
    composer = LibraryComposer(
        plan.vocabulary,
        evaluator,
        strategy=plan.strategy,
        budget=plan.budget,
        seed=plan.seed,
        on_step=run.record.step,
        bar=plan.carried.bar if plan.carried else None,
        prior=plan.carried.prior if plan.carried else None,
    )
    student = LibraryPredict(plan.vocabulary, plan.start)
    composer.compile(student, trainset=[to_dspy(plan.task, example) for example in run.dev])
    assert composer.found is not None
    run.record.attribution(composer.attribution)
    best = best_valid(composer.validity) if plan.carried else None
    return _Searched(composer.found, plan.vocabulary.compose(composer.found.keys), best)


def start(home: Home, run_id: int, *limits: str) -> None:
    """Start a worker process for a run; it lives on when this process ends, and writes to the home's logs.

    `limits` are those of `Limits.arguments`.
    """
    processes.start(home, "composer.runs.worker", "run", run_id, *limits)


def main(arguments: Sequence[str]) -> int:
    """Do the run named on the command line: `python -m composer.runs.worker HOME RUN`; 0 when it finished.

    `--max-cells=N` and `--max-cost=M` after these bound what it pays.
    """
    limits = Limits.told(arguments[2:])
    with spending_at_most(limits.max_cells, limits.max_cost):
        return processes.work_as_told(arguments[:2], work, ends=(Refused, Stopped))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
