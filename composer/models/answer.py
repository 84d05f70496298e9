"""One answer of a target, as it came."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Answer:
    """What a target answered to one question.

    `text` may be empty. Tokens are the target's own counts, 0 where it reports none; `seconds` is the time
    from asking to having the answer; `finish_reason` is the target's own name for why it ended ("stop", "length",
    "tool_calls", …), empty where it gives none.

    `refusal` is what a model that declines says instead of an answer. `reasoning` is what it thought first, which
    nobody parses, and `reasoning_tokens` how many of the `completion_tokens` that took, 0 where it isn't reported.
    `problem` says why no task can read this answer, whatever its text; empty for any other. `served_model` and
    `system_fingerprint` are what a server says it answered with, empty where it doesn't.
    """

    text: str
    prompt_tokens: int
    completion_tokens: int
    seconds: float
    finish_reason: str
    refusal: str = ""
    reasoning: str = ""
    reasoning_tokens: int = 0
    problem: str = ""
    served_model: str = ""
    system_fingerprint: str = ""
