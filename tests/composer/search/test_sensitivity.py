"""What examples tell: where losses spread or lie in the balance more, where all get the same less."""

from __future__ import annotations

import numpy as np
import pytest

from composer.search.problem import Keys
from composer.search.sensitivity import LEANING, POWERS, Sensitivity, sensitivity, spreads

Cells = dict[tuple[Keys, str], float]


def right_or_wrong(chances: dict[str, float], answers: int, seed: int = 0) -> Cells:
    rng = np.random.default_rng(seed)
    return {
        ((f"s{number}",), e): float(rng.random() < chance)
        for e, chance in chances.items()
        for number in range(answers)
    }


def test_what_is_always_right_or_always_wrong_tells_little_and_what_is_in_the_balance_most() -> None:
    found = spreads(right_or_wrong({"right": 0.0, "wrong": 1.0, "balance": 0.5, "other": 0.4}, 12), 0.5)
    assert max(found["right"], found["wrong"]) < 0.5 < 1 < min(found["balance"], found["other"])


def test_a_few_answers_alike_say_less_than_many() -> None:
    chances = dict.fromkeys((f"e{number}" for number in range(20)), 0.5)
    few = spreads(right_or_wrong({**chances, "same": 0.0}, 2), 0.5)
    many = spreads(right_or_wrong({**chances, "same": 0.0}, 20), 0.5)
    assert many["same"] < few["same"] / 2
    assert few["same"] > 0.1


def test_a_distance_spreads_less_near_its_ends_which_one_answer_shows() -> None:
    rng = np.random.default_rng(1)
    latent = {f"e{number}": rng.normal() for number in range(40)}
    cells: Cells = {
        ((f"s{number}",), e): float(1 / (1 + np.exp(-3 * (value + 0.2 * rng.normal()))))
        for e, value in latent.items()
        for number in range(4)
    }
    cells |= {(("s0",), "end"): 0.02, (("s0",), "middle"): 0.5}
    found = spreads(cells, 0.3)
    assert found["end"] < 0.5 * found["middle"]


def test_where_examples_differ_in_nothing_none_stands_out() -> None:
    rng = np.random.default_rng(2)
    cells = {((f"s{c}",), f"e{e}"): 0.5 + 0.1 * rng.normal() for c in range(10) for e in range(30)}
    found = np.array(list(spreads(cells, 1.0).values()))
    assert found.mean() == pytest.approx(1, abs=0.02)
    assert found.std() < 0.4
    alike = {((f"s{c}",), f"e{e}"): 0.3 for c in range(3) for e in range(3)}
    assert set(spreads(alike, 1.0).values()) == {1.0}


@pytest.mark.parametrize("power", POWERS)
def test_an_effect_stays_what_it_is_on_average(power: float) -> None:
    found = sensitivity({"a": 0.1, "b": 0.9, "c": 2.0}, power)
    assert np.mean(list(found.signal.values())) == pytest.approx(1)
    assert found.signal["a"] < found.signal["b"] < found.signal["c"]
    assert found.noise == {"a": 0.1, "b": 0.9, "c": 2.0}


def test_an_answer_tells_as_much_as_the_signal_outweighs_the_noise() -> None:
    found = Sensitivity({"loud": 2.0, "plain": 1.0}, {"loud": 2.0, "plain": 1.0})
    assert (found.tells("loud"), found.tells("plain"), found.tells("unasked")) == (2.0, 1.0, 1.0)
    assert LEANING > 0
