"""The verbatim adapter: no scaffolding around what was measured, no repair of what came back."""

from __future__ import annotations

import dspy
import pytest

from composer.optimizer.adapter import VerbatimAdapter
from composer.optimizer.predictor import signature_of
from composer.prompts.messages import render
from composer.prompts.vocabulary import Vocabulary
from tests import small
from tests.scripted import ScriptedEngine, scripted_lm

INPUTS = dict(small.example(1).inputs)


def test_the_formatted_messages_are_the_rendered_ones(vocabulary: Vocabulary) -> None:
    text = vocabulary.compose(["exact", "careful"]).text
    messages = VerbatimAdapter(vocabulary.task).format(signature_of(vocabulary.task, text), [], INPUTS)
    assert messages == render(text, vocabulary.task.message, INPUTS)


def test_demos_are_refused(vocabulary: Vocabulary) -> None:
    signature = signature_of(vocabulary.task, vocabulary.compose().text)
    with pytest.raises(ValueError, match="nobody vetted"):
        VerbatimAdapter(vocabulary.task).format(signature, [{"query": "a"}], INPUTS)


def test_a_valid_answer_becomes_the_output_field(vocabulary: Vocabulary) -> None:
    signature = signature_of(vocabulary.task, vocabulary.compose().text)
    assert VerbatimAdapter(vocabulary.task).parse(signature, '{"rating": 4}') == {"rating": 4}


@pytest.mark.parametrize(
    "answer", ["4", "```json\n{'rating': 4}\n```", '{"rating": 4} ok', "[[ ## rating ## ]]\n4", ""]
)
def test_a_malformed_answer_is_an_error_after_one_call_and_no_second_try(
    vocabulary: Vocabulary, answer: str
) -> None:
    engine = ScriptedEngine(lambda system, user: answer)
    signature = signature_of(vocabulary.task, vocabulary.compose().text)
    program = dspy.Predict(signature)
    adapter = VerbatimAdapter(vocabulary.task)
    with dspy.context(lm=scripted_lm(engine), adapter=adapter), pytest.raises(dspy.AdapterParseError):
        program(**INPUTS)
    assert len(engine.asked) == 1
