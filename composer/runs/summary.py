"""What a finished run says of itself: the object that `--json` prints."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from composer.answers.evaluator import Counts
from composer.evaluation.outcomes import Comparison
from composer.prompts.composition import Composition
from composer.runs.plan import Plan
from composer.search.problem import SearchResult


def summary_of(
    plan: Plan,
    counts: Counts,
    found: SearchResult,
    candidate: Composition,
    comparison: Comparison | None = None,
    *,
    n: int = 0,
    number: int | None = None,
) -> dict[str, Any]:
    """Summarise a run; `comparison` is None where the search found nothing, `number` is the candidate's id."""
    return {
        "task": plan.task.name,
        "target": plan.target.name,
        "strategy": plan.strategy,
        "seed": plan.seed,
        "cells": asdict(counts),
        "tried": found.tried,
        "stopped": found.stopped,
        "keys": list(candidate.keys),
        "incumbent": _side(comparison, "incumbent", n),
        "candidate": _side(comparison, "candidate", n),
        "difference": _difference(comparison),
        "examples": asdict(comparison.counts) if comparison else None,
        "gates": [asdict(gate) for gate in comparison.gates] if comparison else [],
        "candidate_id": number,
        "message": _message(found, comparison, number),
    }


def _side(comparison: Comparison | None, side: str, n: int) -> dict[str, Any] | None:
    if comparison is None:
        return None
    by_name = {figure.name: getattr(figure, side) for figure in comparison.figures}
    return {
        "composite": by_name[comparison.metric.name],
        "valid_only": getattr(comparison.figures[1], side),
        "valid_rate": by_name["valid_rate"],
        "n": n,
    }


def _difference(comparison: Comparison | None) -> dict[str, Any] | None:
    if comparison is None:
        return None
    metric = comparison.metric
    return {
        "metric": metric.name,
        "value": metric.difference,
        "low": metric.low,
        "high": metric.high,
        "better_is": metric.better_is,
    }


def _message(found: SearchResult, comparison: Comparison | None, number: int | None) -> str:
    if comparison is None:
        return (
            f"no candidate: none of {found.tried} compositions beat the incumbent in the search "
            f"({found.stopped}); the test split was not read"
        )
    metric = comparison.metric
    if number is None:
        return (
            f"no candidate: the best of {found.tried} compositions did not beat the incumbent on the test "
            f"split ({metric.name} {metric.incumbent:.4g} → {metric.candidate:.4g})"
        )
    failed = [gate.name for gate in comparison.gates if not gate.passed]
    gates = f"; {len(failed)} gate{'s' * (len(failed) > 1)} failed: {', '.join(failed)}" if failed else ""
    return f"candidate {number} waits for review{gates}"
