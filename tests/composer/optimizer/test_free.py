"""The program without a guard: it asks the task's messages about authoring examples; no prompt comes of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

import dspy
import pytest

from composer.answers.evaluator import evaluator_of, questions_of
from composer.optimizer.free import FreeProgram, Ledger, as_dspy, reward, told
from composer.optimizer.optimizer import LibraryComposer, to_dspy
from composer.optimizer.predictor import LibraryPredict
from composer.optimizer.program import Halted
from composer.prompts.composition import Composition, UnvettedText, require_composed
from composer.prompts.messages import render
from composer.prompts.rewrite import Rewrite
from composer.prompts.vocabulary import Vocabulary
from composer.search.problem import BudgetSpent
from library.errors import Refused
from tests import small
from tests.scripted import ScriptedEngine, scripted_lm

TEXT = 'Rate as you like.\nAnswer with JSON only, as {"rating": N}.'
EXAMPLES = tuple(small.example(number, "authoring") for number in range(8))


def ledger(engine: ScriptedEngine, *, budget: int = 100, full: int = 4, **changes: Any) -> Ledger:
    of = small.task(**changes)
    return Ledger(
        of, evaluator_of(of, scripted_lm(engine)), Composition(of.base), EXAMPLES, full=full, budget=budget
    )


def constant() -> ScriptedEngine:
    return ScriptedEngine(lambda _system, _user: '{"rating": 3}')


def test_the_messages_are_those_of_the_task() -> None:
    engine = constant()
    program = FreeProgram(ledger(engine), TEXT)
    (example,) = as_dspy(small.task(), EXAMPLES[:1])
    program(**example.inputs())
    sent = render(TEXT, small.TASK["message"], EXAMPLES[0].inputs)
    assert engine.asked == [tuple(one["content"] for one in sent)]


def test_an_answer_is_judged_against_people_also_a_malformed_one() -> None:
    program = FreeProgram(ledger(ScriptedEngine(lambda _system, _user: "three")), TEXT)
    judged = program(**as_dspy(small.task(), EXAMPLES[:1])[0].inputs()).judged
    assert (judged.example, judged.parsed.valid) == (EXAMPLES[0], False)
    assert reward(small.task(), judged) == 0.0
    assert "can't be read" in told(small.task(), judged)


def test_what_dspy_can_show_of_an_example_is_its_inputs_and_its_label() -> None:
    noted = replace(EXAMPLES[0], explanation="A secret note.", clusters=("c9",))
    (plain,) = as_dspy(small.task(), [noted])
    assert set(plain.keys()) == {"query", "document", "rating"}
    (flagged,) = as_dspy(small.task(), [noted], together=True)
    assert set(flagged.keys()) - set(plain.keys()) == {"together"}


def test_an_input_may_have_the_name_of_the_flag() -> None:
    changes = {"inputs": ["together", "document"], "message": "{{together}} {{document}}"}
    task = small.task(**changes)
    one = replace(EXAMPLES[0], inputs={"together": "a", "document": "b"})
    engine = constant()
    made = Ledger(task, evaluator_of(task, scripted_lm(engine)), Composition(task.base), [one], full=1, budget=5)
    for together in (False, True):
        FreeProgram(made)(**as_dspy(task, [one], together=together)[0].inputs())
    assert [user for _, user in engine.asked] == ["a b"]


def test_the_full_set_is_asked_for_together_and_no_answer_twice() -> None:
    engine = constant()
    made = ledger(engine)
    for one in as_dspy(small.task(), made.full, together=True):
        FreeProgram(made)(**one.inputs())
    assert len(engine.asked) == 4 == 100 - made.left
    assert made.figure(made.start.text) is not None
    assert made.figure(TEXT) is None


def test_no_answer_is_asked_for_beyond_the_budget() -> None:
    engine = constant()
    made = ledger(engine, budget=2)
    for example in EXAMPLES[:2]:
        made.answer(TEXT, example)
    with pytest.raises(Halted) as halted:
        made.answer(TEXT, EXAMPLES[2])
    assert isinstance(halted.value.cause, BudgetSpent)
    assert len(engine.asked) == 2


def test_an_interrupt_of_an_answer_ends_what_dspy_is_at() -> None:
    made = ledger(small.Dying(constant(), 1, KeyboardInterrupt()))
    with pytest.raises(Halted) as halted:
        made.answer(TEXT, EXAMPLES[0])
    assert isinstance(halted.value.cause, KeyboardInterrupt)


def test_of_rows_with_the_same_inputs_the_first_counts() -> None:
    task = small.task()
    double = replace(EXAMPLES[0], id="again", gold=5.0)
    evaluator = evaluator_of(task, scripted_lm(constant()))
    made = Ledger(task, evaluator, Composition(task.base), [*EXAMPLES, double], full=9, budget=50)
    assert made.examples == EXAMPLES


def test_a_rewritten_prompt_is_asked_about_authoring_examples_alone() -> None:
    rewritten = Rewrite(TEXT)
    assert len(questions_of(small.task(), "t", rewritten, EXAMPLES)) == len(EXAMPLES)
    for split in ("dev", "test"):
        with pytest.raises(UnvettedText, match="authoring examples alone"):
            questions_of(small.task(), "t", rewritten, [small.example(1, split)])


class TestNothingIsComposedOfIt:
    """A mined program's text can't become a prompt, whichever way it is handed on."""

    def test_a_rewrite_is_no_composition(self) -> None:
        with pytest.raises(UnvettedText, match="no composition"):
            require_composed(cast(Any, Rewrite(TEXT)))
        assert Rewrite(small.task().base).fingerprint != Composition(small.task().base).fingerprint

    def test_the_vocabulary_and_the_guarded_predictor_refuse_its_text(self, vocabulary: Vocabulary) -> None:
        program = FreeProgram(ledger(constant()), TEXT)
        with pytest.raises(UnvettedText):
            vocabulary.recognise(program.speaker.signature.instructions)
        with pytest.raises(UnvettedText):
            LibraryPredict(vocabulary).signature = program.speaker.signature
        with pytest.raises(UnvettedText):
            LibraryPredict(vocabulary).load_state(program.speaker.dump_state())

    def test_the_optimizer_of_runs_does_not_take_it_for_a_student(self, vocabulary: Vocabulary) -> None:
        engine = constant()
        composer = LibraryComposer(vocabulary, evaluator_of(vocabulary.task, scripted_lm(engine)), budget=50)
        program: Any = FreeProgram(ledger(constant()), TEXT)
        for student in (program, program.speaker):
            with pytest.raises((AttributeError, UnvettedText)):
                composer.compile(student, trainset=[to_dspy(vocabulary.task, one) for one in EXAMPLES])
        assert engine.asked == []

    def test_an_empty_text_is_none(self) -> None:
        with pytest.raises(Refused, match="empty"):
            Rewrite(" \n")

    def test_a_copy_speaks_its_own_text(self) -> None:
        program = FreeProgram(ledger(constant()), TEXT)
        copied = program.deepcopy()
        copied.speaker.signature = copied.speaker.signature.with_instructions("Another.")
        assert program.speaker.signature.instructions == TEXT
        assert isinstance(copied.speaker, dspy.Predict)
