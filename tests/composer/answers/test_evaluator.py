"""The evaluator: stored answers are never asked for again, and whatever ends it, what arrived is kept."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from typing import Any

import pytest

from composer.answers.evaluator import Counts, Evaluator, Stopped
from composer.answers.store import DatabaseCells, MemoryCells
from composer.data.examples import Example
from composer.models.answer import Answer
from composer.models.client import Outage, TooLong
from composer.prompts.composition import Composition
from composer.prompts.messages import Messages
from composer.prompts.vocabulary import Vocabulary
from library.database import Database
from tests import small

EXAMPLES = small.examples(12, 0)


class Shuffling(Executor):
    """Does one call at a time, whichever of those that wait, in another order for each seed."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._pool = ThreadPoolExecutor(1)
        self._waiting: list[tuple[Future[Any], Callable[[], Any]]] = []
        self._lock = threading.Lock()

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        with self._lock:
            self._waiting.append((future, lambda: fn(*args, **kwargs)))
        self._pool.submit(self._work)
        return future

    def _work(self) -> None:
        time.sleep(0.001)  # let others be submitted
        with self._lock:
            future, call = self._waiting.pop(self._random.randrange(len(self._waiting)))
        if future.set_running_or_notify_cancel():
            try:
                future.set_result(call())
            except Exception as problem:  # noqa: BLE001 - whoever waits for it gets it
                future.set_exception(problem)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        self._pool.shutdown(wait)


class Asked:
    """Answers each message with its own text, and fails at the `fails`th call where one is given."""

    def __init__(
        self, fails: int | None = None, problem: BaseException | None = None, seconds: float = 0.0
    ) -> None:
        self.messages: list[Messages] = []
        self.fails, self.problem, self.seconds = fails, problem, seconds
        self._lock = threading.Lock()

    def __call__(self, messages: Messages) -> Answer:
        with self._lock:
            self.messages.append(messages)
            if self.problem is not None and len(self.messages) == self.fails:
                raise self.problem
            broken = self.fails is not None and len(self.messages) > self.fails
        time.sleep(0.2 if broken else self.seconds)  # time to notice a failure before all are asked
        return small.answer(messages[1]["content"])


def evaluator(ask: Asked, executor: Executor, store: Any = None, **options: Any) -> Evaluator:
    return Evaluator(small.task(), "target", store or MemoryCells(), ask, executor, **options)


@pytest.fixture
def executor() -> Any:
    with ThreadPoolExecutor(1) as executor:
        yield executor


def test_answers_come_in_the_order_of_the_examples_however_they_arrive(vocabulary: Vocabulary) -> None:
    composition = vocabulary.compose(["exact"])
    for seed in range(5):
        ask = Asked()
        with Shuffling(seed) as shuffling:
            asking = evaluator(ask, shuffling, slots=4)
            answers = asking.answers(composition, EXAMPLES)
        assert ask.messages != [question.messages for question in asking.questions(composition, EXAMPLES)]
        assert [one.text for one in answers] == [
            f"Query: {example.inputs['query']}\n\nDocument: {example.inputs['document']}" for example in EXAMPLES
        ]


def test_questions_are_asked_in_the_order_of_the_examples(vocabulary: Vocabulary, executor: Executor) -> None:
    ask = Asked()
    asking = evaluator(ask, executor)
    asking.answers(vocabulary.compose(), EXAMPLES)
    assert ask.messages == [question.messages for question in asking.questions(vocabulary.compose(), EXAMPLES)]


def test_a_stored_answer_is_not_asked_for_again(vocabulary: Vocabulary, executor: Executor) -> None:
    store, ask = MemoryCells(), Asked()
    first = evaluator(ask, executor, store)
    first.answers(vocabulary.compose(), EXAMPLES[:5])
    assert first.counts == Counts(asked=5, stored=0, paid=5)
    first.answers(vocabulary.compose(), EXAMPLES)
    first.answers(vocabulary.compose(), EXAMPLES)
    assert first.counts == Counts(asked=12, stored=0, paid=12)
    second = evaluator(ask, executor, store)
    second.answers(vocabulary.compose(), EXAMPLES)
    assert second.counts == Counts(asked=12, stored=12, paid=0)
    assert len(ask.messages) == 12


def test_two_examples_that_ask_the_same_cost_one_answer(vocabulary: Vocabulary, executor: Executor) -> None:
    twins = (EXAMPLES[0], small.example(99, inputs=dict(EXAMPLES[0].inputs)))
    ask = Asked()
    answers = evaluator(ask, executor).answers(vocabulary.compose(), twins)
    assert len(ask.messages) == 1
    assert answers[0] == answers[1]


@pytest.mark.parametrize("problem", [Outage("down"), RuntimeError("bug"), KeyboardInterrupt(), SystemExit(1)])
@pytest.mark.parametrize("fails", [1, 5, 12])
def test_whatever_breaks_it_off_the_answers_before_are_kept_and_nothing_more_is_asked(
    vocabulary: Vocabulary, executor: Executor, problem: BaseException, fails: int
) -> None:
    store, ask = MemoryCells(), Asked(fails, problem)
    with pytest.raises(type(problem)):
        evaluator(ask, executor, store).answers(vocabulary.compose(), EXAMPLES)
    # One call may have begun before the failure was noticed.
    assert len(ask.messages) <= fails + 1
    assert len(store.stored) == len(ask.messages) - 1
    again = Asked()
    evaluator(again, executor, store).answers(vocabulary.compose(), EXAMPLES)
    assert len(again.messages) == len(EXAMPLES) - (len(ask.messages) - 1)


def test_an_outage_of_one_worker_loses_no_answer_of_the_others(vocabulary: Vocabulary) -> None:
    store, ask = MemoryCells(), Asked(3, Outage("down"))
    with ThreadPoolExecutor(4) as executor, pytest.raises(Outage):
        evaluator(ask, executor, store).answers(vocabulary.compose(), EXAMPLES)
    assert len(store.stored) == len(ask.messages) - 1


def test_an_interrupt_of_the_waiting_process_loses_no_paid_answer(vocabulary: Vocabulary) -> None:
    store, ask = MemoryCells(), Asked(seconds=0.02)
    interrupts = iter([KeyboardInterrupt()])

    def watch(counts: Counts) -> None:
        if counts.paid == 3:
            for interrupt in interrupts:
                raise interrupt

    with ThreadPoolExecutor(4) as executor, pytest.raises(KeyboardInterrupt):
        evaluator(ask, executor, store, on_answer=watch).answers(vocabulary.compose(), EXAMPLES)
    assert len(store.stored) == len(ask.messages) < len(EXAMPLES)


def test_a_failure_to_store_stops_the_asking(vocabulary: Vocabulary, executor: Executor) -> None:
    class Full(MemoryCells):
        def keep(self, question: Any, answer: Answer) -> Answer:
            if len(self.stored) == 3:
                raise OSError("the disk is full")
            return super().keep(question, answer)

    ask = Asked(seconds=0.02)
    with pytest.raises(OSError, match="full"):
        evaluator(ask, executor, Full()).answers(vocabulary.compose(), EXAMPLES)
    assert len(ask.messages) < len(EXAMPLES)


def test_a_stop_request_keeps_what_has_arrived(vocabulary: Vocabulary, executor: Executor) -> None:
    store, ask = MemoryCells(), Asked(seconds=0.02)
    stopping = evaluator(ask, executor, store, stop_asked=lambda: len(store.stored) >= 4)
    with pytest.raises(Stopped):
        stopping.answers(vocabulary.compose(), EXAMPLES)
    assert 4 <= len(store.stored) < len(EXAMPLES)
    assert stopping.counts.paid == len(store.stored)


def test_a_stop_request_is_seen_while_no_answer_arrives_and_pauses_are_ended(vocabulary: Vocabulary) -> None:
    pausing, store = threading.Event(), MemoryCells()

    def ask(messages: Messages) -> Answer:
        if len(store.stored) >= 3:
            assert pausing.wait(60)
            raise Outage("it did not wait")
        return small.answer("4")

    with ThreadPoolExecutor(2) as executor:
        asking = evaluator(ask, executor, store, stop_asked=lambda: len(store.stored) >= 3, hurry=pausing.set)
        with pytest.raises(Stopped):
            asking.answers(vocabulary.compose(), EXAMPLES)
    assert 3 <= len(store.stored) < len(EXAMPLES)


def test_a_question_that_is_too_long_leaves_the_others_their_pauses(vocabulary: Vocabulary) -> None:
    hurried: list[bool] = []

    def ask(messages: Messages) -> Answer:
        raise TooLong("too long") if len(messages) else Outage("away")

    with ThreadPoolExecutor(2) as executor:
        asking = evaluator(ask, executor, hurry=lambda: hurried.append(True))
        with pytest.raises(TooLong):
            asking.answers(vocabulary.compose(), EXAMPLES)
    assert hurried == []


def test_progress_is_told_with_every_answer(vocabulary: Vocabulary, executor: Executor) -> None:
    told: list[Counts] = []
    evaluator(Asked(), executor, on_answer=told.append).answers(vocabulary.compose(), EXAMPLES)
    assert [counts.paid for counts in told] == list(range(13))


def test_each_answer_is_in_the_database_before_the_next_is_counted(
    vocabulary: Vocabulary, executor: Executor, database: Database
) -> None:
    stored: list[tuple[int, int]] = []

    def look(counts: Counts) -> None:
        stored.append((counts.paid, small.stored_cells(database)))

    asking = evaluator(Asked(), executor, DatabaseCells(database), on_answer=look)
    asking.answers(vocabulary.compose(), EXAMPLES)
    assert all(paid == found for paid, found in stored)


class Counting(Executor):
    """Hands on to threads, and notes at each question how many are out and how many answers are stored."""

    def __init__(self, workers: int, store: MemoryCells) -> None:
        self._pool = ThreadPoolExecutor(workers)
        self._out: list[Future[Any]] = []
        self.store = store
        self.noted: list[tuple[int, int]] = []

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        self._out = [future for future in self._out if not future.done()]
        self._out.append(self._pool.submit(fn, *args, **kwargs))
        self.noted.append((len(self._out), len(self.store.stored)))
        return self._out[-1]

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        self._pool.shutdown(wait)


class TestSeveralAtOnce:
    def asked(self, vocabulary: Vocabulary) -> list[tuple[Composition, tuple[Example, ...]]]:
        names: list[list[str]] = [[], ["exact"], ["topic", "exact"]]
        return [
            (vocabulary.compose(one), part)
            for one, part in zip(names, (EXAMPLES[:3], EXAMPLES[3:4], EXAMPLES[2:]), strict=True)
        ]

    def test_each_gets_its_answers_in_the_order_of_its_examples(self, vocabulary: Vocabulary) -> None:
        asked, alone = self.asked(vocabulary), evaluator(Asked(), ThreadPoolExecutor(1))
        expected = [alone.answers(composition, examples) for composition, examples in asked]
        for seed in range(3):
            with Shuffling(seed) as shuffling:
                asking = evaluator(Asked(), shuffling, slots=4)
                assert asking.all_answers(asked) == expected
            assert asking.counts == Counts(asked=14, stored=0, paid=14)

    def test_what_two_of_them_share_is_asked_once(self, vocabulary: Vocabulary, executor: Executor) -> None:
        ask, composition = Asked(), vocabulary.compose(["exact"])
        asking = evaluator(ask, executor)
        one, other = asking.all_answers([(composition, EXAMPLES[:5]), (composition, EXAMPLES[3:7])])
        assert one[3:] == other[:2]
        assert len(ask.messages) == 7
        assert asking.counts == Counts(asked=7, stored=0, paid=7)

    def test_they_are_put_one_composition_after_the_other(
        self, vocabulary: Vocabulary, executor: Executor
    ) -> None:
        ask, asked = Asked(), self.asked(vocabulary)
        asking = evaluator(ask, executor)
        asking.all_answers(asked)
        assert ask.messages == [one.messages for pair in asked for one in asking.questions(*pair)]

    def test_nothing_is_asked_for_nothing(self, vocabulary: Vocabulary, executor: Executor) -> None:
        ask = Asked()
        asking = evaluator(ask, executor)
        assert asking.all_answers([]) == []
        assert asking.all_answers([(vocabulary.compose(), ())]) == [[]]
        assert ask.messages == []

    @pytest.mark.parametrize("slots", [1, 3])
    def test_every_slot_is_used_and_no_more_are_out_than_there_are(
        self, vocabulary: Vocabulary, slots: int
    ) -> None:
        store = MemoryCells()
        with Counting(8, store) as counting:
            evaluator(Asked(seconds=0.005), counting, store, slots=slots).all_answers(self.asked(vocabulary))
        assert max(out for out, _ in counting.noted) == slots
        # Whatever is not in flight when a question is put is stored: a kill loses those in flight alone.
        assert all(number - stored <= slots for number, (_, stored) in enumerate(counting.noted, 1))

    def test_a_slow_answer_holds_up_its_slot_alone(self, vocabulary: Vocabulary) -> None:
        slow, others = threading.Event(), []

        def ask(messages: Messages) -> Answer:
            if "dev 0" in messages[1]["content"]:
                assert slow.wait(10)
            else:
                others.append(messages)
                if len(others) == len(EXAMPLES) - 1:
                    slow.set()
            return small.answer("")

        with ThreadPoolExecutor(2) as executor:
            asking = Evaluator(small.task(), "target", MemoryCells(), ask, executor, slots=2)
            assert len(asking.answers(vocabulary.compose(), EXAMPLES)) == len(EXAMPLES)

    def test_an_outage_in_one_loses_no_answer_of_those_before(
        self, vocabulary: Vocabulary, executor: Executor
    ) -> None:
        store, ask = MemoryCells(), Asked(6, Outage("down"))
        with pytest.raises(Outage):
            evaluator(ask, executor, store).all_answers(self.asked(vocabulary))
        assert (len(store.stored), len(ask.messages)) == (5, 6)
        again = Asked()
        evaluator(again, executor, store).all_answers(self.asked(vocabulary))
        assert len(again.messages) == 14 - 5
