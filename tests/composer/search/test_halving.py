"""Successive halving: it knows what its rungs cost, and fills its budget."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from composer.search.halving import cost, halving
from tests.composer.search.worlds import World, found


@given(arms=st.integers(1, 60), start=st.integers(1, 8), examples=st.integers(1, 60))
@settings(max_examples=50, deadline=None)
def test_halving_knows_what_its_rungs_cost(arms: int, start: int, examples: int) -> None:
    alive, size, cells = arms, min(start, examples), set[tuple[int, int]]()
    while True:
        cells |= {(arm, example) for arm in range(-1, alive) for example in range(size)}
        if alive <= 2 or size == examples:
            break
        alive, size = (alive + 1) // 2, min(2 * size, examples)
    assert cost(arms, start, examples) == len(cells)


def test_halving_uses_most_of_its_budget_and_takes_more_examples_where_the_space_is_small() -> None:
    world = World()
    found(world, halving, budget=400)
    assert 300 < len(world.asked) <= 400
    small = World()
    found(small, halving, budget=400, snippets=("a", "b"), ordered=False)
    assert len({example for _, example in small.asked}) > 30
