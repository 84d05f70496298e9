"""The noise floor of recorded worlds: none where examples agree, wide where few examples differ much."""

from __future__ import annotations

import numpy as np
import pytest

from composer.bench.noise_floor import limit_of
from composer.bench.synthetic import synthetic
from composer.bench.world import Recorded, World
from composer.search.constraints import Rules
from composer.search.problem import Keys, Losses
from library.errors import Refused

ROWS: dict[Keys, int] = {(): 0, ("kind",): 1, ("brief",): 2}


def world(loss: Losses) -> World:
    examples = loss.shape[1] // 2
    dev, test = (tuple(f"{split}{number}" for number in range(examples)) for split in ("d", "t"))
    answers = Recorded("small", ROWS, loss, examples, frozenset(ROWS))
    return World("small", ("kind", "brief"), (), Rules(max_length=1), dev, test, answers)


def test_where_all_examples_agree_every_answer_gains_what_the_oracle_gains() -> None:
    limit = limit_of(world(np.repeat([[0.5], [0.2], [0.7]], 8, axis=1)))
    assert (limit.world, limit.answers) == ("small", 12)
    assert (limit.oracle, limit.gain, limit.low, limit.high) == pytest.approx((0.3, 0.3, 0.3, 0.3))


def test_more_examples_tell_smaller_differences_apart() -> None:
    def width(examples: int) -> float:
        noise = 0.3 * np.random.default_rng(0).random((3, 2 * examples))
        limit = limit_of(world(np.array([[0.5], [0.3], [0.32]]) + noise))
        assert limit.low < limit.gain < limit.high
        return limit.high - limit.low

    assert width(100) < 0.6 * width(10)


def test_it_is_the_same_every_time() -> None:
    loss = np.random.default_rng(1).random((3, 20))
    assert limit_of(world(loss)) == limit_of(world(loss))


def test_a_made_up_world_needs_none() -> None:
    with pytest.raises(Refused, match="is made up"):
        limit_of(synthetic("synthetic/sparse-60-a"))
