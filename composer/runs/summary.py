"""The result of a finished run: the object that `--json` prints."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from composer.answers.evaluator import Counts
from composer.evaluation.formatting import NAMES, change, figure, interval
from composer.evaluation.gates import let_through
from composer.evaluation.outcomes import Better, Comparison, Gate, OutcomeCounts
from composer.prompts.composition import Composition
from composer.runs.plan import Plan
from composer.search.problem import SearchResult


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True)


class SideFigures(_Part):
    """One prompt on the `n` test examples: the composite metric, that of valid answers alone, the valid rate."""

    composite: float | None
    valid_only: float | None
    valid_rate: float | None
    n: int


class MetricDifference(_Part):
    """The composite metric's difference, candidate minus incumbent, with its 95% interval."""

    metric: str
    value: float | None
    low: float | None
    high: float | None
    better_is: Better


class ValidRate(_Part):
    """How many of `answers` answers of a composition in the search were valid."""

    keys: tuple[str, ...]
    valid: int
    answers: int


def best_valid(validity: Mapping[tuple[str, ...], tuple[int, int]]) -> ValidRate | None:
    """Return the composition with the highest share of valid answers, of equals the one asked most."""
    rates = [
        ValidRate(keys=keys, valid=valid, answers=total) for keys, (valid, total) in validity.items() if total
    ]
    return max(rates, key=lambda one: (one.valid / one.answers, one.answers), default=None)


class RunResult(_Part):
    """What a finished run came to.

    `keys` name the best composition. Both sides, their difference and `examples` are None where the search
    found nothing, and the test split was not read; `candidate_id` and `let_through` are None then too. What is
    not let through has a page of its own like any other; in results older than that it has no candidate.
    `stopped` is why the search stopped, None in results older than this field; `seconds` is the run's time.
    `reachable` is the probability that some composition undercuts the bar, and `more` the loss that the
    composition which looked best would save over it: None where the search had no bar. `best_valid` is the
    composition whose answers in the search were valid most often, None where nothing was carried over.
    """

    task: str
    target: str
    strategy: str
    seed: int
    cells: Counts
    tried: int
    stopped: str | None = None
    keys: tuple[str, ...]
    incumbent: SideFigures | None
    candidate: SideFigures | None
    difference: MetricDifference | None
    examples: OutcomeCounts | None
    gates: tuple[Gate, ...]
    candidate_id: int | None
    let_through: bool | None = None
    message: str
    seconds: float = 0.0
    reachable: float | None = None
    more: float | None = None
    best_valid: ValidRate | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the JSON value that is stored with the run, and printed."""
        # Without these parts a result is the same JSON as before there were any.
        later = ("let_through", "reachable", "more", "best_valid")
        return self.model_dump(mode="json", exclude={name for name in later if getattr(self, name) is None})


def run_result(
    plan: Plan,
    counts: Counts,
    found: SearchResult,
    candidate: Composition,
    comparison: Comparison | None = None,
    *,
    n: int = 0,
    number: int | None = None,
    malformed: str = "",
    best_valid: ValidRate | None = None,
) -> RunResult:
    """Summarise a run; `comparison` is None where the search found nothing, `number` is the candidate's id.

    `malformed` is why most answers are malformed, in a sentence or more; empty where most are well-formed.
    """
    passes = None
    if comparison is not None:
        may_override = bool(plan.task.terms.override)
        passes = let_through(comparison.metric, comparison.gates, may_override=may_override)
    return RunResult(
        task=plan.task.name,
        target=plan.target.name,
        strategy=plan.strategy,
        seed=plan.seed,
        cells=counts,
        tried=found.tried,
        stopped=found.stopped,
        keys=candidate.keys,
        incumbent=_side(comparison, "incumbent", n),
        candidate=_side(comparison, "candidate", n),
        difference=_difference(comparison),
        examples=comparison.counts if comparison else None,
        gates=comparison.gates if comparison else (),
        candidate_id=number,
        let_through=passes,
        reachable=found.reachable,
        more=found.more,
        best_valid=best_valid,
        message="; ".join(
            filter(None, [_message(found, comparison, number, passes), "" if passes else malformed.rstrip(".")])
        ),
    )


def _side(comparison: Comparison | None, side: Literal["incumbent", "candidate"], n: int) -> SideFigures | None:
    if comparison is None:
        return None
    by_name = {figure.name: getattr(figure, side) for figure in comparison.figures}
    return SideFigures(
        composite=by_name[comparison.metric.name],
        valid_only=getattr(comparison.figures[1], side),
        valid_rate=by_name["valid_rate"],
        n=n,
    )


def _difference(comparison: Comparison | None) -> MetricDifference | None:
    if comparison is None:
        return None
    metric = comparison.metric
    return MetricDifference(
        metric=metric.name, value=metric.difference, low=metric.low, high=metric.high, better_is=metric.better_is
    )


def _message(found: SearchResult, comparison: Comparison | None, number: int | None, passes: bool | None) -> str:
    if found.reason == "unreachable":
        return f"no candidate: {found.stopped}; the test split was not read"
    if comparison is None:
        return (
            f"no candidate: none of {found.tried} compositions beat the incumbent in the search "
            f"({found.stopped}); the test split was not read"
        )
    failed = [gate.name for gate in comparison.gates if not gate.passed]
    gates = f"; {len(failed)} gate{'s' * (len(failed) > 1)} failed: {', '.join(failed)}" if failed else ""
    if passes:
        return f"candidate {number} waits for review{gates}"
    metric = comparison.metric
    sides = f"{figure(metric.name, metric.incumbent)} → {figure(metric.name, metric.candidate)}"
    by = f"{change(metric.name, metric.difference)} {interval(metric)}".rstrip()
    return f"candidate {number} was not let through: {NAMES[metric.name]} {sides}, {by} on the test split{gates}"
