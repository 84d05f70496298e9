"""One life of a model: connected when it is needed, asked through evaluators, released whatever happens."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Event, Lock

import dspy

from composer.answers.bound import Bound, current_bound
from composer.answers.cluster import cluster_at
from composer.answers.evaluator import Counts, Evaluator, Stopped
from composer.answers.malformed import Watch
from composer.answers.served import SameModel
from composer.answers.store import CellStore, Question
from composer.home.paths import CLUSTER_VARIABLE
from composer.models.answer import Answer
from composer.models.client import ask
from composer.models.connection import Connect, connect, release
from composer.models.target import Target
from composer.prompts.messages import Messages
from composer.task.task import Task


class ModelSession:
    """What `model_session` yields: evaluators that share one model, one store and one executor.

    `counts` are the cells of all its evaluators together; `on_answer` is called with them at every answer.
    `watch` knows of every answer how it was read, and ends the asking where most come to nothing.
    """

    def __init__(
        self,
        task: Task,
        target: Target,
        cells: CellStore,
        way: _Way,
        on_answer: Callable[[Counts], None],
        stop_asked: Callable[[], bool],
        *,
        bound: Bound,
        patient: bool = False,
    ) -> None:
        self._allowance = _Bounded(bound, target)
        self._patient = patient
        self._task = task
        self._target = target
        self._cells = cells
        self._way = way
        self._on_answer = on_answer
        self._stop_asked = stop_asked
        self._evaluators: dict[int, Evaluator] = {}
        self._same = SameModel(target, cells.served(target.hash) if target.kind == "server" else ())
        self.watch = Watch(task.output, target)

    @property
    def counts(self) -> Counts:
        """The cells of all evaluators so far: asked for, found in the store, and paid."""
        each = [evaluator.counts for evaluator in self._evaluators.values()]
        return Counts(*(sum(getattr(one, name) for one in each) for name in ("asked", "stored", "paid")))

    def evaluator(self, replicate: int = 0) -> Evaluator:
        """Return the evaluator of one replicate, the same one at each call; 0 holds the first answers."""
        if replicate not in self._evaluators:
            self._evaluators[replicate] = Evaluator(
                self._task,
                self._target.hash,
                self._cells,
                self._way.ask,
                self._way.executor,
                slots=self._way.slots,
                replicate=replicate,
                on_answer=lambda _own: self._on_answer(self.counts),
                check=self._same.check,
                see=(lambda _answer: None) if self._patient else self.watch.see,
                stop_asked=self._stop_asked,
                allowance=self._allowance,
                hurry=self._way.hurry,
            )
        return self._evaluators[replicate]


@contextmanager
def model_session(
    task: Task,
    target: Target,
    cells: CellStore,
    *,
    connect: Connect = connect,
    lazy: bool = False,
    patient: bool = False,
    on_phase: Callable[[str], None] = lambda _phase: None,
    on_answer: Callable[[Counts], None] = lambda _counts: None,
    stop_asked: Callable[[], bool] = lambda: False,
) -> Iterator[ModelSession]:
    """Ask a target about a task through evaluators, and release its model at the end whatever happens.

    The model is connected at once, or with `lazy` by the first answer that the store lacks: where none is
    missing, no model is started. `on_phase` is called, from any thread, with what the model is at besides
    answering, in words, and with an empty text when that is over. Raises what `connect` raises, such as
    `Refused` for a model file that can't be fetched, `MostlyMalformed` where most of the first answers came
    to nothing, and `ModelChanged` where a server answers with another model than before. A `patient` session is
    not ended by answers that come to nothing: they are what it is to count. What it pays keeps to the bound of
    `composer.answers.bound.spending_at_most`, and `BoundReached` is raised before that is passed.

    Where COMPOSER_CLUSTER names the scheduler of a Dask cluster, its workers ask instead, each with the model that
    it connects itself, and `connect` is not called.
    """
    bound = current_bound()
    bound.check(target)
    address = os.environ.get(CLUSTER_VARIABLE)
    with _through(address, target) if address else _here(target, connect, on_phase, lazy=lazy) as way:
        yield ModelSession(task, target, cells, way, on_answer, stop_asked, bound=bound, patient=patient)


@dataclass(frozen=True)
class _Way:
    """How questions are asked: what asks one, what has that done, and how many may be out at a time.

    `hurry` ends the pauses in which questions wait to be put again, for good.
    """

    ask: Callable[[Messages], Answer]
    executor: Executor
    slots: int
    hurry: Callable[[], None]


@contextmanager
def _through(address: str, target: Target) -> Iterator[_Way]:
    with cluster_at(address, target) as cluster:
        yield _Way(cluster.ask, cluster.executor, cluster.slots, cluster.hurry)


@contextmanager
def _here(target: Target, connect: Connect, say: Callable[[str], None], *, lazy: bool) -> Iterator[_Way]:
    model = _Model(target, connect, say)
    try:
        if not lazy:
            model.lm()
        with ThreadPoolExecutor(target.parallel) as executor:
            yield _Way(model.ask, executor, target.parallel, model.over.set)
    finally:
        model.release()


@dataclass(frozen=True)
class _Bounded:
    """The bound of a command, as one target's evaluators keep to it."""

    bound: Bound
    target: Target

    def may_ask(self, question: Question, *, alone: bool) -> bool:
        return self.bound.may_ask(self.target, question, alone=alone)

    def ended(self, question: Question, answer: Answer | None) -> None:
        self.bound.ended(self.target, question, answer)


class _Model:
    """A language model that is connected once, by whichever thread needs it first."""

    def __init__(self, target: Target, connect: Connect, on_phase: Callable[[str], None]) -> None:
        self._target = target
        self._connect = connect
        self._on_phase = on_phase
        self._lock = Lock()
        self._lm: dspy.LM | None = None
        self.over = Event()

    def lm(self) -> dspy.LM:
        with self._lock:
            if self._lm is None:
                self._lm = self._connect(self._target, self._on_phase)
            return self._lm

    def ask(self, messages: Messages) -> Answer:
        return ask(self.lm(), messages, check=self._check)

    def _check(self) -> None:
        if self.over.is_set():
            raise Stopped

    def release(self) -> None:
        if self._lm is not None:
            release(self._lm)
