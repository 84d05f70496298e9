"""A DSPy adapter that sends the task's own messages and reads answers strictly."""

from __future__ import annotations

from typing import Any

import dspy

from composer.evaluation.parsing import parse
from composer.prompts.messages import render
from composer.task.task import Task


class VerbatimAdapter(dspy.Adapter):  # type: ignore[misc]
    """Formats exactly what was measured and what ships; `parse` raises `dspy.AdapterParseError` when malformed."""

    def __init__(self, task: Task) -> None:
        super().__init__()
        self.task = task

    def format(
        self, signature: type[dspy.Signature], demos: list[dict[str, Any]], inputs: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Return the task's messages with the signature's instructions as prompt; demos are refused."""
        if demos:
            raise ValueError("demos are text nobody vetted: a composition has none")
        return [dict(message) for message in render(signature.instructions, self.task.message, inputs)]

    def parse(self, signature: type[dspy.Signature], completion: str) -> dict[str, Any]:
        """Return the one output field, or raise `dspy.AdapterParseError` saying what is malformed."""
        parsed = parse(self.task.output, completion)
        if not parsed.valid:
            raise dspy.AdapterParseError(
                adapter_name=type(self).__name__,
                signature=signature,
                lm_response=completion,
                message=parsed.error,
            )
        return {self.task.output.field: parsed.value}
