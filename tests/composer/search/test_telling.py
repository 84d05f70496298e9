"""What examples tell, by a search's own answers."""

from __future__ import annotations

import numpy as np
import pytest

from composer.search.effect_model import Variances
from composer.search.sensitivity import POWERS
from composer.search.telling import told_by
from tests.composer.search.worlds import EXAMPLES, KEYS, World, problem


def test_examples_on_which_compositions_differ_tell_more_than_those_that_are_decided() -> None:
    rng = np.random.default_rng(0)
    losses = {
        ((key,), example): float(rng.random() < 0.5) if int(example[1:]) % 4 == 0 else 0.0
        for key in KEYS
        for example in EXAMPLES
    }
    tells, power = told_by(problem(World({})), losses, Variances())
    assert power in POWERS
    decided = [tells.tells(example) for example in EXAMPLES if int(example[1:]) % 4]
    open_ones = [tells.tells(example) for example in EXAMPLES if int(example[1:]) % 4 == 0]
    assert np.mean(open_ones) > 2 * max(decided)
    assert np.mean(list(tells.signal.values())) == pytest.approx(1.0)


def test_how_signal_grows_with_spread_stays_where_it_is_given() -> None:
    losses = {((key,), example): 0.5 for key in KEYS for example in EXAMPLES}
    assert told_by(problem(World({})), losses, Variances(), POWERS[1])[1] == POWERS[1]
