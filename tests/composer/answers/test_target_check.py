"""Three questions to a target: what is asked, and what the answers show."""

from __future__ import annotations

from composer.answers.target_check import GREETING, check_target
from composer.models.answer import Answer
from composer.models.target import Target
from composer.prompts.messages import Messages
from tests import small

TARGET = Target(name="tiny", kind="embedded", model="qwen2.5-coder-0.5b")


class Asked:
    """Answers with the given texts in turn and keeps what it was asked."""

    def __init__(self, *texts: str) -> None:
        self.texts = list(texts)
        self.messages: list[Messages] = []

    def __call__(self, messages: Messages) -> Answer:
        self.messages.append(messages)
        return Answer(self.texts.pop(0), 50, 8, 2.0 - len(self.messages) / 2, "stop")


def test_the_base_prompt_is_asked_about_two_examples_the_first_one_twice() -> None:
    ask = Asked('{"rating": 4}', '{"rating": 4}', "four")
    found = check_target(ask, TARGET, small.task(), small.examples())
    first, again, other = ask.messages
    assert first == again != other
    assert "{{snippets}}" not in first[0]["content"]
    assert (found.repeatable, found.valid, found.seconds) == (True, 2, 0.5)
    assert [bool(one.error) for one in found.parsed] == [False, False, True]


def test_without_a_task_a_plain_question_is_asked_and_nothing_is_read() -> None:
    ask = Asked("yes", "Yes.", "yes")
    found = check_target(ask, TARGET)
    assert ask.messages == [GREETING] * 3
    assert (found.repeatable, found.parsed) == (False, ())


def test_where_most_answers_are_malformed_for_one_cause_it_says_what_to_change() -> None:
    cut_off = Answer("", 50, 16, 1.0, "length", reasoning="Let me think", reasoning_tokens=16)
    found = check_target(lambda _messages: cut_off, TARGET, small.task(), small.examples())
    assert (found.valid, "Raise max_tokens" in found.advice) == (0, True)
