"""One answer of a target, as it came."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Answer:
    """What a target said to one question.

    `text` may be empty. Tokens are the target's own counts, 0 where it reports none; `seconds` is the time
    from asking to having the answer; `finish_reason` is "stop", "length" or another reason DSPy knows.
    """

    text: str
    prompt_tokens: int
    completion_tokens: int
    seconds: float
    finish_reason: str
