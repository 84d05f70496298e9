"""Prompts evaluated in steps: how each of their tokens came about follows from the question alone."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count, takewhile
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from composer.models.chat_format import Messages, TemplateRefusal
from composer.models.steps import FIRST_CUT, Steps, cuts

Batch = tuple[int, int]
"""The first and the last but one token that were evaluated together."""


class Slot:
    """Stands for llama.cpp's server: knows of each token that it holds with which others it was evaluated.

    A character is a token, save that a line break after a colon is one with it. `asked` are the texts of the
    calls, and `made` is how the tokens of each answered prompt came about.
    """

    def __init__(self, *, odd: bool = False) -> None:
        self.asked: list[str] = []
        self.made: list[tuple[Batch, ...]] = []
        self.odd = odd
        self._holds: list[tuple[str, Batch]] = []
        self._numbers = count()

    def prompt(self, messages: Messages) -> str:
        return "".join(f"<{one['role']}>{one['content']}<end>" for one in messages) + "<assistant>"

    def first_token(self, text: str) -> int | None:
        if self.odd:
            return next(self._numbers)  # never the same twice
        return hash(tokens(text)[0]) if text else None

    def handle_completions(self, body: dict[str, Any]) -> dict[str, Any]:
        return {"timings": self._evaluate(body["prompt"], body)}

    def handle_chat_completions(self, body: dict[str, Any]) -> dict[str, Any]:
        if body["messages"][-1]["content"] == "fail":
            return {"error": {"code": 400, "message": "no"}}
        timings = self._evaluate(self.prompt(body["messages"]), body)
        self.made.append(tuple(batch for _, batch in self._holds))
        return {"choices": [{"message": {"content": "ok"}}], "timings": timings}

    def _evaluate(self, text: str, body: dict[str, Any]) -> dict[str, int]:
        self.asked.append(text)
        new = tokens(text)
        pairs = zip((token for token, _ in self._holds), new, strict=False)
        same = (
            len(list(takewhile(lambda pair: pair[0] == pair[1], pairs))) if body.get("cache_prompt", True) else 0
        )
        same = min(same, len(new) - 1)
        self._holds = [*self._holds[:same], *((token, (same, len(new))) for token in new[same:])]
        return {"cache_n": same, "prompt_n": len(new) - same}


def tokens(text: str) -> list[str]:
    """Return the tokens of a text; a mark in pointed brackets is one."""
    found, rest = list[str](), text
    while rest:
        mark = rest.find(">") + 1 if rest[0] == "<" else 0
        size = mark or (2 if rest.startswith(":\n") else 1)
        found.append(rest[:size])
        rest = rest[size:]
    return found


def question(system: str | None, user: str) -> dict[str, Any]:
    before = [] if system is None else [{"role": "system", "content": system}]
    return {"messages": [*before, {"role": "user", "content": user}]}


def made(slot: Slot, questions: Sequence[dict[str, Any]]) -> tuple[Batch, ...]:
    steps = Steps(slot, slot)
    for one in questions:
        steps.ask(one)
    return slot.made[-1]


LONG = "Rate it.\n" * (FIRST_CUT // 8)
PIECES = ["a", "b", "1", " ", "\n\n", "\nc", "A:", ":", "A: ab\n\nB:", "<end>"]
SYSTEMS = [None, "s", "t", f"{LONG}one\n{LONG}", f"{LONG}two\n{LONG}", LONG]
QUESTIONS = st.builds(
    question, st.sampled_from(SYSTEMS), st.lists(st.sampled_from(PIECES), max_size=5).map("".join)
)


@given(st.lists(QUESTIONS, max_size=6), QUESTIONS, st.booleans())
def test_how_a_prompt_came_about_follows_from_the_question_alone(
    before: list[dict[str, Any]], last: dict[str, Any], odd: bool
) -> None:
    # Where tokens look different by themselves, it is only found out afterwards that more was shared.
    assert made(Slot(odd=odd), [*before, last]) == made(Slot(), [last])


def test_what_is_shared_up_to_a_cut_is_evaluated_once() -> None:
    slot = Slot()
    made(slot, [question("s", "A: 1"), question("s", "A: 23"), question("t", "A: 1")])
    head = "<system>s<end><user>A:"
    assert slot.asked == [
        head,
        f"{head} 1<end><assistant>",
        f"{head}<end>",  # both go on with a blank
        f"{head} 23<end><assistant>",
        "<system>t<end><user>A:",
        "<system>t<end><user>A: 1<end><assistant>",
    ]


def test_where_the_next_token_differs_nothing_is_pushed_out() -> None:
    slot = Slot()
    made(slot, [question("s", "b"), question("s", "cd"), question("s", "e")])
    head = "<system>s<end><user>"
    assert slot.asked == [head, *(f"{head}{one}<end><assistant>" for one in ("b", "cd", "e"))]


def test_the_opening_of_a_long_prompt_is_shared_by_others_that_go_on_otherwise() -> None:
    slot = Slot()
    made(slot, [question(f"{LONG}{more}", "b") for more in (f"one\n{LONG}", f"two\n{LONG}")])
    opening = [one for one in slot.asked if len(one) < len(LONG) + 20]
    assert len(opening) == 2  # once as such, and once to push out what followed
    assert slot.asked[0] == opening[0]
    assert opening[1] == f"{opening[0]}<end>"


def test_after_a_failure_the_slot_counts_as_empty() -> None:
    slot = Slot()
    made(slot, [question("s", "a"), question("s", "fail"), question("s", "b")])
    head = "<system>s<end><user>"
    assert slot.asked == [head, f"{head}a<end><assistant>", head, f"{head}b<end><assistant>"]


def test_where_the_server_does_not_show_its_prompt_each_question_starts_with_an_empty_slot() -> None:
    class Silent(Slot):
        def prompt(self, messages: Messages) -> str:
            if messages[-1]["content"].startswith("content-"):
                raise TemplateRefusal("not shown")
            return super().prompt(messages)

    slot = Silent()
    assert made(slot, [question("s", "a"), question("s", "ab")]) == ((0, 8),) * 8
    assert len(slot.asked) == 2


def test_where_openings_differ_the_server_is_not_asked_for_tokens_and_a_shared_one_is_noticed_afterwards() -> None:
    class Counted(Slot):
        looked = 0

        def first_token(self, text: str) -> int | None:
            self.looked += 1
            return super().first_token(text)

    slot = Counted()
    made(slot, [question("s", "b"), question("s", "cd")])
    assert slot.looked == 0
    made(slot, [question("s", "A: b"), question("s", "A: cd")])  # to this server a blank is a token of its own
    head = "<system>s<end><user>A:"
    asked = f"{head} cd<end><assistant>"
    assert slot.asked[-3:] == [asked, f"{head}<end>", asked]


@pytest.mark.parametrize(
    ("user", "places"),
    [
        ("", [""]),
        ("one line", [""]),
        ("Text: a b", ["Text:"]),
        ("Text: a\n\nOther text: b", ["Text:", "Text: a\n\nOther text:"]),
        ("a\n\nb", ["", "a\n\n"]),
        ("a\n\n", ["a\n\n"]),
        (f"{'no label ' * 9}: a", [""]),
    ],
)
def test_a_last_message_is_cut_behind_the_labels_of_two_paragraphs(user: str, places: list[str]) -> None:
    text = f"<user>{user}"
    found = cuts(text, len("<user>"))
    assert [text[len("<user>") : place] for place in found] == places
    assert cuts(user, 0) == tuple(len(place) for place in places if place)
