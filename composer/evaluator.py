"""Asks a target for the cells a search or a comparison needs, reusing every stored answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from functools import partial

import dspy

from composer.asking import Answer, ask
from composer.cells import CellStore, MemoryCells, Question
from composer.composition import Composition
from composer.data.examples import Example
from composer.messages import Messages, render
from composer.task import Task


@dataclass(frozen=True)
class Counts:
    """Cells a run needed (`asked`), those that were `stored` already, and those `paid` for now."""

    asked: int = 0
    stored: int = 0
    paid: int = 0


class Stopped(Exception):
    """Somebody asked the run to stop; every answer that had arrived is stored."""


class Evaluator:
    """Turns (composition, examples) into answers, through an `Executor`.

    Workers of the executor only call the model; this process alone writes. Answers are stored as they
    arrive, so a kill loses at most those in flight. Questions are put in the order of the examples, one
    composition at a time: neighbours share the prompt, and often the first input, and a model that caches
    prefixes reads only the rest.
    """

    def __init__(
        self,
        task: Task,
        target_hash: str,
        store: CellStore,
        ask: Callable[[Messages], Answer],
        executor: Executor,
        on_answer: Callable[[Counts], None] = lambda _counts: None,
        stop_asked: Callable[[], bool] = lambda: False,
    ) -> None:
        self.task = task
        self.target_hash = target_hash
        self.store = store
        self.ask = ask
        self.executor = executor
        self.on_answer = on_answer
        self.stop_asked = stop_asked
        self.counts = Counts()
        self._known: dict[str, Answer] = {}

    def answers(self, composition: Composition, examples: Sequence[Example]) -> list[Answer]:
        """Return one answer an example, in the order given; raises what `ask` raises (an outage) or `Stopped`."""
        questions = self.questions(composition, examples)
        keys = [question.key for question in questions]
        fresh = {key: question for key, question in zip(keys, questions, strict=True) if key not in self._known}
        found = self.store.find(list(fresh))
        self._known |= found
        self._count(asked=len(fresh), stored=len(found))
        self._pay([question for key, question in fresh.items() if key not in found])
        return [self._known[key] for key in keys]

    def questions(self, composition: Composition, examples: Sequence[Example]) -> list[Question]:
        """Return the question of each cell, in the order of the examples."""
        return [
            Question(
                render(composition.text, self.task.message, example.inputs),
                self.target_hash,
                composition.fingerprint,
                example.id,
            )
            for example in examples
        ]

    def _pay(self, questions: Sequence[Question]) -> None:
        futures = {self.executor.submit(self.ask, question.messages): question for question in questions}
        try:
            for future in as_completed(futures):
                self._keep(futures[future], future.result())
                if self.stop_asked():
                    raise Stopped
        except BaseException:
            # Whatever ended it, an interrupt too: nothing new is asked, and what other workers are at is kept.
            for future in [one for one in futures if not one.cancel()]:
                if future.exception() is None and futures[future].key not in self._known:
                    self._keep(futures[future], future.result())
            raise

    def _keep(self, question: Question, answer: Answer) -> None:
        self._known[question.key] = self.store.keep(question, answer)
        self._count(paid=1)

    def _count(self, *, asked: int = 0, stored: int = 0, paid: int = 0) -> None:
        before = self.counts
        self.counts = Counts(before.asked + asked, before.stored + stored, before.paid + paid)
        self.on_answer(self.counts)


def evaluator_of(task: Task, lm: dspy.LM, *, threads: int = 1) -> Evaluator:
    """Return an evaluator that asks a DSPy language model and keeps the answers in memory alone."""
    return Evaluator(task, lm.model, MemoryCells(), partial(ask, lm), ThreadPoolExecutor(threads))
