"""The model of effects agrees with plain Gaussian algebra over every feature, without ever building one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from composer.search.effect_model import (
    BOUNDS,
    LEVEL_VARIANCE,
    EffectModel,
    Effects,
    Expectation,
    Floats,
    Variances,
    surprise,
)
from composer.search.problem import Keys
from composer.search.sensitivity import Sensitivity

KEYS = tuple("abcde")
INDEX = {key: place for place, key in enumerate(KEYS)}
PAIRS = tuple(combinations(range(len(KEYS)), 2))
INCUMBENT = ("b", "d")
VARIANCES = Variances(common=0.02, snippet=0.03, pair=0.01, own=0.005, example=0.02, noise=0.03)

Cells = dict[tuple[Keys, str], float]


def cells(seed: int, compositions: int = 9, examples: int = 6) -> Cells:
    """Random losses of random compositions, the incumbent among them, on about half of the examples each."""
    rng = np.random.default_rng(seed)
    drawn = [tuple(KEYS[pick] for pick in rng.permutation(5)[: rng.integers(0, 4)]) for _ in range(compositions)]
    known = {
        (keys, f"e{example}"): float(rng.uniform())
        for keys in dict.fromkeys([INCUMBENT, *drawn])
        for example in range(examples)
        if rng.random() < 0.5
    }
    return {(INCUMBENT, "e0"): 0.4, **known}


@dataclass(frozen=True)
class Dense:
    """The same model with each of its features written out: level, snippets, pairs, own parts, examples."""

    features: Floats
    mean: Floats
    covariance: Floats
    likelihood: float

    def effects(self) -> Effects:
        pairs = np.zeros((len(KEYS), len(KEYS)))
        parts = np.split(self.mean, np.cumsum([1, len(KEYS), len(PAIRS)]))
        for (one, other), value in zip(PAIRS, parts[2], strict=True):
            pairs[one, other] = pairs[other, one] = value
        return Effects(float(parts[0][0]), parts[1], pairs, parts[3])


EVEN = Sensitivity({}, {})
NOTHING = Expectation(np.zeros(len(KEYS)), np.ones(len(KEYS)))


def dense(
    known: Mapping[tuple[Keys, str], float],
    variances: Variances,
    tells: Sensitivity = EVEN,
    expected: Expectation = NOTHING,
) -> Dense:
    seen = list(dict.fromkeys(keys for keys, _ in known))
    examples = list(dict.fromkeys(example for _, example in known))
    rows = []
    for keys in seen:
        z = [(key in keys) - (key in INCUMBENT) for key in KEYS]
        rows.append([1.0, *z, *(z[one] * z[other] for one, other in PAIRS), *(other is keys for other in seen)])
    features = np.array(rows, dtype=float)
    of_cell = np.array(
        [
            [*(tells.signal.get(example, 1.0) * features[seen.index(keys)]), *(o == example for o in examples)]
            for keys, example in known
        ]
    )
    noise = np.array([tells.noise.get(example, 1.0) for _, example in known])
    prior = np.diag(
        np.repeat(
            [LEVEL_VARIANCE, variances.snippet, variances.pair, variances.own, variances.example],
            [1, len(KEYS), len(PAIRS), len(seen), len(examples)],
        )
    )
    snippets = slice(1, 1 + len(KEYS))
    prior[snippets, snippets] = variances.snippet * np.diag(expected.spread) + variances.common
    y = np.array(list(known.values())) - of_cell[:, snippets] @ expected.mean
    covariance = of_cell @ prior @ of_cell.T + variances.noise * np.diag(noise)
    gain = (of_cell @ prior).T @ np.linalg.inv(covariance)
    held = features.shape[1]
    mean = (gain @ (y - y.mean()))[:held]
    mean[0] += y.mean()
    mean[snippets] += expected.mean
    posterior = (prior - gain @ of_cell @ prior)[:held, :held]
    away = y - y.mean()
    fit = away @ np.linalg.solve(covariance, away) + np.linalg.slogdet(covariance)[1]
    return Dense(features, mean, posterior, float(-0.5 * fit))


def model(known: Cells, variances: Variances = VARIANCES) -> EffectModel:
    return EffectModel(INDEX, INCUMBENT, known, variances)


def vector(effects: Effects) -> Floats:
    """The features of effects in the order in which `Dense` has them."""
    pairs = [effects.pairs[one, other] for one, other in PAIRS]
    return np.array([effects.level, *effects.snippets, *pairs, *effects.own])


variances = st.builds(
    Variances, **{name: st.floats(max(low, 1e-3), min(high, 0.2)) for name, (low, high) in BOUNDS.items()}
)
some_cells = st.builds(cells, st.integers(0, 999), st.integers(0, 12), st.integers(1, 6))


@settings(deadline=None, max_examples=40)
@given(known=some_cells, variances=variances)
def test_the_posterior_mean_is_that_of_the_written_out_model(known: Cells, variances: Variances) -> None:
    mean = model(known, variances).mean()
    assert vector(mean) == pytest.approx(dense(known, variances).mean, abs=1e-7)
    assert np.array_equal(mean.pairs, mean.pairs.T)
    assert not mean.pairs.diagonal().any()


@settings(deadline=None, max_examples=40)
@given(known=some_cells, variances=variances)
def test_gains_and_their_doubt_are_those_of_the_written_out_model(known: Cells, variances: Variances) -> None:
    gains, spread = model(known, variances).gains_over(INCUMBENT)
    expected = dense(known, variances)
    saved = expected.features[0] - expected.features  # the incumbent is the first that was seen
    assert gains == pytest.approx(saved @ expected.mean, abs=1e-7)
    doubt = np.einsum("mi,ij,mj->m", saved, expected.covariance, saved)
    assert spread**2 == pytest.approx(doubt, abs=1e-7)
    assert (gains[0], spread[0]) == (0, 0)


@settings(deadline=None, max_examples=40)
@given(known=some_cells, variances=variances)
def test_what_any_snippet_does_on_average_is_what_one_that_was_never_seen_is_taken_to_do(
    known: Cells, variances: Variances
) -> None:
    without = {(keys, example): loss for (keys, example), loss in known.items() if "e" not in keys}
    mean, error = model(without, variances).common()
    expected, place = dense(without, variances), 1 + KEYS.index("e")
    assert mean == pytest.approx(expected.mean[place], abs=1e-7)
    assert error**2 == pytest.approx(expected.covariance[place, place] - variances.snippet, abs=1e-7)


@settings(deadline=None, max_examples=40)
@given(known=some_cells, one=variances, other=variances)
def test_variances_are_as_likely_as_in_the_written_out_model(
    known: Cells, one: Variances, other: Variances
) -> None:
    own = model(known)
    difference = dense(known, one).likelihood - dense(known, other).likelihood
    assert own.likelihood(one) - own.likelihood(other) == pytest.approx(difference, abs=1e-6)


def test_draws_have_the_mean_and_covariance_of_the_posterior() -> None:
    known, count = cells(3), 6000
    drawn = np.array([vector(draw) for draw in model(known).draws(count, np.random.default_rng(0))])
    expected = dense(known, VARIANCES)
    sd = np.sqrt(expected.covariance.diagonal())
    assert np.abs((drawn.mean(axis=0) - expected.mean) / sd).max() < 5 / np.sqrt(count)
    # In units of the standard deviations: the error of a sampled correlation is at most the root of 2 / count.
    off = (np.cov(drawn.T) - expected.covariance) / np.outer(sd, sd)
    assert np.abs(off).max() < 5 * np.sqrt(2 / count)


def test_a_draw_is_like_the_mean_and_the_same_for_the_same_seed() -> None:
    own = model(cells(1))
    first, again = (own.draws(2, np.random.default_rng(7)) for _ in range(2))
    assert [vector(draw).tolist() for draw in first] == [vector(draw).tolist() for draw in again]
    assert vector(first[0]).tolist() != vector(first[1]).tolist()
    assert np.array_equal(first[0].pairs, first[0].pairs.T)
    assert not first[0].pairs.diagonal().any()


def test_a_loss_is_read_by_adding_up_what_is_in_and_what_is_left_out() -> None:
    pairs = np.zeros((5, 5))
    pairs[0, 1] = pairs[1, 0] = 0.05
    effects = Effects(0.5, np.array([0.1, 0.2, 0.0, 0.0, 0.0]), pairs, np.zeros(0))
    z = model(cells(0)).indicators([INCUMBENT, ("a", "b", "d"), ("a", "d"), ("d",)])
    assert effects.at(z) == pytest.approx([0.5, 0.6, 0.5 + 0.1 - 0.2 - 0.05, 0.3])


@given(st.permutations(KEYS), st.integers(0, 5))
def test_the_incumbent_is_where_nothing_is_added_and_nothing_left_out(order: list[str], size: int) -> None:
    incumbent = tuple(order[:size])
    own = EffectModel(INDEX, incumbent, {(incumbent, "e"): 0.5})
    assert not own.indicators([incumbent, incumbent[::-1]]).any()
    assert own.z.tolist() == [[0.0] * 5]
    everything = own.indicators([KEYS])[0]
    assert [everything[INDEX[key]] for key in KEYS] == [float(key not in incumbent) for key in KEYS]
    assert own.indicators([()])[0].sum() == -size


@settings(deadline=None, max_examples=30)
@given(known=some_cells, start=variances)
def test_tuning_finds_more_probable_variances_within_bounds(known: Cells, start: Variances) -> None:
    before = model(known, start).likelihood(start) - surprise(start, VARIANCES)
    tuned = model(known, start).tuned(VARIANCES)
    assert tuned.likelihood(tuned.variances) - surprise(tuned.variances, VARIANCES) >= before
    for name, (low, high) in BOUNDS.items():
        assert low <= getattr(tuned.variances, name) <= high


def test_after_tuning_the_model_speaks_by_the_new_variances() -> None:
    known = cells(5)
    own = model(known)
    own.mean()
    tuned = own.tuned(VARIANCES)
    assert tuned.variances != VARIANCES
    assert vector(tuned.mean()) == pytest.approx(dense(known, tuned.variances).mean, abs=1e-7)


def test_tuning_finds_whether_snippets_or_noise_make_the_differences() -> None:
    rng = np.random.default_rng(0)
    sets = [tuple(KEYS[pick] for pick in sorted(rng.permutation(5)[:2])) for _ in range(60)]
    asked = [(keys, f"e{place % 6}") for place, keys in enumerate(sets)]
    by_snippet = {(keys, e): 0.5 + 0.2 * ("a" in keys) - 0.2 * ("c" in keys) for keys, e in asked}
    by_chance = {cell: 0.5 + 0.2 * float(rng.normal()) for cell in asked}
    clear, blurred = (
        EffectModel(INDEX, (), known).tuned(Variances(), rounds=6).variances for known in (by_snippet, by_chance)
    )
    assert clear.snippet > 5 * clear.noise
    assert blurred.noise > 5 * blurred.snippet


def test_a_few_answers_do_not_say_that_nothing_matters() -> None:
    rng = np.random.default_rng(6)
    known = {((key,), f"e{n}"): float(rng.random() < 0.1) for key in KEYS for n in range(4)}
    start = Variances()
    own = EffectModel(INDEX, (), known).tuned(start, rounds=6)
    tuned = own.variances
    assert own.likelihood(replace(tuned, snippet=1e-5)) > own.likelihood(tuned)
    assert tuned.snippet > start.snippet / 4


def test_a_snippet_that_was_never_tried_is_expected_to_do_what_the_others_did() -> None:
    known = {(keys, f"e{n}"): 0.2 + 0.2 * len(keys) for keys in ((), ("a",), ("b",), ("c",)) for n in range(10)}
    effects = EffectModel(INDEX, (), known, Variances(common=0.02, snippet=0.002)).mean().snippets
    assert effects[INDEX["e"]] > 0.1


def test_effects_part_of_the_way_to_others_lie_between_them() -> None:
    own = model(cells(1))
    drawn, mean = own.draws(1, np.random.default_rng(0))[0], own.mean()
    z = own.indicators([("a", "b"), ()])
    assert drawn.towards(mean, 0.25).at(z) == pytest.approx(0.75 * drawn.at(z) + 0.25 * mean.at(z))


def test_more_answers_leave_less_doubt_and_examples_are_counted() -> None:
    few = {((), f"e{n}"): 0.5 for n in range(4)} | {(("a",), f"e{n}"): 0.3 for n in range(4)}
    many = {((), f"e{n}"): 0.5 for n in range(20)} | {(("a",), f"e{n}"): 0.3 for n in range(20)}
    (gain, doubt), (clearer, less) = (EffectModel(INDEX, (), known).gains_over(()) for known in (few, many))
    assert 0 < gain[1] < clearer[1] < 0.2
    assert less[1] < doubt[1]
    own = EffectModel(INDEX, (), few)
    assert (own.cells, own.examples_of(("a",)), own.examples_of(("b",))) == (8, 4, 0)


def test_an_effect_is_told_apart_from_hard_examples() -> None:
    known = {((), f"e{n}"): 0.2 for n in range(6)} | {(("a",), f"e{n}"): 0.8 for n in range(6, 12)}
    shared = {**known, **{((), f"e{n}"): 0.8 for n in range(6, 12)}}
    wide = replace(Variances(), snippet=0.1, example=0.1, noise=0.005)
    taken, cleared = (EffectModel(INDEX, (), cells, wide).mean().snippets[0] for cells in (known, shared))
    assert taken > 0.1
    assert abs(cleared) < 0.02


tells = st.builds(
    Sensitivity,
    st.dictionaries(st.sampled_from([f"e{number}" for number in range(6)]), st.floats(0.2, 3.0)),
    st.dictionaries(st.sampled_from([f"e{number}" for number in range(6)]), st.floats(0.2, 3.0)),
)


expectations = st.builds(
    lambda means, spreads: Expectation(np.array(means), np.array(spreads)),
    st.lists(st.floats(-0.3, 0.3), min_size=5, max_size=5),
    st.lists(st.floats(0.02, 1.0), min_size=5, max_size=5),
)


@settings(deadline=None, max_examples=40)
@given(known=some_cells, variances=variances, tells=tells, ahead=st.just(NOTHING) | expectations)
def test_where_examples_tell_more_or_less_and_something_is_expected_it_is_the_written_out_model_too(
    known: Cells, variances: Variances, tells: Sensitivity, ahead: Expectation
) -> None:
    fitted, expected = (
        EffectModel(INDEX, INCUMBENT, known, variances, ahead, tells),
        dense(known, variances, tells, ahead),
    )
    assert vector(fitted.mean())[1:] == pytest.approx(expected.mean[1:], abs=1e-7)
    gains, spread = fitted.gains_over(INCUMBENT)
    saved = expected.features[0] - expected.features
    assert gains == pytest.approx(saved @ expected.mean, abs=1e-7)
    assert spread**2 == pytest.approx(np.einsum("mi,ij,mj->m", saved, expected.covariance, saved), abs=1e-7)
    other = replace(variances, snippet=0.01, noise=0.1)
    rise = fitted.likelihood(other) - fitted.likelihood(variances)
    assert rise == pytest.approx(dense(known, other, tells, ahead).likelihood - expected.likelihood, abs=1e-6)


@settings(deadline=None, max_examples=40)
@given(known=some_cells, variances=variances)
def test_examples_that_tell_as_much_give_the_same_numbers_to_the_last_digit(
    known: Cells, variances: Variances
) -> None:
    plain, told = model(known, variances), EffectModel(INDEX, INCUMBENT, known, variances, sensitivity=EVEN)
    assert plain.likelihood(variances) == told.likelihood(variances)
    assert np.array_equal(np.array(plain.gains_over(INCUMBENT)), np.array(told.gains_over(INCUMBENT)))


def test_the_level_is_that_of_the_mean_over_examples_however_often_each_was_asked() -> None:
    rng = np.random.default_rng(0)
    keys = [(), ("a",), ("b",), ("c",), ("d",), ("e",), ("a", "b"), ("c", "d")]
    hard = {f"e{number}": 0.1 if number < 10 else 0.8 for number in range(20)}
    known = {
        (own, e): float(loss + 0.02 * rng.normal())
        for e, loss in hard.items()
        for own in (keys if loss > 0.5 else keys[:2])
    }
    even = Sensitivity(dict.fromkeys(hard, 1.0), dict.fromkeys(hard, 1.0))
    wide = replace(VARIANCES, example=0.3, noise=0.001)
    fitted = EffectModel(INDEX, (), known, wide, sensitivity=even)
    assert fitted.mean().level == pytest.approx(0.45, abs=0.02)
    drawn = [draw.level for draw in fitted.draws(200, rng)]
    assert np.mean(drawn) == pytest.approx(0.45, abs=0.05)
