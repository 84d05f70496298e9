"""The evidence of a candidate: the paired comparison and all that identifies it, under one hash."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from composer.candidates.measurement import Measured
from composer.evaluation.comparison import Comparison
from composer.evaluation.outcomes import Row
from composer.prompts.composition import Composition
from library.canonical import text_digest


def evidence_of(
    measured: Measured, comparison: Comparison, search: Mapping[str, Any], *, reads_before: int
) -> dict[str, Any]:
    """Gather all that an approval rests on, as one JSON value; `search` says how the candidate was found."""
    task = measured.task
    return {
        "task": {"name": task.name, "hash": task.hash, "metric": task.metric},
        "target": {"name": measured.target.name, "hash": measured.target.hash},
        "data": {
            "dataset": measured.dataset,
            "split": "test",
            "examples": [example.id for example in measured.examples],
        },
        "incumbent": _side(measured.incumbent, measured.cells["incumbent"]),
        "candidate": _side(measured.candidate, measured.cells["candidate"]),
        "figures": [asdict(figure) for figure in comparison.figures],
        "gates": [asdict(gate) for gate in comparison.gates],
        "counts": dict(comparison.counts),
        "slices": [asdict(one) for one in comparison.slices],
        "rows": [asdict(row) for row in comparison.rows],
        "search": dict(search),
        "test_reads_before": reads_before,
    }


def _side(composition: Composition, cells: Sequence[str]) -> dict[str, Any]:
    return {
        "fingerprint": composition.fingerprint,
        "prompt_sha256": text_digest(composition.text),
        "snippets": [
            {"key": version.key, "version": version.version, "sha256": version.sha256}
            for version in composition.versions
        ],
        "cells": list(cells),
    }


def summary_of(evidence: Mapping[str, Any]) -> dict[str, Any]:
    """Return what lists and the rules of approval need of a candidate's evidence."""
    return _summary(evidence, tuple(Row(**row) for row in evidence["rows"]))


def _summary(evidence: Mapping[str, Any], rows: Sequence[Row]) -> dict[str, Any]:
    worse = sorted((row for row in rows if row.outcome == "worse"), key=lambda row: (-row.change, row.example_id))
    return {
        "task_hash": evidence["task"]["hash"],
        "target_hash": evidence["target"]["hash"],
        "dataset": evidence["data"]["dataset"],
        "prompts": {side: evidence[side]["prompt_sha256"] for side in ("incumbent", "candidate")},
        "figures": evidence["figures"],
        "gates": evidence["gates"],
        "counts": evidence["counts"],
        "worse": [row.example_id for row in worse],
    }
