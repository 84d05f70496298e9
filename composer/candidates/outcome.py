"""What the measurement of a candidate came to: the part of its evidence that lists read."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict

from composer.evaluation.outcomes import Difference, Gate, OutcomeCounts


class Part(BaseModel):
    """The base of evidence, outcomes and their parts: frozen, and without unknown fields."""

    # An instance given is checked like a value read: what JSON has no form for (NaN) never becomes evidence.
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, revalidate_instances="always")


class PromptHashes(Part):
    """The sha256 of both prompts' texts, in hex."""

    incumbent: str
    candidate: str


class Outcome(Part):
    """What a candidate's measurement came to, and the hashes of what it was measured on.

    `figures` are the task's, the composite metric first; `worse` are the ids of the examples that got worse,
    the worst first.
    """

    task_hash: str
    target_hash: str
    dataset: str
    prompts: PromptHashes
    figures: tuple[Difference, ...]
    gates: tuple[Gate, ...]
    counts: OutcomeCounts
    worse: tuple[str, ...]

    def as_json(self, *names: str) -> dict[str, Any]:
        """Return the JSON value that is stored beside the evidence: all its fields, or those of `names` alone."""
        return self.model_dump(mode="json", include=set(names) or None)
