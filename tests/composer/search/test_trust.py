"""How far a prior is trusted: whole where answers bear it out, and soon not at all where they don't."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from composer.search.effect_model import EffectModel, Expectation, Variances
from composer.search.prior import Known, Prior, Source
from composer.search.problem import Keys
from composer.search.trust import Trust

KEYS: Keys = tuple("abcdefgh")
PLACE = {key: place for place, key in enumerate(KEYS)}
TRUE = dict(zip(KEYS, (0.1, 0.08, -0.1, -0.08, 0.09, 0.1, -0.09, -0.1), strict=True))


def expecting(gains: dict[str, float], kinds: dict[str, str] | None = None) -> Prior:
    known = {key: Known(gain, 0.0005, (kinds or {}).get(key, "")) for key, gain in gains.items()}
    return Prior(known, {"": 0.8}, 0.0025, (Source("old", 400),))


def weighed(prior: Prior, compositions: int = 12, examples: int = 8) -> Trust:
    """Weigh a prior by the answers of so many pairs of snippets, and of the incumbent, which is empty."""
    rng = np.random.default_rng(0)
    asked: list[Keys] = [(), *(tuple(KEYS[pick] for pick in rng.permutation(8)[:2]) for _ in range(compositions))]
    cells = {
        (keys, f"e{number}"): 0.5 - sum(TRUE[key] for key in keys) + 0.05 * rng.normal()
        for keys in asked
        for number in range(examples)
    }
    trust = Trust(prior, KEYS)
    trust.weigh(lambda expected: EffectModel(PLACE, (), cells, Variances(noise=0.0025), expected))
    return trust


def test_a_prior_that_comes_true_is_trusted() -> None:
    trust = weighed(expecting(TRUE))
    assert trust.shares[""] >= 0.75
    assert trust.strength > 0.75


@pytest.mark.parametrize("sign", [-1.0, -0.3])
def test_a_misleading_prior_is_dropped_within_a_few_answers(sign: float) -> None:
    trust = weighed(expecting({key: sign * gain for key, gain in TRUE.items()}), compositions=6, examples=4)
    assert trust.chances[""] < 0.05
    assert trust.strength < 0.6
    assert np.abs(trust.expectation().mean).max() < 0.01
    assert trust.expectation().spread.min() > 0.99


def test_what_is_expected_wears_off_until_nothing_is() -> None:
    trust = weighed(expecting(TRUE))
    whole, half, none = (trust.expectation(fresh) for fresh in (1.0, 0.5, 0.0))
    assert np.allclose(half.mean, whole.mean / 2)
    assert (whole.spread < half.spread).all()
    assert not none.mean.any()
    assert (none.spread == 1.0).all()


def test_one_kind_may_be_trusted_and_another_not() -> None:
    kinds = {key: "format" if key in "abcd" else "judgement" for key in KEYS}
    trust = weighed(expecting({key: TRUE[key] * (1 if key in "abcd" else -1) for key in KEYS}, kinds))
    assert trust.shares["format"] >= 0.75
    assert trust.shares["judgement"] < 0.1


def test_what_nobody_tried_is_as_open_as_without_a_prior() -> None:
    expected = Trust(expecting({"a": 0.1}), KEYS).expectation()
    assert expected.mean[0] < -0.05
    assert expected.spread[0] < 0.7
    assert not expected.mean[1:].any()
    assert (expected.spread[1:] == 1).all()


def test_before_any_answer_it_counts_how_far_effects_carried_over_so_far() -> None:
    near, far = (Trust(replace(expecting(TRUE), carry={"": carry}), KEYS).chances[""] for carry in (0.9, 0.1))
    assert near > 0.55
    assert far < 0.45


def test_what_is_likelier_wrong_than_right_is_not_followed() -> None:
    near, far = (Trust(replace(expecting(TRUE), carry={"": carry}), KEYS).strength for carry in (0.9, 0.4))
    assert near > 0.5
    assert far == 0


def test_a_prior_that_knows_little_leaves_all_to_find_out() -> None:
    vague = Prior({key: Known(0.0, 0.0025, "") for key in KEYS}, {"": 0.0}, 0.0025, (Source("old", 400),))
    assert Trust(vague, KEYS).strength == 0


def test_expecting_nothing_changes_no_figure() -> None:
    cells = {(keys, f"e{number}"): 0.1 * number for keys in ((), ("a",), ("a", "b")) for number in range(4)}
    nothing = Expectation(np.zeros(8), np.ones(8))
    one, other = EffectModel(PLACE, (), cells), EffectModel(PLACE, (), cells, None, nothing)
    assert (one.mean().snippets == other.mean().snippets).all()
    assert (one.gains_over(())[0] == other.gains_over(())[0]).all()
    assert one.likelihood(Variances()) == other.likelihood(Variances())
