"""Leave one out: what does not help is dropped from the incumbent."""

from __future__ import annotations

import pytest

from composer.search.constraints import Rules
from composer.search.prune import prune
from tests.composer.search.worlds import World, found


def test_it_drops_what_harms_and_what_does_nothing_but_keeps_what_helps() -> None:
    best = found(World(noise=0), prune, budget=800, incumbent=("a", "c", "j"))
    assert best.keys == ("a",)
    assert best.gain == pytest.approx(0.2, abs=0.02)


def test_an_incumbent_without_snippets_has_nothing_to_prune() -> None:
    best = found(World(), prune)
    assert (best.keys, best.reason, best.tried) == ((), "exhausted", 0)
    assert "nothing to prune" in best.stopped


def test_what_must_stay_stays() -> None:
    kept = Rules(max_length=4, stay=frozenset({"c"}), requires={"a": frozenset({"d"})})
    assert found(World(noise=0.01), prune, incumbent=("a", "c", "d"), rules=kept, budget=800).keys == (
        "a",
        "c",
        "d",
    )
