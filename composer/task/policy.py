"""What a task asks of its reviewers before a prompt is released: approvals, gates, and who may override them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from library.roles import Role
from library.validation import invalid

Risk = Literal["low", "high"]
Excluded = Literal["proposer", "authors"]
NewerVersion = Literal["stale", "notice"]
Check = Literal["by hand", "on new labels"]
GateKind = Literal[
    "improves",
    "valid_rate",
    "not_worse",
    "must_not_regress",
    "max_worse_share",
    "max_extra_tokens",
    "max_seconds_growth",
    "max_cost_growth",
]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Gates(_Part):
    """What a candidate must pass besides being better: limits on what it may break.

    Those in `advisory` are shown, and hold nothing up. `tolerance` is by how much a figure of `not_worse`
    may get worse, in that figure's own units. Seconds and money an answer may grow by a share of what they were:
    0.2 is a fifth more.
    """

    valid_rate: bool = True
    must_not_regress: bool = True
    not_worse: tuple[Annotated[str, Field(min_length=1, max_length=300)], ...] = ()
    tolerance: Mapping[str, Annotated[float, Field(ge=0, le=100)]] = {}
    max_worse_share: float | None = Field(default=None, ge=0, le=1)
    max_extra_tokens: int | None = Field(default=None, ge=0, le=1_000_000)
    max_seconds_growth: float | None = Field(default=None, ge=0, le=100)
    max_cost_growth: float | None = Field(default=None, ge=0, le=100)
    advisory: tuple[GateKind, ...] = ()


class Drift(_Part):
    """When a prompt in use is below what is asked of it, and what happens then.

    It is below where the whole interval of a scoring is worse than `worst`, or worse than at its release by more
    than `drop`; both are in the units of the task's metric, and one of them is enough. With `check: on new labels`
    it is scored as soon as labelled rows arrive. With `run` a search of `budget` answers is then entered and
    started.
    """

    worst: float | None = Field(default=None, ge=0, le=100)
    drop: float | None = Field(default=None, ge=0, le=100)
    check: Check = "by hand"
    run: bool = False
    budget: int | None = Field(default=None, ge=1, le=1_000_000)

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.worst is not None and self.drop is not None:
            raise invalid("worst and drop are two thresholds", fix="Keep one of them.")
        if self.run and self.worst is None and self.drop is None:
            raise invalid("a run is asked for, but no threshold is set", fix="Write worst or drop.")
        if self.run != (self.budget is not None):
            what = "a run is asked for without a budget" if self.run else "there is a budget, but no run"
            raise invalid(what, fix="Write both `run: true` and `budget: N`, or neither.")
        return self


@dataclass(frozen=True)
class Terms:
    """A policy with the defaults of the task's risk filled in.

    `approvals` people must approve, none of those in `exclude` among them; `every_regression` asks for a
    reviewer's disposition of each example that got worse; people with a role of `override` may let a candidate
    pass although a gate fails.
    """

    approvals: int
    exclude: tuple[Excluded, ...]
    every_regression: bool
    override: tuple[Role, ...]


class Policy(_Part):
    """Who must approve, and which gates there are; what is None follows from the task's risk.

    At high risk: two people other than the proposer, and a disposition of every regression. At low risk: one
    person, whoever it is. With `keep_incumbent` every candidate keeps the snippets of the prompt in use, in
    their wording. `newer_version` is what a newer version of one of its snippets, vetted or in draft, does to a
    candidate that was measured before: it makes it stale, or is a notice to its reviewers. `drift` is how prompts
    in use are watched; None shows how they do, and asks for nothing.
    """

    approvals: int | None = Field(default=None, ge=1, le=20)
    exclude: tuple[Excluded, ...] | None = None
    every_regression: bool | None = None
    override: tuple[Role, ...] = ()
    gates: Gates = Gates()
    keep_incumbent: bool = False
    newer_version: NewerVersion = "stale"
    drift: Drift | None = None

    def terms(self, risk: Risk) -> Terms:
        """Return what the policy asks for in a task of this risk."""
        high = risk == "high"
        exclude: tuple[Excluded, ...] = ("proposer",) if high else ()
        return Terms(
            self.approvals if self.approvals is not None else (2 if high else 1),
            exclude if self.exclude is None else self.exclude,
            high if self.every_regression is None else self.every_regression,
            self.override,
        )
