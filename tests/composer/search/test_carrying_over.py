"""A prior: what several targets showed, pooled, and weighed by how far each kind has carried over between them."""

from __future__ import annotations

import numpy as np
import pytest

from composer.search.attribution import Attribution, Gain
from composer.search.carrying_over import USUAL, Shown, kinds_of, learnt, shown_in
from composer.search.prior import Prior

NOISE = 0.0002
GAINS = (0.06, -0.05, 0.04, 0.0, -0.03, 0.05, -0.06, 0.01)


def shown(target: str, gains: dict[str, float], noise: float = NOISE) -> Shown:
    return Shown(target, {key: (gain, noise) for key, gain in gains.items()}, 400)


def alike(sign: float = 1.0, prefix: str = "a") -> dict[str, float]:
    return {f"{prefix}{number}": sign * gain for number, gain in enumerate(GAINS)}


def prior(*targets: Shown, kinds: dict[str, str] | None = None) -> Prior:
    found = learnt(kinds or dict.fromkeys(targets[0].gains, ""), targets)
    assert found is not None
    return found


def test_one_other_target_is_trusted_as_far_as_is_usual() -> None:
    found = prior(shown("old", alike()))
    assert found.carry == {"": USUAL}
    assert [(one.target, one.cells) for one in found.sources] == [("old", 400)]
    assert 0 < found.snippets["a0"].gain < GAINS[0]
    assert found.snippets["a0"].variance > NOISE


def test_effects_that_agree_carry_further_and_leave_less_open() -> None:
    one, two = prior(shown("old", alike())), prior(shown("old", alike()), shown("older", alike()))
    assert two.carry[""] > USUAL
    assert two.snippets["a0"].gain > one.snippets["a0"].gain
    assert two.snippets["a0"].variance < one.snippets["a0"].variance


def test_effects_that_are_reversed_between_targets_are_expected_of_no_other() -> None:
    found = prior(shown("old", alike()), shown("older", alike(-1)))
    assert found.carry[""] == 0
    assert all(one.gain == 0 for one in found.snippets.values())
    assert all(one.variance == pytest.approx(found.scale) for one in found.snippets.values())


def test_each_kind_carries_over_as_far_as_it_did() -> None:
    kinds = {**dict.fromkeys(alike(), "format"), **dict.fromkeys(alike(prefix="b"), "judgement")}
    one, other = (shown(name, {**alike(), **alike(sign, "b")}) for name, sign in (("old", 1), ("older", -1)))
    found = prior(one, other, kinds=kinds)
    assert found.carry["format"] > 0.65
    assert found.carry["judgement"] < 0.2
    assert found.snippets["a0"].gain > 5 * abs(found.snippets["b0"].gain)
    assert (found.snippets["a0"].kind, found.snippets["b0"].kind) == ("format", "judgement")


def test_a_snippet_is_known_as_far_as_somebody_tried_it() -> None:
    tried, untried = {"a0": (0.05, NOISE), "a1": (-0.05, NOISE), "a2": (0.05, 0.1)}, "a3"
    found = learnt({**dict.fromkeys(tried, ""), untried: ""}, [Shown("old", tried, 40)])
    assert found is not None
    assert found.snippets.keys() <= {"a0", "a1", "a2"}
    assert "a0" in found.snippets


def test_a_broken_format_says_nothing_of_how_far_the_rest_carries_over() -> None:
    targets = [shown(name, {**alike(sign), "breaks": -0.6}) for name, sign in (("old", 1), ("older", -1))]
    found = prior(*targets)
    assert found.carry[""] == 0
    agreeing = prior(*(shown(name, {**alike(), "breaks": -0.6}) for name in ("old", "older")))
    assert agreeing.snippets["breaks"].gain < -0.2


def test_one_large_effect_does_not_decide_how_far_the_rest_carries_over() -> None:
    found = prior(*(shown(name, {**alike(sign), "large": 0.18}) for name, sign in (("old", 1), ("older", -1))))
    assert found.carry[""] < 0.3


@pytest.mark.parametrize(("same", "low", "high"), [(True, 0.8, 0.95), (False, 0.0, 0.15)])
def test_noise_does_not_hide_how_far_effects_carry_over(same: bool, low: float, high: float) -> None:
    rng = np.random.default_rng(1)
    effects = 0.04 * rng.standard_normal((2, 400))
    seen = (effects[[0, 0 if same else 1]] + 0.04 * rng.standard_normal((2, 400))) / 2
    left = 0.04**2 / 2  # noise is as large as effects, so that half of an effect's variance is still open
    targets = [
        shown(str(number), dict(zip(map(str, range(400)), own, strict=True)), left)
        for number, own in enumerate(seen)
    ]
    assert low <= prior(*targets).carry[""] <= high


def test_two_snippets_do_not_show_how_far_effects_carry_over() -> None:
    two = {key: alike()[key] for key in ("a0", "a1")}
    assert prior(shown("old", two), shown("older", two)).carry == {"": USUAL}


def test_targets_on_which_all_snippets_do_the_same_show_no_agreement() -> None:
    same = dict.fromkeys(alike(), 0.05)
    assert prior(shown("old", same), shown("older", alike())).carry[""] < USUAL


def test_nothing_known_is_no_prior() -> None:
    assert learnt({"a": ""}, []) is None
    assert learnt({"a": ""}, [shown("old", {"b": 0.1})]) is None


def test_what_a_search_showed_is_its_gains_with_the_variance_of_their_intervals() -> None:
    gains = (Gain(("a",), 0.1, 0.1 - 1.96 * 0.02, 0.1 + 1.96 * 0.02, 12), Gain(("b",), 0.0, -0.1, 0.1, 0))
    found = shown_in("old", Attribution(gains, (), (), (), 0.1), 100)
    assert found.gains.keys() == {"a"}
    assert found.gains["a"] == (0.1, pytest.approx(0.02**2))


def test_the_kind_is_the_commonest_tag_that_tells_snippets_apart() -> None:
    tags = {"a": {"task", "format"}, "b": {"task", "format", "rare"}, "c": {"task", "rare"}, "d": {"task"}}
    kinds = kinds_of({key: frozenset(own) for key, own in tags.items()})
    assert kinds == {"a": "format", "b": "format", "c": "rare", "d": ""}
