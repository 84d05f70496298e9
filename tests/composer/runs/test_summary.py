"""The result of a run: typed, and printed and stored under the keys that scripts read."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from typing import Any

from composer.answers.evaluator import Counts
from composer.evaluation.comparison import Comparison
from composer.evaluation.formatting import change, figure, interval
from composer.models.target import Target
from composer.prompts.composition import Composition
from composer.prompts.vocabulary import Vocabulary
from composer.runs.plan import Plan
from composer.runs.records import get_run
from composer.runs.summary import RunResult, run_result
from composer.search.problem import SearchResult
from composer.tables import RunRow
from library.database import Database
from tests import small

TEST = small.examples(0, 16)
FOUND = SearchResult(("exact", "topic"), 0.25, 12, "no clear gain was left")
KEYS = ["task", "target", "strategy", "seed", "cells", "tried", "stopped", "keys", "incumbent", "candidate"]
KEYS += ["difference", "examples", "gates", "candidate_id", "message", "seconds"]


def plan() -> Plan:
    task = small.task()
    target = Target(name="tiny", kind="embedded", model="qwen2.5-coder-0.5b")
    vocabulary = Vocabulary(task, small.snippets())
    return Plan(task, "small:0", target, vocabulary, Composition(task.base), "greedy", 7, 80)


def comparison() -> Comparison:
    golds = [round(float(one.gold)) for one in TEST]
    before = ["no idea" if place < 3 else '{"rating": 3}' for place in range(len(golds))]
    return small.compared(small.task(), TEST, before, [f'{{"rating": {gold}}}' for gold in golds])


def result(found: Comparison | None, number: int | None = None) -> RunResult:
    now = plan()
    composition = now.vocabulary.compose(FOUND.keys)
    return run_result(now, Counts(40, 10, 30), FOUND, composition, found, n=len(TEST), number=number)


def test_a_result_is_printed_as_it_was_before_it_had_a_type() -> None:
    found = comparison()
    figures = {one.name: one for one in found.figures}

    def side(name: str) -> dict[str, Any]:
        values = {one: getattr(figures[one], name) for one in ("nmse", "valid_nmse", "valid_rate")}
        return {
            "composite": values["nmse"],
            "valid_only": values["valid_nmse"],
            "valid_rate": values["valid_rate"],
            "n": 16,
        }

    metric = figures["nmse"]
    expected = {
        "task": "small",
        "target": "tiny",
        "strategy": "greedy",
        "seed": 7,
        "cells": {"asked": 40, "stored": 10, "paid": 30},
        "tried": 12,
        "stopped": "no clear gain was left",
        "keys": ["exact", "topic"],
        "incumbent": side("incumbent"),
        "candidate": side("candidate"),
        "difference": {
            "metric": "nmse",
            "value": metric.difference,
            "low": metric.low,
            "high": metric.high,
            "better_is": "lower",
        },
        "examples": asdict(found.counts),
        "gates": [asdict(gate) for gate in found.gates],
        "candidate_id": 4,
        "let_through": True,
        "message": "candidate 4 waits for review",
        "seconds": 2.5,
    }
    made = result(found, 4).model_copy(update={"seconds": 2.5})
    assert json.dumps(made.as_json()) == json.dumps(expected)
    assert [one for one in expected if one != "let_through"] == KEYS


def test_what_found_nothing_has_the_same_keys_and_no_figures() -> None:
    made = result(None)
    assert list(made.as_json()) == KEYS
    assert (made.incumbent, made.candidate, made.difference, made.examples) == (None, None, None, None)
    assert made.gates == ()
    assert "the test split was not read" in made.message


def test_the_message_names_the_gates_that_failed() -> None:
    found = comparison()
    gates = tuple(replace(gate, passed=False) for gate in found.gates[:2])
    made = result(replace(found, gates=gates), 4)
    metric = found.metric
    assert made.let_through is False
    assert made.message == (
        f"candidate 4 was not let through: NMSE {figure('nmse', metric.incumbent)} → 0, "
        f"{change('nmse', metric.difference)} {interval(metric)} on the test split; "
        f"2 gates failed: {gates[0].name}, {gates[1].name}"
    )
    advisory = tuple(replace(gate, binding=False) for gate in gates)
    assert result(replace(found, gates=advisory), 4).message == (
        f"candidate 4 waits for review; 2 gates failed: {gates[0].name}, {gates[1].name}"
    )


def test_a_result_older_than_why_the_search_stopped_is_read(submitted: Database) -> None:
    with submitted.session() as session:
        known = get_run(session, 1).result
        assert known is not None
        row = session.get_one(RunRow, 1)
        row.result = {name: value for name, value in row.result.items() if name != "stopped"}
        session.add(row)
    with submitted.session() as session:
        run = get_run(session, 1)
    assert run.result == known.model_copy(update={"stopped": None})
    assert run.candidate_id == 1


def test_a_run_that_has_not_ended_has_no_result(filled: Database) -> None:
    number = small.enter(filled)
    with filled.session() as session:
        run = get_run(session, number)
    assert (run.result, run.candidate_id, run.trace) == (None, None, ())
