"""The report: shares of the oracle's gain, answers to reach it, and how often the gate was fooled."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from rich.console import Console

from composer.bench import grid, report
from composer.bench.chart import chart, draw
from composer.bench.replay import Record
from composer.bench.report import read_records, summarised
from composer.bench.tables import tables
from composer.optimizer.strategies import DEFAULT_STRATEGY
from library.errors import Refused
from tests.composer.bench.conftest import record


def curve(strategy: str, gains: dict[int, float], world: str = "small") -> list[Record]:
    return [
        record(strategy, budget, seed, world=world, gain_test=gain + spread)
        for budget, gain in gains.items()
        for seed, spread in enumerate((-0.01, 0.0, 0.01, 0.0))
    ]


def test_a_point_is_the_mean_over_seeds_with_its_interval() -> None:
    (point,) = summarised(curve("random", {100: 0.1})).points
    assert (point.seeds, point.paid) == (4, 100)
    assert point.gain == pytest.approx(0.1)
    assert -0.01 <= point.low - 0.1 < 0 < point.high - 0.1 <= 0.01
    assert point.oracle == pytest.approx(0.2)
    assert point.share(point.gain) == pytest.approx(0.5)


def test_answers_to_reach_a_share_lie_on_the_mean_curve() -> None:
    reach = summarised(curve("random", {100: 0.08, 200: 0.2}) + curve("greedy", {100: 0.04, 200: 0.1})).reach
    needs = {(one.level, one.strategy): one.answers for one in reach}
    assert needs[0.9, "random"] == pytest.approx(100 + 100 * (0.9 - 0.4) / (1 - 0.4))
    assert needs[0.5, "random"] == pytest.approx(100 + 100 * (0.5 - 0.4) / (1 - 0.4))
    assert needs[0.9, "greedy"] is None
    assert needs[0.5, "greedy"] == pytest.approx(200)


def test_the_first_answers_count_from_nothing() -> None:
    (reach, _) = summarised(curve("random", {100: 0.2})).reach
    assert reach.answers == pytest.approx(90)


def test_the_default_is_set_against_the_best_rival() -> None:
    records = curve(DEFAULT_STRATEGY, {100: 0.2}) + curve("zig", {200: 0.2}) + curve("zag", {300: 0.2})
    ratio = summarised(records).ratios[0]
    assert (ratio.level, ratio.rival) == (0.9, "zig")
    assert ratio.times == pytest.approx(2)


def test_worlds_of_one_group_are_taken_together() -> None:
    records = curve("random", {100: 0.2}, "one") + curve("random", {100: 0.1}, "two")
    reach = {one.world: one.answers for one in summarised(records).reach if one.level == 0.5}
    assert reach["one"] == pytest.approx(50)
    assert reach["two"] == pytest.approx(100)
    assert reach[report.RECORDED] == pytest.approx(100 * 0.5 / 0.75)


def test_where_the_oracle_gains_nothing_no_share_is_taken() -> None:
    summary = summarised([record(oracle_test=0.4, oracle_truth=0.0)])
    assert summary.reach == ()
    assert summary.points[0].share(0.1) is None
    assert summary.promotions[0].group.endswith("nothing to gain")


def test_promotions_of_what_is_no_better_are_counted() -> None:
    runs = [
        record(seed=0, promoted=True, truth=-0.01),
        record(seed=1, promoted=True, truth=0.1),
        record(seed=2, promoted=False, truth=-0.02),
        record(seed=3, promoted=True, truth=0.0),
    ]
    (row,) = summarised(runs).promotions
    assert (row.runs, row.worse, row.promoted, row.fooled, row.harmed) == (4, 0.5, 0.75, 0.5, 0.25)


def test_a_group_s_share_is_the_mean_over_its_worlds_seed_by_seed() -> None:
    records = [
        record(world=world, seed=seed, gain_test=gain * (1 + seed))
        for world, gain in (("one", 0.02), ("two", 0.04))
        for seed in range(2)
    ]
    oracle = records[0].incumbent_test - records[0].oracle_test
    (group,) = summarised(records).groups
    assert (group.world, group.seeds) == (report.RECORDED, 2)
    assert group.gain == pytest.approx(0.03 * 1.5 / oracle)


def test_a_group_s_share_is_told_only_where_all_its_worlds_were_searched() -> None:
    both = curve("random", {100: 0.04, 200: 0.08}, "one") + curve("random", {100: 0.06, 200: 0.1}, "two")
    summary = summarised(both + curve("random", {400: 0.2}, "one"))
    assert [group.budget for group in summary.groups] == [100, 200]
    (half,) = (one for one in summary.reach if one.world == report.RECORDED and one.level == 0.5)
    assert (half.answers, half.most) == (None, 200)


def test_what_was_found_is_told_on_dev_and_for_recorded_worlds_only() -> None:
    records = [record(gain_dev=0.15), record(gain_dev=0.05, seed=1), record(world="synthetic/sparse-60-b")]
    (found,) = summarised(records).found
    assert (found.world, found.share(found.gain)) == ("small", pytest.approx(0.5))


def test_files_are_read_together_and_no_search_twice(tmp_path: Path) -> None:
    one, other = tmp_path / "one.json", tmp_path / "other.json"
    one.write_text(grid.as_json([record()]))
    other.write_text(grid.as_json([record(budget=200)]))
    assert [found.budget for found in read_records([one, other])] == [100, 200]
    with pytest.raises(Refused, match="budget 100 and seed 0 is recorded more than once"):
        read_records([one, other, one])


def test_records_are_read_as_they_were_written(tmp_path: Path) -> None:
    records = [record(), record("random")]
    path = tmp_path / "records.json"
    path.write_text(grid.as_json(records))
    assert read_records([path]) == records


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[]", "holds no records"),
        ("{}", "no records of a benchmark"),
        ("oops", "no records of a benchmark"),
        (grid.as_json([record()]).replace('"paid": 100', '"paid": "much"'), "record 1, field paid"),
    ],
)
def test_what_is_no_benchmark_is_refused(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "records.json").write_text(text)
    with pytest.raises(Refused, match=said):
        read_records([tmp_path / "records.json"])


def test_the_tables_tell_all_of_it() -> None:
    records = curve(DEFAULT_STRATEGY, {100: 0.1, 200: 0.2}) + curve("zig", {100: 0.05, 200: 0.1})
    console = Console(width=120)
    with console.capture() as captured:
        console.print(tables(summarised(records)))
    text = captured.get()
    for said in ("small", "zig", "50 [46, 54]", "Answers to reach 90%", "> 200", "180", "truly no better"):
        assert said in text, said


def test_the_summary_is_one_json_document() -> None:
    told = json.loads(report.as_json(summarised(curve("random", {100: 0.1}))))
    assert told["points"][0]["share"] == 0.5
    assert set(told) == {"points", "found", "groups", "reach", "ratios", "promotions"}


BEGINNINGS = {"png": b"\x89PNG", "svg": b"<svg", "html": b"<!DOCTYPE html>"}


@pytest.mark.parametrize("ending", BEGINNINGS)
def test_the_chart_is_written_in_each_form_and_needs_no_network(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"chart.{ending}"
    draw(summarised(curve("random", {100: 0.1, 200: 0.2})), path)
    content = path.read_bytes()
    assert content.lstrip().startswith(BEGINNINGS[ending])
    assert b"<script src" not in content


def test_worlds_of_one_kind_share_a_facet_where_there_are_too_many() -> None:
    names = [
        f"synthetic/{kind}-{size}-{half}" for kind in ("a", "b", "c", "d") for size in (60, 200) for half in "ab"
    ]
    few, many = (
        {row["world"] for row in _data([one for name in some for one in curve("random", {100: 0.1}, name)])}
        for some in (names[:4], names)
    )
    assert few == set(names[:4])
    assert many == {"synthetic: a", "synthetic: b", "synthetic: c", "synthetic: d"}


def test_a_chart_of_another_form_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"no chart can be written as \.gif"):
        draw(summarised(curve("random", {100: 0.1})), tmp_path / "chart.gif")


def _data(records: list[Record]) -> list[dict[str, object]]:
    (rows,) = chart(summarised(records).points).to_dict()["datasets"].values()
    return list(rows)
