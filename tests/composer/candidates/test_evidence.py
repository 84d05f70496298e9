"""Evidence: typed, and written byte for byte as the canonical JSON whose hash approvals bind to."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

import pytest
from pydantic import ValidationError
from sqlmodel import col, select

from composer.candidates.evidence import (
    Evidence,
    Measured,
    MeasurementPlan,
    SearchRecord,
    ServedModel,
    evidence_of,
)
from composer.candidates.records import get_candidate
from composer.evaluation.outcomes import Comparison, Gate, OutcomeCounts, Row
from composer.models.target import Target
from composer.prompts.composition import Composition
from composer.runs.plan import plan_run
from composer.tables import CellRow
from composer.task.policy import Gates, Policy
from library.canonical import canonical_bytes, text_digest
from library.database import Database
from tests import small

TEST = tuple(small.example(number, "test", slice="even" if number % 2 == 0 else "odd") for number in range(16))
SEARCH = SearchRecord(strategy="greedy", seed=3, budget=80, tried=12, estimate=0.25, stopped="converged")


def comparison() -> Comparison:
    """Two of the answers before are malformed, and three get worse, by one or by two."""
    golds = [round(float(one.gold)) for one in TEST]
    before = ["no idea" if place < 2 else f'{{"rating": {6 - gold}}}' for place, gold in enumerate(golds)]
    after = [f'{{"rating": {gold}}}' for gold in golds]
    for place, off in ((2, 1), (7, 2), (12, 1)):
        before[place] = f'{{"rating": {golds[place]}}}'
        after[place] = f'{{"rating": {golds[place] + (off if golds[place] < 3 else -off)}}}'
    return small.compared(small.task(), TEST, before, after, tokens=(10, 14))


def measured() -> Measured:
    task, (first, second, *_) = small.task(), small.snippets()
    sides = (Composition(task.base), Composition(task.base, (first, second)))
    cells = {side: [text_digest(f"{side} {one.id}") for one in TEST] for side in ("incumbent", "candidate")}
    target = Target(name="tiny", kind="embedded", model="qwen2.5-coder-0.5b")
    return Measured(MeasurementPlan(task, target, "small:0", TEST, *sides), cells)


def evidence() -> Evidence:
    return evidence_of(measured(), comparison(), SEARCH, reads_before=2)


def as_it_was_first_written(now: Measured, found: Comparison) -> dict[str, Any]:
    """The JSON value that evidence was gathered into before it had a type."""

    def side(composition: Composition, cells: Any) -> dict[str, Any]:
        return {
            "fingerprint": composition.fingerprint,
            "prompt_sha256": text_digest(composition.text),
            "snippets": [
                {"key": one.key, "version": one.version, "sha256": one.sha256} for one in composition.versions
            ],
            "cells": list(cells),
        }

    plan = now.plan
    return {
        "task": {"name": plan.task.name, "hash": plan.task.hash, "metric": plan.task.metric},
        "target": {"name": plan.target.name, "hash": plan.target.hash},
        "data": {"dataset": plan.dataset, "split": "test", "examples": [one.id for one in plan.examples]},
        "incumbent": side(plan.incumbent, now.cells["incumbent"]),
        "candidate": side(plan.candidate, now.cells["candidate"]),
        "figures": [asdict(figure) for figure in found.figures],
        "gates": [asdict(gate) for gate in found.gates],
        "counts": {"better": 13, "same": 0, "worse": 3},
        "slices": [asdict(one) for one in found.slices],
        "rows": [asdict(row) for row in found.rows],
        "search": SEARCH.model_dump(exclude={"start"}),
        "test_reads_before": 2,
    }


def in_first_format() -> dict[str, Any]:
    """Evidence without slices, advisory gates, and labels and answers in its rows."""
    old = as_it_was_first_written(measured(), comparison())
    del old["slices"]
    old["gates"] = [{name: gate[name] for name in ("name", "passed", "figure")} for gate in old["gates"]]
    losses = ("example_id", "incumbent_loss", "candidate_loss", "incumbent_valid", "candidate_valid")
    old["rows"] = [{name: row[name] for name in losses} for row in old["rows"]]
    return old


def test_the_evidence_identifies_all_it_rests_on(submitted: Database) -> None:
    with submitted.session() as session:
        candidate = get_candidate(session, 1)
        plan = plan_run(session, "small", "tiny", strategy="greedy", seed=0, budget=100)
        cells = set(session.exec(select(CellRow.key).where(col(CellRow.target) == plan.target.hash)))
    found = candidate.evidence
    assert (found.task.hash, found.task.metric) == (plan.task.hash, "nmse")
    assert (found.target.hash, found.data.dataset, found.data.split) == (plan.target.hash, plan.dataset, "test")
    for side in (found.incumbent, found.candidate):
        assert len(side.cells) == len(found.data.examples) == 16
        assert cells.issuperset(side.cells)
        assert len(side.prompt_sha256) == 64
    assert found.candidate.snippets
    assert found.search.budget == 100
    assert candidate.evidence_hash == text_digest(canonical_bytes(found.as_json()).decode())


def test_evidence_without_malformed_answers_is_written_as_it_was_before_it_had_a_type() -> None:
    none_malformed = replace(comparison(), malformed=())
    found = evidence_of(measured(), none_malformed, SEARCH, reads_before=2)
    assert canonical_bytes(found.as_json()) == canonical_bytes(as_it_was_first_written(measured(), none_malformed))


def test_malformed_answers_are_all_that_evidence_of_now_has_beside() -> None:
    error = "not JSON: Expecting value at character 1"
    malformed = [
        {"example_id": name, "side": "incumbent", "error": error, "finish_reason": "stop", "refusal": ""}
        for name in ("test-00", "test-01")
    ]
    assert canonical_bytes(evidence().as_json()) == canonical_bytes(
        {**as_it_was_first_written(measured(), comparison()), "malformed": malformed}
    )


def test_the_models_that_a_server_reported_are_part_of_the_evidence() -> None:
    served = (ServedModel(model="m-2026", fingerprint="fp_1"),)
    found = evidence_of(replace(measured(), served=served), comparison(), SEARCH, reads_before=2)
    assert found.as_json("target")["target"]["served"] == [{"model": "m-2026", "fingerprint": "fp_1"}]
    assert Evidence.model_validate_json(canonical_bytes(found.as_json())) == found


@pytest.mark.parametrize(
    "content",
    [evidence().as_json(), as_it_was_first_written(measured(), comparison()), in_first_format()],
    ids=["of now", "without malformed answers", "first format"],
)
def test_evidence_that_was_read_is_written_again_as_the_same_bytes(content: dict[str, Any]) -> None:
    stored = canonical_bytes(content)
    read = Evidence.model_validate_json(stored)
    assert canonical_bytes(read.as_json()) == stored
    changed = read.model_copy(update={"test_reads_before": 7})
    assert canonical_bytes(changed.as_json()) == canonical_bytes({**content, "test_reads_before": 7})
    assert read.as_json("figures", "gates") == {name: read.as_json()[name] for name in ("figures", "gates")}


def test_what_evidence_of_the_first_format_lacks_is_read_as_defaults() -> None:
    read = Evidence.model_validate(in_first_format())
    assert read.slices == ()
    assert all(gate.binding for gate in read.gates)
    row = read.rows[0]
    assert (row.gold, row.slice, row.must_not_regress, row.incumbent_value, row.candidate_value) == (
        ("", "", False, None, None)
    )
    assert row.incumbent_loss == comparison().rows[0].incumbent_loss


def test_the_parts_read_are_those_that_were_measured() -> None:
    read, found = Evidence.model_validate_json(canonical_bytes(evidence().as_json())), comparison()
    assert (read.figures, read.gates, read.rows, read.slices) == (
        (found.figures, found.gates, found.rows, found.slices)
    )
    assert read.counts == OutcomeCounts(better=13, same=0, worse=3)
    assert read == evidence()


def test_the_outcome_lists_the_regressions_the_worst_first() -> None:
    outcome = evidence().outcome()
    assert outcome.worse == ("test-07", "test-02", "test-12")
    assert (outcome.task_hash, outcome.dataset) == (small.task().hash, "small:0")
    assert outcome.prompts.candidate == text_digest(measured().plan.candidate.text)
    assert list(outcome.as_json("gates", "figures")) == ["figures", "gates"]


def test_a_figure_that_is_no_number_never_becomes_evidence() -> None:
    found = comparison()
    first, *others = found.figures
    with pytest.raises(ValidationError, match="finite number"):
        evidence_of(
            measured(),
            replace(found, figures=(replace(first, difference=float("nan")), *others)),
            SEARCH,
            reads_before=0,
        )


@pytest.mark.parametrize("part", ["", "gates", "rows", "search"])
def test_a_field_that_evidence_does_not_have_is_refused(part: str) -> None:
    content = evidence().as_json()
    place = content if not part else content[part]
    (place[0] if isinstance(place, list) else place)["note"] = "fine"
    with pytest.raises(ValidationError, match=r"note"):
        Evidence.model_validate(content)


def test_evidence_cannot_be_changed_in_place() -> None:
    found = evidence()
    with pytest.raises(ValidationError, match="frozen"):
        found.gates = (Gate("improves", True, ""),)  # type: ignore[misc]
    assert isinstance(found.rows[0], Row)


def test_the_price_of_a_target_is_kept_where_a_gate_goes_by_the_cost() -> None:
    plan = measured().plan
    priced = plan.target.model_copy(update={"price_per_million_tokens": 0.2})
    gated = plan.task.model_copy(update={"policy": Policy(gates=Gates(max_cost_growth=0.1))})
    apart = {"price_per_million_input_tokens": 0.1, "price_per_million_output_tokens": 0.4}
    two = plan.target.model_copy(update=apart)
    for target, task, kept in (
        (priced, plan.task, {}),
        (two, plan.task, {}),
        (priced, gated, {"price_per_million_tokens": 0.2}),
        (two, gated, apart),
    ):
        some = replace(measured(), plan=replace(plan, target=target, task=task))
        found = evidence_of(some, comparison(), SEARCH, reads_before=2)
        written = found.as_json("target")["target"]
        assert {name: value for name, value in written.items() if "price" in name} == kept
        assert found.target.prices == (target.prices if kept else None)
        assert Evidence.model_validate(found.as_json()) == found
