"""Asks a target for the cells a search or a comparison needs, reusing every stored answer."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from queue import Empty, SimpleQueue
from typing import Protocol

import dspy

from composer.answers.store import CellStore, MemoryCells, Question
from composer.data.examples import Example
from composer.models.answer import Answer
from composer.models.client import TooLong, ask
from composer.prompts.askable import Askable
from composer.prompts.composition import UnvettedText
from composer.prompts.messages import Messages, render
from composer.task.task import Task
from library.errors import Refused

LOOK_SECONDS = 0.5
"""How often it is looked whether somebody asked to stop, while no answer arrives."""


@dataclass(frozen=True)
class Counts:
    """Cells a run needed (`asked`), those that were `stored` already, and those `paid` for now."""

    asked: int = 0
    stored: int = 0
    paid: int = 0


class Stopped(Exception):
    """Somebody asked the run to stop; every answer that had arrived is stored."""


class Allowance(Protocol):
    """What says whether a question may be put, and hears what each came to."""

    def may_ask(self, question: Question, *, alone: bool) -> bool:
        """Whether it may be put now, or has to wait for answers in flight, of which `alone` there are none."""

    def ended(self, question: Question, answer: Answer | None) -> None:
        """Hear of the answer that was kept, or of None where there is none."""


class Unlimited:
    """Lets every question be put."""

    def may_ask(self, _question: Question, *, alone: bool) -> bool:
        """Return True."""
        return alone or True

    def ended(self, _question: Question, _answer: Answer | None) -> None:
        """Do nothing."""


class Evaluator:
    """Turns (prompt, examples) into answers, through an `Executor`.

    Workers of the executor only call the model; this process alone writes. At most `slots` questions are out
    at a time and answers are stored as they arrive, those that arrived together in one go, so a kill loses at
    most those in flight. Questions are put in the order of the examples, one prompt at a time: neighbours share
    the prompt, and often the first input, and a model that caches prefixes reads only the rest.

    `check` is shown each answer before it is stored, and one for which it raises is not; `see` is shown each
    answer once, stored or paid for now. Either may raise to end the asking. `allowance` is asked before a question
    is put, and may raise too. `hurry` is called when the asking ends for good: it is to end the pauses of those
    that wait to be put again, as what they come to is waited for.
    """

    def __init__(
        self,
        task: Task,
        target_hash: str,
        store: CellStore,
        ask: Callable[[Messages], Answer],
        executor: Executor,
        *,
        slots: int = 1,
        replicate: int = 0,
        on_answer: Callable[[Counts], None] = lambda _counts: None,
        check: Callable[[Answer], None] = lambda _answer: None,
        see: Callable[[Answer], None] = lambda _answer: None,
        stop_asked: Callable[[], bool] = lambda: False,
        allowance: Allowance | None = None,
        hurry: Callable[[], None] = lambda: None,
    ) -> None:
        self.hurry = hurry
        self.allowance = allowance or Unlimited()
        self.replicate = replicate
        self.task = task
        self.target_hash = target_hash
        self.store = store
        self.ask = ask
        self.executor = executor
        self.slots = slots
        self.on_answer = on_answer
        self.check = check
        self.see = see
        self.stop_asked = stop_asked
        self.counts = Counts()
        self._known: dict[str, Answer] = {}

    def answers(self, prompt: Askable, examples: Sequence[Example]) -> list[Answer]:
        """Return one answer an example, in the order given; raises what `ask` raises (an outage) or `Stopped`."""
        return self.all_answers([(prompt, examples)])[0]

    def all_answers(self, asked: Sequence[tuple[Askable, Sequence[Example]]]) -> list[list[Answer]]:
        """Return the answers of several prompts, all asked for at once; raises as `answers` does."""
        keyed = [
            [(question.key, question) for question in self.questions(prompt, examples)]
            for prompt, examples in asked
        ]
        fresh = {key: question for one in keyed for key, question in one if key not in self._known}
        found = self.store.find(list(fresh))
        self._known |= found
        self._count(asked=len(fresh), stored=len(found))
        for key in fresh:
            if key in found:
                self.see(found[key])
        self._pay([question for key, question in fresh.items() if key not in found])
        return [[self._known[key] for key, _ in one] for one in keyed]

    def forget(self) -> None:
        """Let go of the answers held in memory: where millions are asked about, only the store keeps them all."""
        self._known.clear()

    def questions(self, prompt: Askable, examples: Sequence[Example]) -> list[Question]:
        """Return the question of each cell, in the order of the examples."""
        return questions_of(self.task, self.target_hash, prompt, examples, replicate=self.replicate)

    def _pay(self, questions: Sequence[Question]) -> None:
        waiting = deque(questions)
        asked: dict[Future[Answer], Question] = {}
        arrived: SimpleQueue[Future[Answer]] = SimpleQueue()
        try:
            while True:
                # A question is only put when the answer before it is stored: a kill loses those in flight alone.
                while waiting and len(asked) < self.slots and self.allowance.may_ask(waiting[0], alone=not asked):
                    question = waiting.popleft()
                    future = self.executor.submit(self.ask, question.messages)
                    asked[future] = question
                    future.add_done_callback(arrived.put)
                if not asked:
                    return
                for kept in self._take(asked, self._all_of(arrived)):
                    self.see(kept)
                    if self.stop_asked():
                        raise Stopped
        except BaseException as ended:
            # Whatever ended it, an interrupt too: nothing new is asked, and what other workers are at is kept.
            if not isinstance(ended, TooLong):  # after that one the others may be asked about still
                self.hurry()
            for future in [one for one in asked if not one.cancel()]:
                if future.exception() is None and asked[future].key not in self._known:
                    # One that can't be stored is no reason to lose the others.
                    with suppress(Refused):
                        self.check(future.result())
                        self._keep([(asked[future], future.result())])
            for question in asked.values():
                self.allowance.ended(question, None)
            raise

    def _all_of(self, arrived: SimpleQueue[Future[Answer]]) -> list[Future[Answer]]:
        """Return all that has arrived, which is waited for where nothing has; raises `Stopped`."""
        found: list[Future[Answer]] = []
        while not found:
            try:
                found.append(arrived.get(timeout=LOOK_SECONDS))
            except Empty:
                if self.stop_asked():
                    raise Stopped from None
        while not arrived.empty():
            found.append(arrived.get())
        return found

    def _take(self, asked: dict[Future[Answer], Question], arrived: Sequence[Future[Answer]]) -> list[Answer]:
        """Store the answers that have arrived, those before the first that failed, and take them from `asked`."""
        fit: list[tuple[Question, Answer]] = []
        problem: BaseException | None = None
        for future in arrived:
            try:
                answer = _result(future, asked[future])
                self.check(answer)
            except BaseException as failed:  # noqa: BLE001 - raised again below
                problem = failed
                break
            fit.append((asked[future], answer))
        kept = self._keep(fit)
        for future in arrived[: len(fit)]:
            del asked[future]
        if problem is not None:
            raise problem
        return kept

    def _keep(self, answered: Sequence[tuple[Question, Answer]]) -> list[Answer]:
        kept = self.store.keep_many(answered)
        for (question, _), answer in zip(answered, kept, strict=True):
            self._known[question.key] = answer
            self.allowance.ended(question, answer)
            self._count(paid=1)
        return kept

    def _count(self, *, asked: int = 0, stored: int = 0, paid: int = 0) -> None:
        before = self.counts
        self.counts = Counts(before.asked + asked, before.stored + stored, before.paid + paid)
        self.on_answer(self.counts)


def _result(future: Future[Answer], question: Question) -> Answer:
    """Return an answer; a question that is too long for the target is named in what is raised."""
    try:
        return future.result()
    except TooLong as problem:
        what = f"example {question.example_id}: {problem.what}"
        named = TooLong(what, where=problem.where, fix=problem.fix, problems=problem.problems)
        named.example_id = question.example_id
        raise named from problem


def questions_of(
    task: Task, target_hash: str, prompt: Askable, examples: Sequence[Example], *, replicate: int = 0
) -> list[Question]:
    """Return what a prompt asks a target about each example; a replicate of its own asks it again.

    Raises `UnvettedText` where text that nobody vetted is to be asked about anything but authoring examples.
    """
    barred = next((one for one in examples if one.split not in prompt.splits), None)
    if barred is not None:
        raise UnvettedText(
            f"unvetted text is asked about authoring examples alone, and {barred.id} is of {barred.split}",
            fix="Vet it: a run measures it on the others then.",
        )
    return [
        Question(
            render(prompt.text, task.message, example.inputs),
            target_hash,
            prompt.fingerprint,
            example.id,
            replicate,
        )
        for example in examples
    ]


def evaluator_of(task: Task, lm: dspy.LM, *, threads: int = 1) -> Evaluator:
    """Return an evaluator that asks a DSPy language model and keeps the answers in memory alone."""
    return Evaluator(task, lm.model, MemoryCells(), partial(ask, lm), ThreadPoolExecutor(threads), slots=threads)
