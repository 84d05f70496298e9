"""One search on a world: within its budget, judged on what it never saw, and the same every time."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from composer.bench import replay
from composer.bench.replay import Bench
from composer.bench.world import NotRecorded, World
from composer.optimizer.strategies import STRATEGIES
from composer.search.problem import BudgetedScorer, Keys, SearchResult


@pytest.fixture
def bench(world: World) -> Bench:
    return Bench(world)


def finding(
    monkeypatch: pytest.MonkeyPatch, keys: Keys, look: Callable[[BudgetedScorer], object] | None = None
) -> None:
    """Register the strategy `sure`, which finds these keys after it has looked."""

    def sure(scorer: BudgetedScorer, rng: np.random.Generator) -> SearchResult:
        if look is not None:
            look(scorer)
        return SearchResult(keys, 0.0, len(scorer.tried), "sure of it", reason="settled")

    monkeypatch.setattr(replay, "CONTESTANTS", {"sure": sure})


def test_a_record_says_what_was_paid_and_gained(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    finding(monkeypatch, ("kind",), lambda scorer: scorer.gain(("kind",), ("d0", "d1", "d2")))
    record = bench.run("sure", 50, 3)
    assert (record.world, record.strategy, record.budget, record.seed) == ("small", "sure", 50, 3)
    assert (record.paid, record.tried, record.keys, record.stopped) == (6, 1, ("kind",), "settled")
    # Both are one snippet long, so that they differ by what the snippets do alone.
    assert (record.gain_dev, record.gain_test, record.truth) == (0.5, 0.5, 0.5)
    assert record.promoted
    (was_dev, was_test), (best_dev, best_test) = (
        bench.world.losses(("loud",)),
        bench.world.losses(("kind", "strict")),
    )
    assert record.incumbent_dev == round(was_dev.mean(), 6)
    assert record.incumbent_test == round(was_test.mean(), 6)
    assert (record.oracle_dev, record.oracle_test) == (round(best_dev.mean(), 6), round(best_test.mean(), 6))


def test_the_incumbent_gains_nothing_and_is_not_promoted(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    finding(monkeypatch, ("loud",))
    record = bench.run("sure", 50, 0)
    assert (record.gain_dev, record.gain_test, record.truth, record.promoted) == (0, 0, 0, False)


def test_what_harms_is_not_promoted(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    finding(monkeypatch, ("polite", "loud"))
    record = bench.run("sure", 50, 0)
    assert record.gain_test < 0
    assert not record.promoted


def test_a_strategy_cannot_reach_the_test_examples(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    finding(monkeypatch, ("kind",), lambda scorer: scorer.gain(("kind",), ("t0",)))
    with pytest.raises(NotRecorded, match="test example"):
        bench.run("sure", 50, 0)


def test_a_find_that_the_rules_forbid_fails_loudly(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    for keys, why in ((("short", "kind", "strict"), "more than 2"), (("kind", "short"), "out of order")):
        finding(monkeypatch, keys)
        with pytest.raises(ValueError, match=why):
            bench.run("sure", 50, 0)


@pytest.mark.parametrize("strategy", STRATEGIES)
@pytest.mark.parametrize("budget", [1, 30, 150])
def test_strategies_keep_to_the_budget_and_repeat_themselves(bench: Bench, strategy: str, budget: int) -> None:
    records = [bench.run(strategy, budget, seed) for seed in (0, 1)]
    assert all(record.paid <= budget for record in records)
    assert records == [Bench(bench.world).run(strategy, budget, seed) for seed in (0, 1)]


def test_all_strategies_see_the_examples_of_a_seed_in_one_order(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []
    for budget in (10, 20):
        finding(monkeypatch, ("kind",), lambda scorer: seen.append(scorer.problem.examples))
        bench.run("sure", budget, 4)
    assert seen[0] == seen[1]
