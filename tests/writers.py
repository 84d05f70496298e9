"""A scripted reflection model: answers DSPy's own questions with prompts that a test gives it, in turn."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import dspy

from composer.models.connection import Connect
from composer.models.target import Target
from composer.optimizer.reflection import WRITTEN_TOKENS
from tests.scripted import ScriptedEngine, scripted_lm

_FIELD = re.compile(r"starting with the field `\[\[ ## (\w+) ## \]\]`")
SUMMARY = "The rows are short questions with documents."
"""What it says of the data where it is asked for that."""


def asked_for(user: str) -> str:
    """Return the output field that one of DSPy's questions asks for."""
    found = _FIELD.search(user)
    assert found is not None, user
    return found[1]


def writing(*prompts: str) -> ScriptedEngine:
    """Return a model that writes these prompts one after another, and then again, with DSPy's markers."""
    written = 0

    def answer(_system: str, user: str) -> str:
        nonlocal written
        field = asked_for(user)
        text = SUMMARY
        if field in ("new_instruction", "proposed_instruction"):
            text = prompts[written % len(prompts)]
            written += 1
        return f"[[ ## {field} ## ]]\n{text}\n\n[[ ## completed ## ]]"

    return ScriptedEngine(answer)


def rewritings(engine: ScriptedEngine) -> Sequence[tuple[str, str]]:
    """Return the questions that asked it for a prompt."""
    return [one for one in engine.asked if asked_for(one[1]).endswith("_instruction")]


def both(model: ScriptedEngine, writer: ScriptedEngine) -> Connect:
    """Return what reaches the model that answers and, for a target with room to write, the one that rewrites."""

    def connect(target: Target, say: Callable[[str], None]) -> dspy.LM:
        return scripted_lm(writer if target.max_tokens >= WRITTEN_TOKENS else model)

    return connect
