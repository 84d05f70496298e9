"""Three questions to a target: what is asked, and what the answers show."""

from __future__ import annotations

from composer.answers.target_check import GREETING, check_prompt, check_target
from composer.models.answer import Answer
from composer.models.chat_format import Token
from composer.models.target import Target
from composer.prompts.messages import Messages
from library.canonical import text_digest
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


class Shown:
    """Shows prompts whose template leaves a system message out, or keeps it, and no tokens."""

    def __init__(self, *, drops: bool = False) -> None:
        self.drops = drops

    def prompt(self, messages: object) -> str:
        turns = [one for one in messages if not (self.drops and one["role"] == "system")]  # type: ignore[attr-defined]
        return "".join(f"[{one['role']}] {one['content']}" for one in turns)

    def tokens(self, text: str) -> tuple[Token, ...]:
        return ()


SERVER = Target(name="far", kind="server", model="m", api_base="http://127.0.0.1:9/v1")
MERGING = SERVER.model_copy(update={"system": "merge"})


def test_the_prompt_that_is_looked_at_is_that_of_the_first_question() -> None:
    found = check_prompt(Shown(), "{{ x }}", SERVER, small.task(), small.examples())
    ask = Asked(*["{}"] * 3)
    check_target(ask, SERVER, small.task(), small.examples())
    system, user = ask.messages[0]
    assert found.made is not None
    assert found.made.text == f"[system] {system['content']}[user] {user['content']}"
    assert (found.template_sha256, found.advice) == (text_digest("{{ x }}"), ())


def test_a_template_that_leaves_the_system_message_out_is_noticed_and_merging_is_advised() -> None:
    (advice,) = check_prompt(Shown(drops=True), None, SERVER, small.task(), small.examples()).advice
    assert "leaves a system message out" in advice
    assert "`system: merge`" in advice
    merged = check_prompt(Shown(drops=True), None, MERGING, small.task(), small.examples())
    assert merged.advice == ()
    assert merged.made is not None
    assert merged.made.text.startswith("[user] Rate the document")


def test_merging_for_a_model_that_knows_the_role_is_pointed_out() -> None:
    (advice,) = check_prompt(Shown(), None, MERGING).advice
    assert "isn't needed" in advice


def test_a_server_that_shows_nothing_and_counts_far_too_few_tokens_is_suspected() -> None:
    prompt = small.task(base="Rate it carefully. " * 40 + "\n{{snippets}}")
    (advice,) = check_prompt(None, None, SERVER, prompt, small.examples(), counted=20).advice
    assert "20 tokens for a prompt of" in advice
    assert check_prompt(None, None, SERVER, prompt, small.examples(), counted=150).advice == ()
    assert check_prompt(None, None, SERVER, prompt, small.examples()).advice == ()
