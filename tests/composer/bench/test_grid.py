"""The grid runs everything once, in an order of its own, the same bytes however often and however shared."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from composer.bench.grid import as_json, run_grid
from library.errors import Refused

STRATEGIES = ["random", "greedy"]


def test_every_search_is_recorded_once_and_sorted(folder: Path) -> None:
    told: list[int] = []
    records = run_grid(
        [str(folder), "synthetic/null-60-a"],
        STRATEGIES,
        [40, 20, 40],
        seeds=7,
        on_done=lambda searches, _runs: told.append(searches),
    )
    keys = [(record.world, record.strategy, record.budget, record.seed) for record in records]
    assert keys == [
        (world, strategy, budget, seed)
        for world in ("small", "synthetic/null-60-a")
        for strategy in ("greedy", "random")
        for budget in (20, 40)
        for seed in range(7)
    ]
    assert told == sorted(told)
    assert told[-1] == len(records)


def test_two_runs_give_the_same_bytes(folder: Path) -> None:
    one, other = (as_json(run_grid([str(folder)], STRATEGIES, [30, 60], seeds=6)) for _ in range(2))
    assert one == other
    assert len(json.loads(one)) == 24


def test_several_processes_give_the_same_bytes(folder: Path) -> None:
    worlds = [str(folder), "synthetic/sparse-60-a"]
    alone = as_json(run_grid(worlds, ["random"], [40], seeds=6))
    assert as_json(run_grid(worlds, ["random"], [40], seeds=6, jobs=2)) == alone


def test_seeds_differ_and_more_seeds_leave_the_first_ones_as_they_were() -> None:
    few = run_grid(["synthetic/sparse-60-a"], ["random"], [100], seeds=2)
    many = run_grid(["synthetic/sparse-60-a"], ["random"], [100], seeds=6)
    assert many[:2] == few
    assert len({record.keys for record in many}) > 1


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"strategies": ["guess"]}, "no strategy is called guess"),
        ({"strategies": []}, "no strategy"),
        ({"strategies": ["random", "random"]}, "named twice"),
        ({"budgets": [50, 0]}, "a budget of 0"),
        ({"seeds": 0}, "number of seeds of 0"),
        ({"jobs": -1}, "number of jobs of -1"),
        ({"earlier": 0}, "number of earlier answers of 0"),
    ],
)
def test_what_makes_no_sense_is_refused(folder: Path, change: dict[str, object], said: str) -> None:
    asked = {"worlds": [str(folder)], "strategies": ["random"], "budgets": [50], "seeds": 1, **change}
    with pytest.raises(Refused, match=said) as refusal:
        run_grid(**asked)  # type: ignore[arg-type]
    assert refusal.value.fix


def test_two_worlds_of_one_name_are_refused(folder: Path, tmp_path: Path) -> None:
    folder.rename(tmp_path / "one")
    shutil.copytree(tmp_path / "one", tmp_path / "two")
    with pytest.raises(Refused, match="two worlds are called small"):
        run_grid([str(tmp_path / "one"), str(tmp_path / "two")], ["random"], [10], seeds=1)


def test_no_records_are_an_empty_list() -> None:
    assert json.loads(as_json([])) == []


def test_a_head_start_is_searched_beside_the_same_search_without_one() -> None:
    worlds = ["synthetic/carried-sparse-28-a/1"]
    both = run_grid(worlds, ["effects", "effects-prior"], [60], seeds=2, earlier=100)
    alone = run_grid(worlds, ["effects"], [60], seeds=2)
    assert [one.strategy for one in both] == ["effects"] * 2 + ["effects-prior"] * 2
    assert both[:2] == alone


def test_a_head_start_on_a_world_without_a_family_is_refused() -> None:
    with pytest.raises(Refused, match="synthetic/null-60-a is of none"):
        run_grid(["synthetic/null-60-a"], ["effects-prior"], [50], seeds=1)
