"""The gates of a policy: conditions a candidate's comparison has to pass."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Literal

from composer.data.examples import Example
from composer.evaluation.formatting import bracketed, figure
from composer.evaluation.outcomes import LOSS_TOLERANCE, Difference, Gate, Row
from composer.task.policy import GateKind
from composer.task.task import Task


def check_gates(
    task: Task, examples: Sequence[Example], differences: Mapping[str, Difference], rows: Sequence[Row]
) -> tuple[Gate, ...]:
    """Return the gates of the task's policy, the one that every policy has first.

    `differences` maps each figure's name to its difference; `rows` are the n examples in the order of
    `examples`. Raises `KeyError` where the policy names a figure that wasn't compared.
    """
    policy = task.policy.gates
    gates: list[tuple[GateKind, Gate]] = [("improves", improves(differences[task.metric]))]
    if policy.valid_rate:
        gates.append(("valid_rate", _not_worse("valid rate", differences["valid_rate"], 0.0)))
    for name in policy.not_worse:
        gates.append(("not_worse", _not_worse(name, differences[name], policy.tolerance.get(name, 0.0))))
    if policy.must_not_regress:
        bound = [row for row, example in zip(rows, examples, strict=True) if example.must_not_regress]
        lost = [row.example_id for row in bound if row.outcome == "worse"]
        gate = Gate("must not regress", not lost, f"{len(bound) - len(lost)}/{len(bound)}")
        gates.append(("must_not_regress", gate))
    if policy.max_worse_share is not None:
        share = sum(row.outcome == "worse" for row in rows) / len(rows)
        limit = policy.max_worse_share
        gates.append(("max_worse_share", Gate(f"worse ≤ {limit:.0%}", share <= limit, f"{share:.1%}")))
    if policy.max_extra_tokens is not None:
        extra, limit = differences["tokens"].difference or 0.0, policy.max_extra_tokens
        gates.append(("max_extra_tokens", Gate(f"tokens ≤ +{limit}", extra <= limit, f"{extra:+.0f}")))
    if policy.max_seconds_growth is not None:
        gates.append(("max_seconds_growth", _growth("seconds", differences, policy.max_seconds_growth)))
    if policy.max_cost_growth is not None:
        gates.append(("max_cost_growth", _growth("cost", differences, policy.max_cost_growth)))
    return tuple(replace(gate, binding=kind not in policy.advisory) for kind, gate in gates)


def let_through(metric: Difference, gates: Sequence[Gate], *, may_override: bool) -> bool:
    """Whether a composition goes on to a review: every binding gate passes, or somebody may override it.

    Where a binding gate fails and the metric is no better, it doesn't, whoever may override.
    """
    return all(gate.passed for gate in gates if gate.binding) or (may_override and metric.improved)


def improves(metric: Difference) -> Gate:
    """Return the gate that every policy has: the interval is clear of no difference, on the better side."""
    if metric.low is None or metric.high is None:
        return Gate("improves", False, "no interval")
    clear = metric.high < 0 if metric.better_is == "lower" else metric.low > 0
    return Gate("improves", clear, bracketed(f"{metric.low:+.3g}", f"{metric.high:+.3g}"))


def _growth(name: Literal["seconds", "cost"], differences: Mapping[str, Difference], limit: float) -> Gate:
    """Fail where a figure grew by more than a share of what it was, and where nothing says whether it did."""
    one, called = differences.get(name), f"{name} ≤ +{limit:.0%}"
    grown = one.growth if one else None
    if one is None or grown is None:
        reported = bool(differences["tokens"].incumbent)
        why = {
            "seconds": "the answers have no seconds",
            "cost": "the target has no price_per_million_tokens" if reported else "the target reports no tokens",
        }
        return Gate(called, False, f"not known: {why[name]}")
    sides = " → ".join(figure(name, value) for value in (one.incumbent, one.candidate))
    return Gate(called, grown <= limit + LOSS_TOLERANCE, f"{grown:+.1%} ({sides})")


def _not_worse(name: str, difference: Difference, tolerance: float) -> Gate:
    """Fail where a figure got worse by more than the tolerance, or clearly: by its whole interval."""
    if difference.difference is None:
        # Undefined before and after alike (no valid answer on a side) can't have got worse than nothing.
        return Gate(name, difference.incumbent is None, "—")
    change = difference.difference if difference.better_is == "higher" else -difference.difference
    way = "fall" if difference.better_is == "higher" else "rise"
    allowed = f" (may {way} by {tolerance:g})" if tolerance else ""
    passed = change >= -tolerance - LOSS_TOLERANCE and difference.direction != "worse"
    return Gate(name, passed, f"{difference.difference:+.3g}{allowed}")
