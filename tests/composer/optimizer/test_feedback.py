"""What the reflection model is told: how far off, which way, why, and each time what must not change."""

from __future__ import annotations

from dataclasses import replace

import pytest

from composer.evaluation.parsing import parse_answer
from composer.models.answer import Answer
from composer.optimizer.feedback import agrees, feedback, reminder
from composer.task.task import Task
from tests import small


def told(task: Task, text: str, gold: float | str, **changes: str) -> str:
    example = replace(small.example(1, "authoring"), gold=gold, explanation=changes.pop("explanation", ""))
    answer = replace(small.answer(text), **changes)
    return feedback(task, example, answer, parse_answer(task.output, answer))


@pytest.mark.parametrize(
    ("value", "gold", "says"),
    [
        (2, 4.3, "The answer was 2, but people rated it 4.3: it is 2.3 points too low."),
        (5, 1.0, "The answer was 5, but people rated it 1: it is 4 points too high."),
        (4, 4.3, "The answer 4 agrees: people rated it 4.3."),
    ],
)
def test_it_says_how_far_off_an_answer_is_and_which_way(value: int, gold: float, says: str) -> None:
    assert told(small.task(), f'{{"rating": {value}}}', gold).splitlines()[0] == says


def test_it_names_both_labels() -> None:
    said = told(small.label_task(), '{"label": "good"}', "bad")
    assert said.startswith("The answer was good, but people labelled it bad.")
    assert "agrees" in told(small.label_task(), '{"label": "bad"}', "bad")


def test_of_a_malformed_answer_it_says_why_and_shows_it() -> None:
    said = told(small.task(), "I'd say a 4", 4.0).splitlines()[0]
    assert said.startswith("The answer can't be read: not JSON")
    assert "It was: I'd say a 4. Here people rated it 4." in said


def test_it_hands_on_what_people_noted_and_what_the_model_thought() -> None:
    said = told(
        small.task(), '{"rating": 5}', 1.0, explanation="Only the name\nis the same.", reasoning="x" * 5000
    )
    assert "What people noted: Only the name is the same." in said
    assert "What the assistant thought: xxx" in said
    assert len(said) < 1500


def test_it_ends_with_the_reminder_each_time_which_names_the_terms_of_the_task() -> None:
    for text in ('{"rating": 5}', '{"rating": 1}', "?"):
        said = told(small.task(), text, 1.0)
        assert said.endswith(reminder(small.task().output))
        assert "the scale from 1 to 5" in said
    assert "the labels good, bad" in reminder(small.label_task().output)


def test_an_answer_that_is_none_agrees_with_nobody() -> None:
    assert not agrees(3.0, None)
    assert agrees(3.5, 3)
    assert not agrees("good", "bad")


def test_an_empty_answer_is_told_as_such() -> None:
    answer = Answer("", 1, 0, 0.1, "stop")
    example = small.example(1, "authoring")
    task = small.task()
    assert "(nothing)" in feedback(task, example, answer, parse_answer(task.output, answer))
