"""What a head start is worth: answers with one as a share of those without, on a target and on many."""

from __future__ import annotations

import pytest
from rich.console import Console

from composer.bench.catalogue import WORLDS
from composer.bench.families import read_families
from composer.bench.head_starts import HeadStart, as_records, head_starts, tables
from composer.bench.replay import Record
from tests.composer.bench.conftest import record

FAMILY = "synthetic/carried-sparse-28-a"
NAMES = ("effects", "effects-prior")


def runs(
    target: int, strategy: str, gains: dict[int, float], oracle: float = 0.2, spread: float = 0.0
) -> list[Record]:
    """Return what three searches of each budget came to, their gains so far apart."""
    at = {"world": f"{FAMILY}/{target}", "strategy": strategy, "oracle_truth": oracle}
    return [
        record(**at, budget=budget, paid=budget, seed=seed, truth=gain + spread * (seed - 1))
        for budget, gain in gains.items()
        for seed in range(3)
    ]


def found(*curves: list[Record]) -> dict[tuple[str, float], HeadStart]:
    starts = head_starts([one for curve in curves for one in curve], read_families(WORLDS))
    return {(one.where, one.level): one for one in starts}


BOTH = (
    runs(1, "effects", {100: 0.1, 400: 0.2}),
    runs(1, "effects-prior", {100: 0.2, 400: 0.2}),
    runs(2, "effects", {100: 0.0, 400: 0.2}),
    runs(2, "effects-prior", {100: 0.1, 400: 0.2}),
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
    assert family.shares == {100: pytest.approx((0.25, 0.75)), 400: pytest.approx((1.0, 1.0))}
    assert starts["all carried", 0.5].times == family.times


def test_a_level_that_was_not_reached_has_no_ratio() -> None:
    slow = found(runs(1, "effects", {100: 0.1}), runs(1, "effects-prior", {100: 0.2}))[f"{FAMILY}/1", 0.9]
    assert (slow.without, slow.given, slow.times) == (None, pytest.approx(90), None)


def test_what_dips_by_chance_is_levelled() -> None:
    dips = {100: 0.17, 200: 0.13, 400: 0.2}  # with more answers no less is found: 0.15, 0.15, 0.2
    one = found(runs(1, "effects", {100: 0.1, 400: 0.2}), runs(1, "effects-prior", dips))[f"{FAMILY}/1", 0.9]
    assert one.given == pytest.approx(200 + 200 * 0.03 / 0.05)


def test_the_share_has_an_interval_over_seeds_that_is_a_point_where_all_find_the_same() -> None:
    sure = found(*BOTH)["all carried", 0.9]
    assert sure.low == sure.high == pytest.approx(sure.times)
    apart = found(*(runs(1, name, {100: 0.05, 400: 0.2, 800: 0.3}, spread=0.04) for name in NAMES))
    wide = apart["all carried", 0.9]
    ends = (wide.low, wide.times, wide.high)
    assert None not in ends
    assert ends == tuple(sorted(set(ends), key=float))


def test_an_end_of_the_interval_is_not_known_where_searches_do_not_get_there() -> None:
    rarely = found(runs(1, "effects", {100: 0.2}), runs(1, "effects-prior", {100: 0.18}, spread=0.05))
    one = rarely[f"{FAMILY}/1", 0.9]
    assert one.low is not None
    assert one.high is None
    never = found(*(runs(1, name, {100: 0.1}) for name in NAMES))[f"{FAMILY}/1", 0.9]
    assert (never.low, never.high) == (None, None)


def test_shares_are_told_at_the_budgets_of_both() -> None:
    one = found(runs(1, "effects", {100: 0.1, 400: 0.2}), runs(1, "effects-prior", {200: 0.1, 400: 0.19}))
    assert one[f"{FAMILY}/1", 0.9].shares == {400: pytest.approx((1.0, 0.95))}


def test_a_target_searched_in_one_way_only_is_left_out() -> None:
    assert found(runs(1, "effects", {100: 0.1}), runs(1, "greedy", {100: 0.1})) == {}
    assert found(*(runs(1, name, {100: 0.0}, oracle=0.0) for name in NAMES)) == {}


def test_the_table_has_a_row_for_each_and_so_has_the_json() -> None:
    starts = list(found(*BOTH).values())
    console = Console(record=True, width=80)
    console.print(tables(starts))
    text = console.export_text()
    assert "answers to 90%" in text
    assert "0.26 [0.26, 0.26]" in text
    assert "25% / 75%" in text
    assert len(as_records(starts)) == len(starts)
    assert as_records(starts)[0].keys() >= {"where", "without", "given", "times", "low", "high"}
