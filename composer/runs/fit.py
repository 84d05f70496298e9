"""Which examples are too long for a target's context, found before a run costs more than a few answers."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass

from composer.answers.evaluator import Evaluator
from composer.data.examples import Example
from composer.models.answer import Answer
from composer.models.client import TooLong
from composer.models.target import Target
from composer.prompts.composition import Composition

TEMPLATE_TOKENS = 256
"""More than a model's template puts around the messages."""
NAMED = 5
"""How many examples a refusal names with the command that leaves them out."""


def may_not_fit(
    evaluator: Evaluator, composition: Composition, examples: Sequence[Example], target: Target
) -> bool:
    """Whether an example could exceed the target's context: a token is a byte or more, so most never can."""
    sizes = [_size(evaluator, composition, example) for example in examples]
    return max(sizes, default=0) + target.max_tokens + TEMPLATE_TOKENS > target.context


def check_fit(evaluator: Evaluator, composition: Composition, examples: Sequence[Example]) -> None:
    """Ask about the longest example, and where it doesn't fit, look for the longest that does.

    What is asked is kept like every answer: one, or about log2 of the number of examples. Raises `TooLong`
    naming all that don't fit, with what to do about them, and what asking raises.
    """
    ordered = sorted(examples, key=lambda one: (-_size(evaluator, composition, one), one.id))
    low, high = -1, len(ordered)  # what lies up to low doesn't fit, what lies from high on does
    refused, longest = None, None
    while high - low > 1:
        middle = (low + high) // 2 if refused else 0
        try:
            answer = evaluator.answers(composition, [ordered[middle]])[0]
        except TooLong as problem:
            low, refused = middle, problem
        else:
            high, longest = middle, _Fitting(ordered[middle], answer)
    if refused is None:
        return
    sizes = [_size(evaluator, composition, one) for one in ordered[:high]]
    per_byte = longest.answer.prompt_tokens / _size(evaluator, composition, longest.example) if longest else 0.0
    misfits = [_Misfit(one, round(size * per_byte)) for one, size in zip(ordered, sizes, strict=False)]
    raise _refusal(refused, misfits, longest, evaluator.task.name)


@dataclass(frozen=True)
class _Fitting:
    example: Example
    answer: Answer


@dataclass(frozen=True)
class _Misfit:
    example: Example
    tokens: int

    @property
    def line(self) -> str:
        tokens = f", about {self.tokens:,} tokens with the prompt" if self.tokens else ""
        return f"{self.example.id}: {self.example.characters:,} characters{tokens}"


def _size(evaluator: Evaluator, composition: Composition, example: Example) -> int:
    """Bytes of an example's messages."""
    (question,) = evaluator.questions(composition, [example])
    return sum(len(message["content"].encode()) for message in question.messages)


def _refusal(refused: TooLong, misfits: Sequence[_Misfit], longest: _Fitting | None, task: str) -> TooLong:
    count = "1 example doesn't" if len(misfits) == 1 else f"{len(misfits):,} examples don't"
    fits = f"; the longest that does has {longest.answer.prompt_tokens:,} tokens" if longest else ""
    limit = longest.example.characters if longest else 0
    by_length = len(misfits) > NAMED and all(one.example.characters > limit for one in misfits)
    chosen = f"--longer-than {limit}" if by_length else " ".join(shlex.quote(one.example.id) for one in misfits)
    return TooLong(
        f"{count} fit into the context{fits}",
        where=refused.where,
        fix=f'`composer data leave-out {task} {chosen} --reason "too long"` leaves them out; or shorten them in '
        f"your file, or use a target with a larger context. The target answered: {refused.what}.",
        problems=[one.line for one in misfits],
    )
