"""Simulated coverage: the truth is what many draws tend to, and intervals that are too narrow are found out."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from scipy.special import ndtr
from typer.testing import CliRunner

from composer.bench import coverage
from composer.bench.coverage import CASES, Case, Coverage, covered
from composer.cli.bench import app
from composer.evaluation import intervals
from library.errors import Refused


def quick(**changes: object) -> list[Coverage]:
    return covered(40, sizes=(30,), **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_truth_is_what_many_examples_show(case: Case) -> None:
    world = coverage._world(case, np.random.default_rng(1))
    before, after = world.drawn(200_000, np.random.default_rng(2))
    error = 4 * float((after.loss - before.loss).std()) / np.sqrt(200_000)
    assert float((after.loss - before.loss).mean()) == pytest.approx(world.truth("nmse") / 100, abs=error)
    assert after.valid.mean() - before.valid.mean() == pytest.approx(world.truth("valid_rate"), abs=0.005)
    assert np.isfinite(before.value[before.valid]).all()
    assert (before.loss[~before.valid] == 1).all()


def test_there_are_ties_constant_losses_and_cases_without_a_difference() -> None:
    worlds = {case.name: coverage._world(case, np.random.default_rng(1)) for case in CASES}
    drawn = {name: world.drawn(5000, np.random.default_rng(2)) for name, world in worlds.items()}
    ties = {name: float((before.loss == after.loss).mean()) for name, (before, after) in drawn.items()}
    assert min(ties["ties, gain"], ties["ties, no difference"], ties["all valid, ties, gain"]) > 0.6
    assert (drawn["constant loss before"][0].loss == 1).all()
    assert [worlds[case.name].truth("nmse") == 0 for case in CASES] == [case.equal for case in CASES]


def test_every_case_figure_and_size_is_told() -> None:
    found = quick()
    assert len({(one.figure, one.case) for one in found}) == len(found) == sum(len(case.figures) for case in CASES)
    assert {one.n for one in found} == {30}
    assert [one.false_improvement is None for one in found if one.figure == "nmse"] == [
        not case.equal for case in CASES
    ]


def test_it_is_the_same_every_time_and_on_several_processors() -> None:
    once = quick()
    assert quick() == once
    assert quick(jobs=2) == once
    assert quick(seed=1) != once


def test_intervals_that_are_too_narrow_are_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(coverage, "CASES", (CASES[0],))
    honest = covered(400, sizes=(100,))
    # Half as wide, which holds two thirds and is called 95%.
    monkeypatch.setattr(intervals, "Z", intervals.Z / 2)
    monkeypatch.setattr(intervals, "CONFIDENCE", 2 * float(ndtr(intervals.Z)) - 1)
    for one, other in zip(honest, covered(400, sizes=(100,)), strict=True):
        assert one.coverage > 0.9 > 0.8 > other.coverage
        assert (one.false_improvement or 0) < 0.06 < 0.1 < (other.false_improvement or 0)
        assert not other.good


def test_what_is_wanted_is_near_95_percent_and_seldom_fooled() -> None:
    one = Coverage("nmse", 50, "gain", 0.95, None)
    assert one.good
    assert not replace(one, coverage=0.929).good
    assert not replace(one, coverage=0.971).good
    assert not replace(one, false_improvement=0.031).good


@pytest.mark.parametrize("words", [{"simulations": 0}, {"simulations": 5, "jobs": 0}])
def test_a_number_that_makes_no_sense_is_refused(words: dict[str, int]) -> None:
    with pytest.raises(Refused, match="Name a whole number from 1"):
        covered(**words)


def test_the_command_tells_each_as_json_or_in_a_table(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(coverage, "CASES", CASES[:2])
    result = CliRunner().invoke(app, ["statistics", "--simulations", "4", "--json"])
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert set(told[0]) == {"figure", "n", "case", "coverage", "false_improvement"}
    assert {(one["figure"], one["n"]) for one in told} == {
        (figure, n) for figure in ("nmse", "valid_rate") for n in (50, 200, 1000)
    }
    shown = CliRunner().invoke(app, ["statistics", "--simulations", "4"]).stdout
    assert "n = 1,000" in shown
    assert "no difference" in shown
    refused = CliRunner().invoke(app, ["statistics", "--simulations", "0"])
    assert (refused.exit_code, "make no figure" in refused.stderr) == (1, True)
