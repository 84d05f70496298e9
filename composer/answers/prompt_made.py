"""What a target makes of a prompt before its model sees it: its text and tokens, and how the template is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Literal

from composer.models.chat_format import ChatFormat, Messages, TemplateRefusal, Token

SYSTEM, USER = "xsystemx", "xuserx"
"""Markers that are looked for in a prompt: plain words, which every template and tokenizer leaves whole."""

SystemFate = Literal["own", "merged", "dropped", "refused"]
"""What a template does with a system message: one of its own, a part of the user's, nothing, or an error."""
EmptyFate = Literal["kept", "as none", "otherwise"]
"""What an empty system message is: an empty one, the same as no message, or neither."""


@dataclass(frozen=True)
class SentMessage:
    """One message in a prompt: how many of the prompt's tokens hold some of its text, and what became of it.

    `tokens` is None where the prompt's tokens can't be placed, or its text isn't in the prompt as it was sent:
    then it is not `whole`. `joined` is the text of a token that holds its leading line break and something before
    it; empty where there is none.
    """

    role: str
    tokens: int | None
    whole: bool
    joined: str = ""


@dataclass(frozen=True)
class PromptMade:
    """The text that a model gets for some messages, and its tokens (empty where a server doesn't show them).

    `added` are the texts around the messages, which the template put there, in order.
    """

    text: str
    tokens: tuple[Token, ...]
    messages: tuple[SentMessage, ...]
    added: tuple[str, ...]

    @property
    def own_tokens(self) -> int | None:
        """How many tokens the template added; None where tokens can't be placed."""
        counted = [one.tokens for one in self.messages]
        return None if None in counted else len(self.tokens) - sum(filter(None, counted))


@dataclass(frozen=True)
class TemplateMade:
    """How a chat template is, by what it makes of marked messages.

    `words` are those with which it refuses a system message, `gap` what is put between a system text and the
    user's where it merges them. `default` is the system text that it adds where it gets none, and `trims` says
    whether it cuts blank space from the ends of a message. `joins` is the token that a line break at the start of
    a user message and what is before it become; empty where they stay apart, or tokens aren't shown.
    """

    system: SystemFate
    words: str = ""
    gap: str = ""
    default: str = ""
    empty: EmptyFate = "otherwise"
    trims: bool = False
    joins: str = ""


def prompt_made(shown: ChatFormat, messages: Messages) -> PromptMade:
    """Return what a target makes of messages as they are sent; raises `TemplateRefusal`."""
    text = shown.prompt(messages)
    tokens = shown.tokens(text)
    spans = _spans(text, tokens)
    found, added, last = [], [], 0
    for one, place in zip(messages, _places(shown, messages, text), strict=True):
        if place is None:
            found.append(SentMessage(one["role"], None if one["content"] else 0, not one["content"]))
            continue
        start, end = place
        added.append(text[last:start])
        joined = _joined(spans, tokens, text, start) if one["content"].startswith("\n") else ""
        found.append(SentMessage(one["role"], _within(spans, text, start, end), True, joined))
        last = end
    added.append(text[last:])
    return PromptMade(text, tokens, tuple(found), tuple(filter(None, added)))


def template_made(shown: ChatFormat) -> TemplateMade:
    """Return how a target's chat template is, from prompts of marked messages; raises `TemplateRefusal`."""
    user = {"role": "user", "content": USER}
    alone = shown.prompt([user])
    trims = f"\n{USER} " not in shown.prompt([{"role": "user", "content": f"\n{USER} "}])
    (sent,) = prompt_made(shown, [{"role": "user", "content": f"\n{USER}"}]).messages
    try:
        both = shown.prompt([{"role": "system", "content": SYSTEM}, user])
    except TemplateRefusal as refusal:
        return TemplateMade("refused", words=str(refusal), trims=trims, joins=sent.joined)
    if SYSTEM not in both:
        return TemplateMade("dropped", trims=trims, joins=sent.joined)
    head, _, tail = both.partition(SYSTEM)
    gap = tail.partition(USER)[0]
    if not gap.strip() and alone.startswith(head):
        return TemplateMade("merged", gap=gap, trims=trims, joins=sent.joined)
    default = alone[len(head) : len(alone) - len(tail)] if alone.startswith(head) and alone.endswith(tail) else ""
    return TemplateMade(
        "own", default=default, empty=_empty(shown, alone, head + tail), trims=trims, joins=sent.joined
    )


@dataclass(frozen=True)
class SpelledToken:
    """A control token that examples spell: whether this model reads it as one, and in how many tokens."""

    spelling: str
    examples: tuple[str, ...]
    is_control: bool
    tokens: int


def spelled_tokens(shown: ChatFormat, spelled: Mapping[str, Sequence[str]]) -> tuple[SpelledToken, ...]:
    """Return how a model reads each spelling, given with the ids of the examples that have it.

    Spellings whose tokens aren't shown are left out.
    """
    found = []
    for spelling, examples in spelled.items():
        tokens = [one for one in shown.tokens(f"a {spelling} b") if one.piece.strip() not in (b"", b"a", b"b")]
        one = [token for token in tokens if token.text.strip() == spelling]
        if tokens:
            found.append(SpelledToken(spelling, tuple(examples), bool(one), len(one or tokens)))
    return tuple(found)


def _places(shown: ChatFormat, messages: Messages, text: str) -> list[tuple[int, int] | None]:
    """Return where each message's text starts and ends in a prompt; None where it isn't there as it was sent.

    What is around them is known from a prompt of marks: a text that a template cuts may look as if it were whole.
    """
    marks = [f"xmark{number}x" if one["content"] else "" for number, one in enumerate(messages)]
    rest = shown.prompt([{**one, "content": mark} for one, mark in zip(messages, marks, strict=True)])
    places: list[tuple[int, int] | None] = []
    end, known = 0, True
    for mark, one in zip(marks, messages, strict=True):
        if not mark or mark not in rest:
            places.append(None)
            continue
        before, _, rest = rest.partition(mark)
        start = end if known else max(text.find(before, end), end)
        known = text.startswith(f"{before}{one['content']}", start)
        end = start + len(before)
        places.append((end, end + len(one["content"])) if known else None)
        end += len(one["content"]) if known else 0
    if known and places and text[end:] != rest:
        places[-1] = None
    return places


def _empty(shown: ChatFormat, alone: str, emptied: str) -> EmptyFate:
    made = shown.prompt([{"role": "system", "content": ""}, {"role": "user", "content": USER}])
    return "as none" if made == alone else ("kept" if made == emptied else "otherwise")


def _spans(text: str, tokens: Sequence[Token]) -> list[tuple[int, int]]:
    """Return where each token starts and ends in a text's bytes; empty where they don't make up the text.

    A tokenizer may put a token before the text, for the beginning of a sequence, or a blank.
    """
    ends = list(accumulate((len(one.piece) for one in tokens), initial=0))
    held, whole = b"".join(one.piece for one in tokens), text.encode("utf-8", "surrogatepass")
    before = len(held) - len(whole)
    if before < 0 or held[before:] != whole:
        return []
    return [(start - before, end - before) for start, end in pairwise(ends)]


def _within(spans: Sequence[tuple[int, int]], text: str, start: int, end: int) -> int | None:
    low, high = (len(text[:place].encode("utf-8", "surrogatepass")) for place in (start, end))
    return sum(first < high and last > low for first, last in spans) if spans else None


def _joined(spans: Sequence[tuple[int, int]], tokens: Sequence[Token], text: str, start: int) -> str:
    place = len(text[:start].encode("utf-8", "surrogatepass"))
    across = (token for (first, last), token in zip(spans, tokens, strict=False) if first < place < last)
    return next((token.text for token in across), "")
