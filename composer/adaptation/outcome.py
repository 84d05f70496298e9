"""What an adaptation came to: a candidate for the new target, or a no-go with its reasons."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

from composer.runs.summary import MetricDifference, ValidRate

Kind = Literal["candidate", "no-go"]
SideKind = Literal["source", "in use", "plain transfer", "adapted"]
SIDES: dict[SideKind, str] = {
    "source": "the prompt where it is in use",
    "in use": "what the new target has now",
    "plain transfer": "that prompt on the new target, unchanged",
    "adapted": "what the search found",
}


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Side(_Part):
    """One prompt on one target, measured on the `n` sealed examples.

    `composite` is the task's metric with its 95% interval `low` to `high`, `valid_only` that of valid answers
    alone, None where there was none; `valid_rate` is in [0, 1], `seconds` the mean time of an answer.
    """

    kind: SideKind
    target: str
    keys: tuple[str, ...]
    composite: float
    low: float
    high: float
    valid_only: float | None
    valid_rate: float
    seconds: float
    n: int


class Cost(_Part):
    """What an adaptation took: answers needed and those paid for, seconds at work, and money where known.

    `full` is how many answers it would have needed if its search had used its whole budget, and it had read the
    sealed examples for every prompt.
    """

    answers: int
    paid: int
    full: int
    seconds: float
    money: float | None


class Outcome(_Part):
    """How an adaptation ended.

    A candidate has passed the gates of the policy, and beats the best constant answer; everything else is a no-go,
    whose `reasons` are whole sentences, the main one first. `candidate_id` may be set in a no-go too: what was
    measured has a page of its own. `sides` are those measured on the sealed examples. `floor` is the best constant
    answer's figure, `ceiling` one more person's, None where there are no single ratings. `reachable` is the
    probability, by the answers of the search, that some composition beats the floor; `sights` are sentences on
    what a larger budget could find. `dev_gain` is the search's estimate of what the adapted prompt gains over
    plain transfer on dev examples, `against_transfer` the same on the sealed ones, in the metric's units.
    """

    kind: Kind
    metric: str
    candidate_id: int | None
    keys: tuple[str, ...]
    reasons: tuple[str, ...]
    sides: tuple[Side, ...]
    against_transfer: MetricDifference | None
    dev_gain: float | None
    floor: float
    floor_answer: str
    ceiling: float | None
    best_valid: ValidRate | None
    reachable: float | None
    sights: tuple[str, ...]
    cost: Cost

    def side(self, kind: SideKind) -> Side | None:
        """Return one of the sides; None where it was not measured."""
        return next((one for one in self.sides if one.kind == kind), None)
