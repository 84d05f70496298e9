"""A prompt evaluated in steps that are cut at places of its own: what is shared is kept, and changes no answer."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, takewhile
from typing import Any, Protocol

from composer.models.chat_format import Messages, TemplateRefusal

FIRST_CUT, GROWTH = 128, 4
"""A long prompt is cut at the first start of a line past so many characters, and past so many times as many."""
_LABEL = re.compile(r"[^\n:]{1,40}:")
_CONTROL = re.compile(r"<[^<>\s]+>")
_WEDGES = ("=", "~")
_OPENING = re.compile(r" ?[A-Za-z]|.", re.DOTALL)
"""What the first token of a text holds at least, nearly always."""


class Shown(Protocol):
    """What a server shows of how it makes a prompt."""

    def prompt(self, messages: Messages) -> str:
        """Return the text that the model gets for these messages; raises `TemplateRefusal`."""

    def first_token(self, text: str) -> int | None:
        """Return the number of the token that a text begins with; None where it isn't known."""


@dataclass(frozen=True)
class _Cut:
    """A start of a prompt that the model's slot holds, evaluated by itself, and how many tokens it has."""

    text: str
    tokens: int


@dataclass(frozen=True)
class _Held:
    """What the slot holds: the cuts of the question before, and the whole text of its prompt."""

    cuts: tuple[_Cut, ...]
    text: str


class Steps:
    """Asks one llama.cpp server, which has one slot, so that an answer follows from its question alone.

    llama.cpp keeps what a question shares with the one before, and the last digits of its arithmetic depend on how
    much that is: near a tie, another word comes out. So a prompt is evaluated in steps, which are cut at places
    that follow from its own text (`cuts`), and each step goes on from the cut before it, whatever the slot holds
    beyond. Where the slot holds more of it, that is pushed out first; mostly the next token differs, and nothing
    has to be.

    Where the text after a cut merges with the token before it, the slot is cut earlier than that, and the next
    question starts with an empty slot: llama.cpp tells how many tokens were reused. `shown` is what the server
    shows of how it makes a prompt. One thread at a time may ask.
    """

    def __init__(self, server: Any, shown: Shown) -> None:
        self._server = server
        self._shown = shown
        self._first_token = lru_cache(maxsize=64)(shown.first_token)
        self._frames: dict[tuple[str, ...], tuple[str, ...]] = {}
        self._held: _Held | None = None

    def ask(self, body: dict[str, Any]) -> dict[str, Any]:
        """Return llama.cpp's reply to a chat completion, which may be an error."""
        messages = body["messages"]
        frame = self._frame([one["role"] for one in messages])
        *parts, closing = frame or ("",)
        text = "".join(part + one["content"] for part, one in zip(parts, messages, strict=bool(frame)))
        places = cuts(text, len(text) - len(messages[-1]["content"])) if frame else ()
        held, self._held = self._held or _Held((), ""), None  # should a step fail, the slot counts as empty
        both = zip(held.cuts, places, strict=False)
        done = [cut for cut, _ in takewhile(lambda pair: pair[0].text == text[: pair[1]], both)]
        asking = _Asking(self._server, self._first_token, closing, held.text, done)
        for place in places[len(done) :]:
            asking.evaluate(text[:place])
        reply = asking.go_on(text + closing, self._server.handle_chat_completions, body)
        if asking.as_cut and done:
            self._held = _Held(tuple(done), text + closing)
        return reply

    def _frame(self, roles: Sequence[str]) -> tuple[str, ...]:
        """Return what a prompt holds around the contents of messages; empty where the model doesn't show it."""
        if (known := self._frames.get(tuple(roles))) is not None:
            return known
        marks = [f"content-{number}-of-a-message" for number in range(len(roles))]
        try:
            marked = [{"role": role, "content": mark} for role, mark in zip(roles, marks, strict=True)]
            text = self._shown.prompt(marked)
        except TemplateRefusal:
            text = ""
        found = tuple(re.split("|".join(marks), text))
        whole = len(found) == len(marks) + 1 and all(text.count(mark) == 1 for mark in marks)
        self._frames[tuple(roles)] = found if whole else ()
        return self._frames[tuple(roles)]


def cuts(text: str, last: int) -> tuple[int, ...]:
    """Return where a prompt is cut, in characters from its start; its last message begins at `last`.

    Before it, a long prompt is cut at some starts of lines. In it, the cuts are where it begins and at its last
    paragraph, each behind the label that may stand there, such as `Document:`, since all questions share that.
    """
    found = []
    limit = FIRST_CUT
    for place in accumulate(map(len, text[:last].splitlines(keepends=True))):
        if place >= limit and last - place >= FIRST_CUT and text[place - 1] == "\n" and not text[place].isspace():
            found.append(place)
            while limit <= place:
                limit *= GROWTH
    paragraph = text.rfind("\n\n", last)
    start = last if paragraph < 0 else paragraph + 2
    if last < start < len(text):
        found.append(_behind_label(text, last))
    found.append(_behind_label(text, start))
    return tuple(dict.fromkeys(place for place in found if place))


def _behind_label(text: str, start: int) -> int:
    label = _LABEL.match(text, start)
    return label.end() if label else start


class _Asking:
    """One question's steps: each goes on from the last of the cuts that are `done`, and adds one to them."""

    def __init__(
        self, server: Any, first_token: Callable[[str], int | None], closing: str, held: str, done: list[_Cut]
    ) -> None:
        self._server = server
        self._first_token = first_token
        control = _CONTROL.match(closing)
        self._wedges = (control[0] if control else closing, *_WEDGES)
        self._held = held
        self._done = done
        self.as_cut = True

    def evaluate(self, text: str) -> None:
        """Have the slot hold this start of the prompt."""
        reply = self.go_on(text, self._server.handle_completions, {"prompt": text, "n_predict": 0})
        if "error" in reply:
            self.as_cut = False
            return
        timings = reply["timings"]
        self._done.append(_Cut(text, timings["cache_n"] + timings["prompt_n"]))

    def go_on(
        self, text: str, call: Callable[[dict[str, Any]], dict[str, Any]], body: dict[str, Any]
    ) -> dict[str, Any]:
        """Return the reply to a step whose prompt begins with this text, evaluated from the last cut on."""
        if not self._done:
            self._held = text
            return self._noted(call({**body, "cache_prompt": False}), 0)
        cut = self._done[-1]
        held, rest = self._held[len(cut.text) :], text[len(cut.text) :]
        wedges = self._other_than(rest)
        if self._alike(held, rest):
            self._push_out(cut, next(wedges))
        reply = call(body)
        # By itself a text may have other tokens than where it stands, so that more was shared than it looked like.
        while "error" not in reply and reply["timings"]["cache_n"] > cut.tokens and (wedge := next(wedges, "")):
            self._push_out(cut, wedge)
            reply = call(body)
        self._held = text
        return self._noted(reply, cut.tokens)

    def _alike(self, held: str, rest: str) -> bool:
        """Whether two texts begin with the same token; the server is asked where their openings are the same."""
        opening, other = _OPENING.match(held), _OPENING.match(rest)
        if opening is None or other is None or opening[0] != other[0]:
            return False
        return self._first_token(held) == self._first_token(rest)

    def _other_than(self, rest: str) -> Iterator[str]:
        """Give what can stand behind a cut in place of this text, that which begins with another token first."""
        first = self._first_token(rest)
        yield from sorted(self._wedges, key=lambda wedge: self._first_token(wedge) == first)

    def _push_out(self, cut: _Cut, wedge: str) -> None:
        """Have the slot hold nothing of the prompt behind a cut, but a token that it doesn't go on with."""
        reply = self._server.handle_completions({"prompt": cut.text + wedge, "n_predict": 0})
        self._noted(reply, cut.tokens)

    def _noted(self, reply: dict[str, Any], expected: int) -> dict[str, Any]:
        if "error" in reply or reply["timings"]["cache_n"] != expected:
            self.as_cut = False
        return reply
