"""What a target makes of a prompt, by templates and tokenizers of several kinds."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from composer.answers.prompt_made import SentMessage, TemplateMade, prompt_made, spelled_tokens, template_made
from composer.models.chat_format import Messages, TemplateRefusal, Token

SYSTEM, USER = {"role": "system", "content": "Rate it."}, {"role": "user", "content": "A dog."}
Template = Callable[[Messages], str]


def chatml(messages: Messages, *, default: str = "", cut: bool = False) -> str:
    first = [] if messages[0]["role"] == "system" or not default else [{"role": "system", "content": default}]
    turns = [*first, *messages]
    texts = [one["content"].strip() if cut else one["content"] for one in turns]
    body = "".join(f"<s>{one['role']}\n{text}</s>\n" for one, text in zip(turns, texts, strict=True))
    return f"{body}<s>assistant\n"


def with_default(messages: Messages) -> str:
    return chatml(messages, default="You are Q.")


def default_for_empty(messages: Messages) -> str:
    """Take an empty system message for none."""
    return with_default([one for one in messages if one["role"] != "system" or one["content"]])


def cutting(messages: Messages) -> str:
    return chatml(messages, cut=True)


def dropping(messages: Messages) -> str:
    return chatml([one for one in messages if one["role"] != "system"])


def refusing(messages: Messages) -> str:
    if messages[0]["role"] == "system":
        raise TemplateRefusal("System role not supported")
    return chatml(messages)


def merging(messages: Messages) -> str:
    system = "".join(f"{one['content']}\n" for one in messages if one["role"] == "system")
    return chatml([{**one, "content": system + one["content"]} for one in messages if one["role"] == "user"])


class Shown:
    """Shows prompts by a template, and tokens: control tokens, runs of line breaks, words with a blank before."""

    def __init__(self, template: Template, *, tokens: bool = True, first: str = "") -> None:
        self.template, self.shows_tokens, self.first = template, tokens, first

    def prompt(self, messages: Messages) -> str:
        return self.template(messages)

    def tokens(self, text: str) -> tuple[Token, ...]:
        if not self.shows_tokens:
            return ()
        pieces = re.findall(r"</?s>|\n+| ?\w+|(?: (?!</?s>))?[^\w\s]| ", self.first + text)
        return tuple(Token(len(one), one.encode(), one in ("<s>", "</s>")) for one in pieces)


def test_the_text_and_the_tokens_of_each_message_and_of_the_template_are_told() -> None:
    made = prompt_made(Shown(chatml), [SYSTEM, USER])
    assert made.text == "<s>system\nRate it.</s>\n<s>user\nA dog.</s>\n<s>assistant\n"
    assert made.messages == (SentMessage("system", 3, True), SentMessage("user", 3, True))
    assert made.own_tokens == len(made.tokens) - 6
    assert made.added == ("<s>system\n", "</s>\n<s>user\n", "</s>\n<s>assistant\n")
    assert [one.text for one in made.tokens if one.control] == ["<s>", "</s>"] * 2 + ["<s>"]


def test_a_leading_line_break_that_merges_is_told_with_its_token() -> None:
    made = prompt_made(Shown(chatml), [SYSTEM, {"role": "user", "content": "\nA dog — “é”."}])
    assert made.messages[1].joined == "\n\n"
    assert prompt_made(Shown(chatml), [SYSTEM, USER]).messages[1].joined == ""


def test_a_tokenizer_that_puts_a_token_first_does_not_move_the_others() -> None:
    made = prompt_made(Shown(chatml, first="<s>"), [SYSTEM, USER])
    assert [one.tokens for one in made.messages] == [3, 3]


def test_a_message_that_a_template_changes_is_told_and_not_counted() -> None:
    made = prompt_made(Shown(cutting), [SYSTEM, {"role": "user", "content": "\nA dog."}])
    assert made.messages[1] == SentMessage("user", None, False)
    assert made.own_tokens is None


def test_without_tokens_the_text_is_told_all_the_same() -> None:
    made = prompt_made(Shown(chatml, tokens=False), [SYSTEM, USER])
    assert (made.tokens, made.messages[0]) == ((), SentMessage("system", None, True))


@pytest.mark.parametrize(
    ("template", "made"),
    [
        (chatml, TemplateMade("own", empty="kept", joins="\n\n")),
        (with_default, TemplateMade("own", default="You are Q.", empty="kept", joins="\n\n")),
        (cutting, TemplateMade("own", empty="kept", trims=True)),
        (dropping, TemplateMade("dropped", joins="\n\n")),
        (refusing, TemplateMade("refused", words="System role not supported", joins="\n\n")),
        (merging, TemplateMade("merged", gap="\n", joins="\n\n")),
    ],
    ids=lambda one: getattr(one, "__name__", ""),
)
def test_what_a_template_does_is_seen_from_marked_messages(template: Template, made: TemplateMade) -> None:
    assert template_made(Shown(template)) == made


def test_an_empty_system_message_that_counts_as_none_is_seen() -> None:
    found = template_made(Shown(default_for_empty))
    assert (found.default, found.empty) == ("You are Q.", "as none")


def test_a_spelled_token_is_told_as_control_token_or_as_text() -> None:
    found = spelled_tokens(Shown(chatml), {"</s>": ["a-1", "a-2"], "<end>": ["a-3"]})
    assert [(one.spelling, one.examples, one.is_control, one.tokens) for one in found] == [
        ("</s>", ("a-1", "a-2"), True, 1),
        ("<end>", ("a-3",), False, 3),
    ]
    assert spelled_tokens(Shown(chatml, tokens=False), {"</s>": ["a-1"]}) == ()
