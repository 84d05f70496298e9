"""The effect of each snippet, pair and order, as far as the cells show it, with honest intervals."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pytest

from composer.search.attribution import PAIRS, Attribution, attribute
from composer.search.constraints import Rules
from composer.search.moves import draw
from composer.search.problem import Keys, Problem
from tests.composer.search.worlds import EXAMPLES, KEYS, World, problem

EFFECT = {"a": -0.2, "b": -0.1, "c": 0.15}
WINNER = ("a", "b", "d")


def cells(
    given: Problem, loss: Callable[[Keys, str], float], *, compositions: int = 80, seed: int = 0
) -> dict[tuple[Keys, str], float]:
    """The incumbent on all examples, the winner on some, and compositions drawn at random on four each."""
    rng = np.random.default_rng(seed)
    asked = [(given.incumbent, EXAMPLES), (WINNER, EXAMPLES[:20])]
    for turn in range(compositions):
        asked.append((draw(given, rng), [EXAMPLES[(4 * turn + step) % 40] for step in range(4)]))
    return {(keys, e): loss(keys, e) for keys, examples in asked for e in examples}


def figured(
    given: Problem, known: Mapping[tuple[Keys, str], float], winner: Keys = WINNER, seed: int = 0
) -> Attribution:
    found = attribute(given, known, winner, np.random.default_rng(seed))
    assert found is not None
    return found


@pytest.fixture(scope="module")
def given_problem() -> Problem:
    return problem(World(EFFECT), rules=Rules(max_length=4))


@pytest.fixture(scope="module")
def known(given_problem: Problem) -> dict[tuple[Keys, str], float]:
    return cells(given_problem, World(EFFECT, noise=0.1).loss)


@pytest.fixture(scope="module")
def found(given_problem: Problem, known: dict[tuple[Keys, str], float]) -> Attribution:
    return figured(given_problem, known)


def test_without_cells_nothing_is_known(given_problem: Problem) -> None:
    assert attribute(given_problem, {}, (), np.random.default_rng(0)) is None


def test_every_snippet_is_told_in_library_order_and_what_helps_or_harms_is_clear(found: Attribution) -> None:
    assert [one.keys for one in found.snippets] == [(key,) for key in KEYS]
    gain = {one.keys[0]: one for one in found.snippets}
    for key, effect in EFFECT.items():
        assert gain[key].gain == pytest.approx(-effect, abs=0.06)
    assert gain["a"].low > 0
    assert gain["b"].low > 0
    assert gain["c"].high < 0
    assert all(one.low <= one.gain <= one.high for one in (*found.snippets, *found.pairs, *found.left_out))


def test_intervals_hold_the_truth_about_as_often_as_they_say(given_problem: Problem) -> None:
    held = []
    for seed in range(6):
        known = cells(given_problem, World(EFFECT, noise=0.1).loss, seed=seed, compositions=50)
        for one in figured(given_problem, known).snippets:
            held.append(one.low <= -EFFECT.get(one.keys[0], 0.0) <= one.high)
    assert np.mean(held) > 0.85


def test_a_snippet_of_the_incumbent_is_worth_what_it_saves_by_standing() -> None:
    base = problem(World(EFFECT), rules=Rules(max_length=4), incumbent=("a", "c"))
    gain = {one.keys[0]: one.gain for one in figured(base, cells(base, World(EFFECT).loss)).snippets}
    assert gain["a"] == pytest.approx(0.2, abs=0.06)
    assert gain["c"] == pytest.approx(-0.15, abs=0.06)


def test_it_counts_the_answers_that_held_a_snippet(
    found: Attribution, known: dict[tuple[Keys, str], float]
) -> None:
    for one in found.snippets:
        assert one.cells == sum(one.keys[0] in keys for keys, _ in known)
    for pair in found.pairs:
        assert pair.cells == sum(set(pair.keys) <= set(keys) for keys, _ in known) > 0


def test_two_that_help_only_together_stand_out_among_the_pairs(given_problem: Problem) -> None:
    def loss(keys: Keys, example: str) -> float:
        return World(noise=0.05).loss(tuple(key for key in keys if key == "-"), example) - 0.3 * (
            {"e", "f"} <= set(keys)
        )

    pairs = figured(given_problem, cells(given_problem, loss, compositions=150)).pairs
    assert pairs[0].keys == ("e", "f")
    assert pairs[0].low > 0
    assert len(pairs) <= PAIRS
    assert all(one.keys == tuple(sorted(one.keys)) for one in pairs)


def test_each_snippet_of_the_winner_is_told_by_what_it_saves_there(found: Attribution) -> None:
    assert [one.keys for one in found.left_out] == [(key,) for key in WINNER]
    assert found.left_out[0].gain == pytest.approx(0.2, abs=0.07)
    assert found.left_out[0].low > 0
    assert found.left_out[2].low < 0 < found.left_out[2].high


def test_leaving_out_a_snippet_leaves_out_those_that_require_it() -> None:
    needing = problem(World(EFFECT), rules=Rules(max_length=4, requires={"a": frozenset({"b"})}))
    left_out = figured(needing, cells(needing, World(EFFECT).loss)).left_out
    assert left_out[1].gain == pytest.approx(0.3, abs=0.08)


def test_orders_of_the_winner_are_compared_on_the_examples_they_share(given_problem: Problem) -> None:
    own = {(WINNER, e): 0.3 for e in EXAMPLES[:6]}
    known = {((), e): 0.5 for e in EXAMPLES[:6]} | own
    known |= {(("b", "a", "d"), e): loss for e, loss in zip(EXAMPLES[2:10], [0.1, 0.3] * 4, strict=True)}
    known |= {(("d", "a", "b"), EXAMPLES[0]): 0.0}
    (order,) = figured(given_problem, known).orders
    error = np.std([0.2, 0, 0.2, 0], ddof=1) / 2
    assert (order.keys, order.cells) == (("b", "a", "d"), 4)
    assert order.gain == pytest.approx(0.1)
    assert (order.low, order.high) == pytest.approx((0.1 - 1.96 * error, 0.1 + 1.96 * error))


def test_noise_says_how_many_examples_a_gain_takes(found: Attribution) -> None:
    assert found.noise == pytest.approx(0.1 * np.sqrt(2), rel=0.25)
    assert found.examples_to_see(0.05) == np.ceil((2.8 * found.noise / 0.05) ** 2)
    assert found.examples_to_see(0.05) > 3 * found.examples_to_see(0.1)


def test_the_cells_and_the_seed_alone_decide(
    given_problem: Problem, known: dict[tuple[Keys, str], float], found: Attribution
) -> None:
    assert figured(given_problem, known) == found
    assert figured(given_problem, known, seed=1) != found


def test_a_handful_of_cells_promises_nothing(given_problem: Problem) -> None:
    told = figured(given_problem, {((), "e00"): 0.5, (("a",), "e00"): 0.1}, ("a",))
    assert told.snippets[0].low < 0
    assert all(one.low < 0 < one.high for one in told.snippets)


def test_what_a_snippet_saves_is_meant_over_all_examples_however_often_those_that_it_helps_were_asked() -> None:
    def loss(composition: Keys, example: str) -> float:
        number = int(example[1:])
        if number % 4:
            return float(number % 2)  # right or wrong, whatever the composition
        chance = 0.5 - 0.3 * ("a" in composition)
        return float(np.random.default_rng([number, *"".join(composition).encode()]).random() < chance)

    given = problem(World(EFFECT), rules=Rules(max_length=4))
    often = [example for example in EXAMPLES if int(example[1:]) % 4 == 0]
    seldom = [example for example in EXAMPLES if int(example[1:]) % 4]
    gains = []
    for seed in range(6):
        rng, asked = np.random.default_rng(seed), {}
        for turn in range(80):
            composition = draw(given, rng)
            for example in (
                *(often[(3 * turn + step) % len(often)] for step in range(3)),
                seldom[turn % len(seldom)],
            ):
                asked[composition, example] = loss(composition, example)
        found = figured(given, asked, ("a",))
        gains.append(next(one.gain for one in found.snippets if one.keys == ("a",)))
    # 0.3 on a quarter of the examples; among the answers they are three quarters.
    assert 0.05 < np.mean(gains) < 0.11
