"""The matrix as the JSON value that `composer matrix --json` prints."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from math import isnan
from typing import Any

from composer.adaptation.records import Adaptation
from composer.analysis.data_summary import Part
from composer.evaluation.raters import Estimate
from composer.matrix.apart import Line
from composer.matrix.beside import Beside, OnTarget
from composer.matrix.effects import SnippetEffects
from composer.matrix.front import BY, trade
from composer.matrix.sizes import model_size
from composer.matrix.squares import Matrix, Square, disagreement


def matrix_value(matrix: Matrix, ends: Mapping[str, Part]) -> dict[str, Any]:
    """Return what counts now of each task on each target; `ends` has the floor and ceiling of tasks, by name."""
    sizes = {one.name: model_size(one) for one in matrix.targets}
    return {
        "tasks": [
            {
                "task": task.name,
                "metric": task.metric,
                "best_constant": asdict(ends[task.name].floor) if task.name in ends else None,
                "one_more_person": _triple(ends[task.name].ceiling) if task.name in ends else None,
                "squares": [square_value(one) for one in matrix.of(task.name)],
                "adaptations": [_adaptation(one) for one in matrix.adaptations.values() if one.task == task.name],
            }
            for task in matrix.tasks
        ],
        "targets": [
            {"target": name, **({"parameters": size.parameters, "bytes": size.bytes} if size else {})}
            for name, size in sizes.items()
        ],
    }


def square_value(one: Square) -> dict[str, Any]:
    """Return one square; its metric, and its disagreement with people, as `[figure, low, high]`."""
    plain = ("target", "kind", "split", "examples", "valid_only", "valid_rate", "seconds", "before", "dataset")
    return {
        "prompt": one.link,
        **{name: getattr(one, name) for name in plain},
        "cost_of_1000": one.cost,
        "candidate": one.candidate or None,
        one.metric: _triple(one.figure),
        "disagreement": _triple(disagreement(one)),
        "changed": list(one.changed),
    }


def task_value(
    matrix: Matrix, found: Beside, lines: Sequence[Line], effects: Sequence[SnippetEffects]
) -> dict[str, Any]:
    """Return what there is to know of one task across its targets."""
    return {
        "front": {
            by: [{"target": one.square.target, "prompt": one.square.link, by: one.at} for one in known.front]
            for by in BY
            for known in [trade(matrix, found.task.name, by)]
        },
        "side_by_side": {
            "prompt": found.prompt,
            "dev_examples": len(found.examples),
            "shared": len(found.shared),
            "targets": [_place(one) for one in found.places],
        },
        "disagree": [_line(one) for one in lines if one.differ],
        "snippets": [_effects(one) for one in effects],
    }


def _adaptation(one: Adaptation) -> dict[str, Any]:
    outcome = one.outcome
    return {
        "adaptation": one.id,
        "source": one.source,
        "target": one.target,
        "state": one.run_state,
        "outcome": outcome.kind if outcome else None,
        "candidate": outcome.candidate_id if outcome else None,
        "reasons": list(outcome.reasons) if outcome else [],
    }


def _place(one: OnTarget) -> dict[str, Any]:
    standing = one.standing
    return {
        "target": one.target.name,
        "prompt": one.link,
        "answered": one.answers.answered,
        "missing": len(one.missing),
        "found_on_these": one.made_here,
        "sealed": one.sealed,
        "figures": {name: _triple(each) for name, each in standing.figures.items()} if standing else {},
        "differences": [asdict(each) for each in standing.differences] if standing else [],
    }


def _line(one: Line) -> dict[str, Any]:
    return {
        "id": one.example.id,
        "gold": one.example.gold,
        "apart": one.apart,
        "answers": {name: each.value for name, each in one.given.items()},
        "raw": {name: each.text for name, each in one.given.items()},
    }


def _effects(one: SnippetEffects) -> dict[str, Any]:
    return {
        "key": one.key,
        "opposite": one.opposite,
        "apart": one.apart,
        "effects": {
            name: {**asdict(each.effect), "cells": each.cells, "run": each.run}
            for name, each in one.on.items()
            if each.effect
        },
    }


def _triple(one: Estimate | None) -> list[float | None] | None:
    return None if one is None else [None if isnan(value) else value for value in (one.value, one.low, one.high)]
