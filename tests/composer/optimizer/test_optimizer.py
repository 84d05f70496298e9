"""The composer as a DSPy optimizer: what it compiles is a program of vetted text that sends what was measured."""

from __future__ import annotations

import random
from concurrent.futures import Executor, ThreadPoolExecutor
from functools import partial
from typing import Any

import dspy
import numpy as np
import pytest

from composer.answers.evaluator import Evaluator
from composer.answers.store import MemoryCells
from composer.models.client import ask
from composer.optimizer.optimizer import LibraryComposer, from_dspy, to_dspy
from composer.optimizer.predictor import LibraryPredict
from composer.optimizer.strategies import STRATEGIES
from composer.prompts.messages import render
from composer.prompts.vocabulary import Vocabulary
from composer.search.problem import BudgetedScorer, SearchResult
from library.errors import Refused
from tests import small
from tests.composer.answers.test_evaluator import Shuffling
from tests.scripted import ScriptedEngine, scripted_lm

DEV = small.examples(16, 0)
TRAINSET = [to_dspy(small.task(), example) for example in DEV]

each = pytest.mark.parametrize("strategy", STRATEGIES)


def composer(
    vocabulary: Vocabulary, engine: ScriptedEngine, executor: Executor, **options: Any
) -> LibraryComposer:
    store = options.pop("store", None) or MemoryCells()
    slots = options.pop("slots", 1)
    evaluator = Evaluator(vocabulary.task, "tiny", store, partial(ask, scripted_lm(engine)), executor, slots=slots)
    return LibraryComposer(vocabulary, evaluator, **{"budget": 150, **options})


def compiled(vocabulary: Vocabulary, engine: ScriptedEngine, **options: Any) -> LibraryPredict:
    with ThreadPoolExecutor(1) as executor:
        optimizer = composer(vocabulary, engine, executor, **options)
        return optimizer.compile(LibraryPredict(vocabulary), trainset=TRAINSET)


def test_it_returns_a_program_that_speaks_the_best_composition_and_leaves_the_student(
    vocabulary: Vocabulary,
) -> None:
    student = LibraryPredict(vocabulary)
    with ThreadPoolExecutor(1) as executor:
        optimizer = composer(vocabulary, small.engine(data=DEV), executor)
        program = optimizer.compile(student, trainset=TRAINSET)
    assert isinstance(optimizer, dspy.teleprompt.Teleprompter)
    assert isinstance(program, dspy.Module)
    assert optimizer.found is not None
    assert program.composition.keys == optimizer.found.keys
    assert set(program.composition.keys) & {"exact", "topic"}
    assert student.composition.keys == ()


def test_the_compiled_program_sends_what_was_measured(vocabulary: Vocabulary) -> None:
    engine = small.engine(data=DEV)
    program = compiled(vocabulary, engine)
    measured = set(engine.asked)
    engine.asked.clear()
    with dspy.context(lm=scripted_lm(engine)):
        for example in DEV[:4]:
            program(**example.inputs)
            expected = render(program.composition.text, vocabulary.task.message, example.inputs)
            assert engine.asked.pop() == (expected[0]["content"], expected[1]["content"])
            assert (expected[0]["content"], expected[1]["content"]) in measured
    assert engine.asked == []


def test_everything_it_asks_is_a_composition_and_a_dev_example(vocabulary: Vocabulary) -> None:
    engine = small.engine(data=DEV)
    compiled(vocabulary, engine, strategy="random", seed=3)
    users = {render("", vocabulary.task.message, example.inputs)[1]["content"] for example in DEV}
    for system, user in engine.asked:
        assert vocabulary.recognise(system).text == system
        assert user in users


@each
@pytest.mark.parametrize("budget", [1, 40])
def test_the_budget_of_cells_is_never_exceeded(vocabulary: Vocabulary, strategy: str, budget: int) -> None:
    engine = small.engine(data=DEV)
    program = compiled(vocabulary, engine, strategy=strategy, budget=budget)
    assert len(engine.asked) == len(set(engine.asked)) <= budget
    assert len(program.composition.keys) <= vocabulary.task.snippets.max


@each
def test_it_ends_the_same_in_whatever_order_answers_arrive(vocabulary: Vocabulary, strategy: str) -> None:
    student = LibraryPredict(vocabulary, vocabulary.compose(["careful", "harsh"]))
    ends = []
    for executor in (ThreadPoolExecutor(1), Shuffling(0)):
        engine = small.engine(data=DEV)
        with executor:
            slots = 1 if isinstance(executor, ThreadPoolExecutor) else 4
            optimizer = composer(vocabulary, engine, executor, strategy=strategy, budget=40, slots=slots)
            program = optimizer.compile(student, trainset=TRAINSET)
        ends.append((program.composition, optimizer.found, optimizer.attribution, sorted(engine.asked)))
    assert ends[0] == ends[1]


@each
def test_every_strategy_leaves_what_its_cells_say_of_each_snippet(vocabulary: Vocabulary, strategy: str) -> None:
    student = LibraryPredict(vocabulary, vocabulary.compose(["careful", "harsh"]))
    with ThreadPoolExecutor(1) as executor:
        optimizer = composer(vocabulary, small.engine(data=DEV), executor, strategy=strategy, budget=40)
        assert optimizer.attribution is None
        optimizer.compile(student, trainset=TRAINSET)
    assert optimizer.found is not None
    assert optimizer.attribution is not None
    assert [one.keys for one in optimizer.attribution.snippets] == [(key,) for key in small.TEXTS]
    assert [one.keys for one in optimizer.attribution.left_out] == [(key,) for key in optimizer.found.keys]
    assert all(one.low <= one.gain <= one.high for one in optimizer.attribution.snippets)
    assert optimizer.attribution.noise > 0


def test_each_loss_a_search_gets_is_that_of_the_example_it_asked_for(vocabulary: Vocabulary) -> None:
    by_id = {example.id: example for example in DEV}
    got: list[tuple[float, float]] = []

    def looking(scorer: BudgetedScorer, rng: np.random.Generator) -> SearchResult:
        examples = scorer.problem.examples[::-1]
        for keys, own in (((), examples[:5]), (("exact",), examples[3:])):
            for example, loss in zip(own, scorer.losses([(keys, own)])[0], strict=True):
                got.append((loss, ((2 - float(by_id[example].gold)) / 4) ** 2))
        return SearchResult((), 0.0, 1, "looked")

    with ThreadPoolExecutor(1) as executor:
        optimizer = composer(vocabulary, ScriptedEngine(lambda system, user: '{"rating": 2}'), executor)
        optimizer.search = looking
        optimizer.compile(LibraryPredict(vocabulary), trainset=TRAINSET)
    assert len(got) == 18
    assert [loss for loss, _ in got] == pytest.approx([expected for _, expected in got])


def test_a_search_that_asked_for_nothing_knows_of_no_worth(vocabulary: Vocabulary) -> None:
    with ThreadPoolExecutor(1) as executor:
        optimizer = composer(vocabulary, small.engine(data=DEV), executor, strategy="greedy", budget=1)
        optimizer.compile(LibraryPredict(vocabulary), trainset=TRAINSET)
    assert optimizer.attribution is None


def test_the_order_of_the_trainset_of_strata_and_the_seed_alone_decide(vocabulary: Vocabulary) -> None:
    first, second = (small.engine(data=DEV) for _ in range(2))
    assert compiled(vocabulary, first, seed=5).composition == compiled(vocabulary, second, seed=5).composition
    assert first.asked == second.asked


def test_it_goes_on_from_stored_cells_without_asking_again(vocabulary: Vocabulary) -> None:
    store = MemoryCells()
    first = compiled(vocabulary, small.engine(data=DEV), store=store)
    again = small.engine(data=DEV)
    assert compiled(vocabulary, again, store=store).composition == first.composition
    assert again.asked == []


def test_an_example_in_both_sets_counts_once(vocabulary: Vocabulary) -> None:
    once, twice = (small.engine(data=DEV) for _ in range(2))
    expected = compiled(vocabulary, once).composition
    with ThreadPoolExecutor(1) as executor:
        program = composer(vocabulary, twice, executor).compile(
            LibraryPredict(vocabulary), trainset=TRAINSET, valset=TRAINSET
        )
    assert program.composition == expected
    assert once.asked == twice.asked


def test_it_starts_from_the_students_composition(vocabulary: Vocabulary) -> None:
    student = LibraryPredict(vocabulary, vocabulary.compose(["exact", "topic"]))
    with ThreadPoolExecutor(1) as executor:
        optimizer = composer(vocabulary, small.engine(data=DEV), executor, budget=1)
        assert optimizer.compile(student, trainset=TRAINSET).composition.keys == ("exact", "topic")


def test_plain_dspy_examples_will_do(vocabulary: Vocabulary) -> None:
    plain = [
        dspy.Example(**example.inputs, rating=example.gold).with_inputs("query", "document") for example in DEV
    ]
    engine = small.engine(data=DEV)
    with ThreadPoolExecutor(1) as executor:
        program = composer(vocabulary, engine, executor).compile(LibraryPredict(vocabulary), trainset=plain)
    assert set(program.composition.keys) & {"exact", "topic"}


@pytest.mark.parametrize("missing", ["query", "document", "rating"])
def test_an_example_that_lacks_something_is_refused(missing: str) -> None:
    fields = {"query": "a", "document": "b", "rating": 3}
    with pytest.raises(Refused, match=missing):
        from_dspy(small.task(), dspy.Example(**{k: v for k, v in fields.items() if k != missing}))


def test_no_examples_are_refused(vocabulary: Vocabulary) -> None:
    with ThreadPoolExecutor(1) as executor, pytest.raises(Refused, match="no dev examples"):
        composer(vocabulary, small.engine(), executor).compile(LibraryPredict(vocabulary), trainset=[])


def test_a_teacher_is_refused(vocabulary: Vocabulary) -> None:
    with ThreadPoolExecutor(1) as executor, pytest.raises(TypeError):
        composer(vocabulary, small.engine(), executor).compile(
            LibraryPredict(vocabulary), trainset=TRAINSET, teacher=LibraryPredict(vocabulary)
        )


def test_an_unknown_strategy_is_refused_with_those_there_are(vocabulary: Vocabulary) -> None:
    with ThreadPoolExecutor(1) as executor, pytest.raises(Refused, match="greedy"):
        composer(vocabulary, small.engine(), executor, strategy="guess")


def test_every_prefix_of_the_examples_holds_the_strata_nearly_evenly(vocabulary: Vocabulary) -> None:
    task = small.task(data={"source": "import", "strata": [3.0]})
    data = [small.example(number, gold=1.0 if number % 4 else 5.0) for number in range(32)]
    random.Random(0).shuffle(data)
    engine = ScriptedEngine(lambda system, user: '{"rating": 3}')
    with ThreadPoolExecutor(1) as executor:
        store = MemoryCells()
        evaluator = Evaluator(task, "tiny", store, partial(ask, scripted_lm(engine)), executor)
        optimizer = LibraryComposer(Vocabulary(task, small.snippets()), evaluator, strategy="greedy", budget=8)
        optimizer.compile(LibraryPredict(optimizer.vocabulary), trainset=[to_dspy(task, one) for one in data])
    gold = {render("", task.message, one.inputs)[1]["content"]: one.gold for one in data}
    seen = {user: gold[user] for _, user in engine.asked}
    assert sorted(seen.values()) == [1.0, 1.0, 1.0, 5.0]
