"""However many examples a search takes from the front, they are a fair sample."""

from __future__ import annotations

from collections import Counter

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from composer.search.stratified_order import stratified_order

strata = st.dictionaries(
    st.text("abc123", min_size=1, max_size=4), st.sampled_from("xyz"), min_size=1, max_size=40
)


@given(strata=strata, seed=st.integers(0, 99))
def test_every_prefix_holds_each_stratum_nearly_in_its_share(strata: dict[str, str], seed: int) -> None:
    order = stratified_order(tuple(strata), strata, np.random.default_rng(seed))
    assert sorted(order) == sorted(strata)
    whole = Counter(strata.values())
    for size in range(1, len(order) + 1):
        held = Counter(strata[example] for example in order[:size])
        for name, count in whole.items():
            share = count / len(order)
            assert abs(held[name] - share * size) <= 0.5 + share * len(whole) / 2


def test_chance_decides_within_a_stratum_and_the_same_seed_decides_the_same() -> None:
    examples = tuple(f"e{number:02}" for number in range(20))
    strata = {example: "even" if place % 2 else "odd" for place, example in enumerate(examples)}
    orders = [stratified_order(examples, strata, np.random.default_rng(seed)) for seed in (0, 0, 1)]
    assert orders[0] == orders[1] != orders[2]
    firsts = Counter(stratified_order(examples, {}, np.random.default_rng(seed))[0] for seed in range(200))
    assert len(firsts) == 20


def test_examples_of_no_stratum_are_one_together() -> None:
    examples = tuple("abcdefgh")
    order = stratified_order(examples, {"a": "rare", "b": "rare"}, np.random.default_rng(0))
    assert sorted(order) == sorted(examples)
    assert len({"a", "b"} & set(order[:4])) == 1
