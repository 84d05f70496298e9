"""What a head start is worth: answers with one as a share of those without, on a target and on many."""

from __future__ import annotations

import pytest
from rich.console import Console

from composer.bench.catalogue import WORLDS
from composer.bench.families import read_families
from composer.bench.head_starts import HeadStart, as_records, head_starts, tables
from composer.bench.report import Point

FAMILY = "synthetic/carried-sparse-28-a"


def points(target: int, strategy: str, gains: dict[int, float], oracle: float = 0.2) -> list[Point]:
    return [
        Point(f"{FAMILY}/{target}", strategy, budget, 5, budget, gain, gain, gain, oracle)
        for budget, gain in gains.items()
    ]


def found(*curves: list[Point]) -> dict[tuple[str, float], HeadStart]:
    starts = head_starts([point for curve in curves for point in curve], read_families(WORLDS))
    return {(one.where, one.level): one for one in starts}


BOTH = (
    points(1, "effects", {100: 0.1, 400: 0.2}),
    points(1, "effects-prior", {100: 0.2, 400: 0.2}),
    points(2, "effects", {100: 0.0, 400: 0.2}),
    points(2, "effects-prior", {100: 0.1, 400: 0.2}),
)


def test_each_target_and_the_means_of_its_family_are_compared() -> None:
    starts = found(*BOTH)
    assert {where for where, _ in starts} == {f"{FAMILY}/1", f"{FAMILY}/2", FAMILY, "all carried"}
    own = starts[f"{FAMILY}/1", 0.9]
    assert (own.without, own.given) == (pytest.approx(340), pytest.approx(90))
    assert own.times == pytest.approx(90 / 340)
    family = starts[FAMILY, 0.5]
    assert (family.targets, family.without) == (2, pytest.approx(200))
    assert family.given == pytest.approx(200 / 3)
    assert starts["all carried", 0.5].times == family.times


def test_a_level_that_was_not_reached_has_no_ratio() -> None:
    slow = found(points(1, "effects", {100: 0.1}), points(1, "effects-prior", {100: 0.2}))[f"{FAMILY}/1", 0.9]
    assert (slow.without, slow.given, slow.times) == (None, pytest.approx(90), None)


def test_a_target_searched_in_one_way_only_is_left_out() -> None:
    assert found(points(1, "effects", {100: 0.1}), points(1, "greedy", {100: 0.1})) == {}
    assert found(*(points(1, name, {100: 0.0}, oracle=0.0) for name in ("effects", "effects-prior"))) == {}


def test_the_table_has_a_row_for_each_and_so_has_the_json() -> None:
    starts = list(found(*BOTH).values())
    console = Console(record=True, width=160)
    console.print(tables(starts))
    text = console.export_text()
    assert "answers to 90%" in text
    assert "0.26" in text
    assert len(as_records(starts)) == len(starts)
    assert as_records(starts)[0].keys() >= {"where", "without", "given", "times"}
