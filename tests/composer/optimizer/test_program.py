"""The program that DSPy's optimizers search with speaks allowed compositions and nothing else."""

from __future__ import annotations

import dspy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from composer.optimizer.program import Halted, ProblemProgram, examples_of, keys_of, named
from composer.prompts.composition import UnvettedText
from composer.search.constraints import Rules
from composer.search.problem import BudgetedScorer, BudgetSpent, Step
from tests.composer.search.worlds import EXAMPLES, World, problem


def program(world: World, budget: int = 100, steps: list[Step] | None = None) -> ProblemProgram:
    told = [] if steps is None else steps
    return ProblemProgram(BudgetedScorer(problem(world), budget, told.append), EXAMPLES[:10])


@given(st.lists(st.text(), unique=True).map(tuple))
def test_any_keys_survive_being_a_dspy_instruction(keys: tuple[str, ...]) -> None:
    signature = dspy.Signature("question -> answer", named(keys))
    limits = Rules(max_length=len(keys))
    assert keys_of(problem(World(), snippets=keys, rules=limits), signature.instructions) == keys


@pytest.mark.parametrize(
    "text",
    [
        "Answer well.",
        "",
        "{}",
        '["z"]',
        '["a", "a"]',
        '["a", "e"]',
        '["a","b"]',
        "[1]",
        '"a"',
        '[["a"]]',
    ],
)
def test_an_instruction_that_names_no_allowed_composition_is_refused(text: str) -> None:
    speaker = program(World()).speaker
    before = speaker.signature
    with pytest.raises(UnvettedText):
        speaker.signature = before.with_instructions(text) if text else dspy.Signature("example_id -> loss")
    assert speaker.signature is before


def test_other_channels_are_refused_too() -> None:
    speaker = program(World()).speaker
    for name, value in {"demos": [dspy.Example(a=1)], "config": {"temperature": 1}, "fields": {"a": 1}}.items():
        with pytest.raises(UnvettedText):
            setattr(speaker, name, value)
    with pytest.raises(UnvettedText):
        speaker.load_state({"signature": {"instructions": "Answer well."}})
    with pytest.raises(UnvettedText):
        speaker.signature = dspy.Signature("example_id, hint -> loss", named(("a",)))


def test_it_answers_with_the_loss_of_the_composition_it_names_and_asks_no_model() -> None:
    world = World()
    base = program(world)
    other = base.deepcopy()
    other.speaker.signature = other.speaker.signature.with_instructions(named(("b", "a")))
    assert (base.keys, other.keys) == ((), ("b", "a"))
    assert other(example_id="e03").loss == world.loss(("b", "a"), "e03")
    assert base(example_id="e03").loss == world.loss((), "e03")
    assert other.scorer is base.scorer
    assert world.asked == [(("b", "a"), "e03"), ((), "e03")]


def test_a_full_evaluation_is_one_ask() -> None:
    world, steps = World(noise=0.0), list[Step]()
    base = program(world, steps=steps)
    evaluate = dspy.Evaluate(
        devset=examples_of(EXAMPLES[:10], together=True),
        metric=lambda _gold, answer: 1 - answer.loss,
        num_threads=1,
    )
    assert evaluate(base).score == 50
    assert world.calls == 1
    other = base.deepcopy()
    other.speaker.signature = other.speaker.signature.with_instructions(named(("a",)))
    assert evaluate(other).score == 70
    assert world.calls == 2
    assert [(step.keys, step.examples, step.cells) for step in steps] == [(("a",), 10, 20)]


def test_the_end_of_the_budget_gets_through_dspys_evaluate() -> None:
    evaluate = dspy.Evaluate(
        devset=examples_of(EXAMPLES[:10]), metric=lambda _gold, answer: 1 - answer.loss, num_threads=1
    )
    with pytest.raises(Halted) as halted:
        evaluate(program(World(), budget=4))
    assert isinstance(halted.value.cause, BudgetSpent)
