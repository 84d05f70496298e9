"""Paired forward selection: it adds, drops and swaps, and isn't taken in by noise."""

from __future__ import annotations

from composer.search.constraints import Rules
from composer.search.greedy import greedy
from tests.composer.search.worlds import World, found


def test_greedy_adds_what_helps_and_drops_what_harms() -> None:
    best = found(World(noise=0.02), greedy, budget=1500, incumbent=("c", "d"))
    assert {"a", "b"} <= set(best.keys)
    assert not {"c", "d"} & set(best.keys)


def test_greedy_asks_for_a_round_at_once_and_for_no_more_than_fits() -> None:
    world = World(noise=0.02)
    found(world, greedy, budget=23)
    assert world.calls == 1
    assert len(world.asked) == 20


def test_from_noise_alone_greedy_promises_little() -> None:
    gains = [found(World({}, noise=0.2), greedy, seed=seed).gain for seed in range(10)]
    assert sum(gains) / len(gains) < 0.1


def test_greedy_swaps_where_no_snippet_may_be_added() -> None:
    best = found(World(noise=0.02), greedy, incumbent=("c", "d"), rules=Rules(max_length=2))
    assert "a" in best.keys
