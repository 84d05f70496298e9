"""Answers that come to nothing for one cause: noticed after the first few, before a budget is spent on more."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from composer.evaluation.parsing import Cause, parse_answer
from composer.models.answer import Answer
from composer.models.target import Target
from composer.task.task import Output
from library.errors import Refused

FIRST = 8
"""Answers after which it is looked whether most of them are malformed for one cause."""
BEYOND_SNIPPETS: frozenset[Cause] = frozenset(
    {"cut off", "reasoning", "content filter", "refusal", "tool call", "empty"}
)
"""Causes that no snippet mends: it isn't what the answer says, but that it says nothing or thinks aloud."""

_ADVICE: Mapping[Cause, str] = {
    "cut off": "Raise max_tokens in the target file (it is {max_tokens} now); a model that reasons first needs a "
    "thousand or more. Or have it reason less, by a setting of the server.",
    "reasoning": "Have the server keep reasoning apart from the answer (vLLM: --reasoning-parser, llama.cpp: "
    "--reasoning-format), or turn it off.",
    "content filter": "Relax the filter at the provider, leave such examples out of the data, or choose another "
    "model.",
    "refusal": "Reword the base prompt so that the model sees what the answers are for, or choose another model.",
    "tool call": "Turn tools off for this model at the server.",
    "empty": "Look at one answer by itself: often the chat template doesn't fit the model, or max_tokens "
    "({max_tokens} now) is too small for what it thinks first.",
    "unreadable": "Look at these answers: the server sends something else than a text in UTF-8.",
    "format": "Write in the base prompt, or in a snippet, exactly what the answer has to look like.",
}


_AT_THE_SERVER: frozenset[Cause] = frozenset({"reasoning", "content filter", "tool call", "empty", "unreadable"})
_ANEW = "After a change at the server, write another `revision` in the target file: then it is asked again."
"""Stored answers are kept for good, and what changes at a server doesn't make it another target by itself."""


@dataclass(frozen=True)
class Most:
    """The cause of most answers so far: `number` of `total` are malformed for it, one of them by this `error`."""

    cause: Cause
    number: int
    total: int
    error: str
    finish_reason: str

    def __str__(self) -> str:
        details = [self.error] if self.error != self.cause else []
        details += [f"finish_reason {self.finish_reason}"] if self.finish_reason else []
        counted = f"{self.number} of {self.total} answers are malformed for one cause: {self.cause}"
        return f"{counted} ({', '.join(details)})" if details else counted


class MostlyMalformed(Refused):
    """Most answers of a target came to nothing for one cause, which no composition mends."""


class Watch:
    """Counts the malformed answers that a target gives to a task, by cause.

    Each answer is shown to it once, those that were stored already too: a run that goes on is judged like one that
    was never broken off.
    """

    def __init__(self, output: Output, target: Target) -> None:
        self._output = output
        self._target = target
        self._total = 0
        self._number: Counter[Cause] = Counter()
        self._seen: dict[Cause, tuple[str, str]] = {}

    def see(self, answer: Answer) -> None:
        """Take note of an answer; raises `MostlyMalformed` where most of the first few came to nothing."""
        self._total += 1
        parsed = parse_answer(self._output, answer)
        if not parsed.valid:
            self._number[parsed.cause] += 1
            self._seen.setdefault(parsed.cause, (parsed.error, answer.finish_reason))
        if self._total == FIRST:
            self.check()

    def check(self) -> None:
        """Raise `MostlyMalformed` where most answers so far came to nothing for a cause that no snippet mends."""
        most = self.most()
        if most is None or most.cause not in BEYOND_SNIPPETS:
            return
        address = f" at {self._target.api_base}" if self._target.api_base else ""
        raise MostlyMalformed(
            str(most),
            where=f"target {self._target.name}{address}",
            fix=f"{self.advice(most.cause)} The answers so far are kept.",
        )

    def most(self) -> Most | None:
        """Return the cause for which more than half of all answers so far are malformed; None where none is."""
        for cause, number in self._number.most_common(1):
            if 2 * number > self._total:
                return Most(cause, number, self._total, *self._seen[cause])
        return None

    def in_words(self) -> str:
        """Say for which cause most answers so far are malformed, and what to change; empty where most aren't."""
        most = self.most()
        return f"{most}. {self.advice(most.cause)}" if most else ""

    def advice(self, cause: Cause) -> str:
        """Return what to change so that answers are no longer malformed for this cause."""
        advice = _ADVICE[cause].format(max_tokens=self._target.max_tokens)
        server = self._target.kind == "server" and cause in _AT_THE_SERVER
        return f"{advice} {_ANEW}" if server else advice
