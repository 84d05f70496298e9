"""Agreement among people: alpha and ceiling as an independent computation has them, and what follows from them."""

from __future__ import annotations

from collections import Counter

import krippendorff
import numpy as np
import pytest

from composer.evaluation.raters import Ratings, agreement, in_reach, within_people
from composer.task.task import Output

SCALE = Output(field="rating", kind="ordinal", low=1, high=5)
LABELS = Output(field="label", kind="label", labels=("a", "b", "c"))


def rated(table: list[list[float]] | np.ndarray) -> Ratings:
    """Return the ratings of a table with a row a rater and a column an example; NaN where there is none."""
    values = np.array(table, dtype=float)
    rater, example = np.nonzero(~np.isnan(values))
    names = tuple(f"rater{number}" for number in range(len(values)))
    clusters = tuple((str(number),) for number in range(values.shape[1]))
    return Ratings(example, rater, values[rater, example], names, clusters)


def made_up(kind: str, examples: int = 120, raters: int = 4, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    seen = rng.normal(0, 1.2, examples) + rng.normal(0, 1, (raters, examples))
    values = np.clip(np.round(seen + 3), 1, 5) if kind == "ordinal" else np.clip(np.round(seen + 1), 0, 2)
    return np.where(rng.random(values.shape) < 0.25, np.nan, values)


def one_more_person(table: np.ndarray, output: Output) -> float:
    """Return the ceiling by going through examples and people one by one."""
    each = []
    for column in table.T:
        given = [float(value) for value in column if not np.isnan(value)]
        losses = []
        for place, own in enumerate(given if len(given) > 1 else []):
            others = given[:place] + given[place + 1 :]
            if output.kind == "label":
                counts = Counter(others)
                leading = [label for label, count in counts.items() if count == max(counts.values())]
                losses.append(1 - (own in leading) / len(leading))
            else:
                losses.append(((own - sum(others) / len(others)) / 4) ** 2)
        each += [sum(losses) / len(losses)] if losses else []
    loss = sum(each) / len(each)
    return 1 - loss if output.kind == "label" else 100 * loss


@pytest.mark.parametrize("output", [SCALE, LABELS], ids=["ordinal", "label"])
@pytest.mark.parametrize("seed", range(3))
def test_alpha_and_ceiling_are_those_of_an_independent_computation(output: Output, seed: int) -> None:
    table = made_up(output.kind, seed=seed)
    found = agreement(rated(table), output, np.random.default_rng(0))
    level = "nominal" if output.kind == "label" else "interval"
    assert found.alpha.value == pytest.approx(krippendorff.alpha(table, level_of_measurement=level), abs=1e-9)
    assert found.ceiling.value == pytest.approx(one_more_person(table, output), abs=1e-9)
    assert found.alpha.low < found.alpha.value < found.alpha.high
    assert found.ceiling.low < found.ceiling.value < found.ceiling.high


@pytest.mark.parametrize("size", [80, 2500])
@pytest.mark.parametrize("output", [SCALE, LABELS], ids=["ordinal", "label"])
def test_the_intervals_hold_the_truth_as_often_as_they_say(output: Output, size: int) -> None:
    truth = agreement(rated(made_up(output.kind, 200_000)), output, np.random.default_rng(0))
    hits = np.zeros(2)
    for seed in range(1, 101):
        found = agreement(rated(made_up(output.kind, size, seed=seed)), output, np.random.default_rng(seed))
        pairs = ((found.alpha, truth.alpha), (found.ceiling, truth.ceiling))
        hits += [one.low <= right.value <= one.high for one, right in pairs]
    assert (hits >= 88).all()  # of 100, where 95 are expected: fewer would be chance once in 300


def test_people_who_agree_leave_no_distance_between_them() -> None:
    found = agreement(rated([[1, 3, 5, 2], [1, 3, 5, 2]]), SCALE, np.random.default_rng(0))
    assert (found.alpha.value, found.ceiling.value) == (1.0, 0.0)


def test_an_example_that_one_person_rated_counts_for_nothing() -> None:
    alone = [[1, 3, 5, np.nan], [2, 3, 4, 5]]
    together = [row[:3] for row in alone]
    one, other = (agreement(rated(table), SCALE, np.random.default_rng(0)) for table in (alone, together))
    assert (one.alpha.value, one.ceiling.value, one.several) == (other.alpha.value, other.ceiling.value, 3)
    assert np.isnan(one.spread[3])


def test_one_rater_alone_gives_no_figure() -> None:
    found = agreement(rated([[1, 2, 3]]), SCALE, np.random.default_rng(0))
    assert np.isnan([found.alpha.value, found.alpha.low, found.ceiling.value, found.ceiling.high]).all()
    assert (found.several, found.raters[0].at_odds) == (0, False)


def test_who_rates_against_all_others_is_found_and_comes_first() -> None:
    rng = np.random.default_rng(0)
    truth = rng.integers(1, 6, 60)
    table = [np.clip(truth + rng.integers(-1, 2, 60), 1, 5) for _ in range(5)]
    found = agreement(rated([*table, 6 - truth]), SCALE, rng)
    assert [one.name for one in found.raters if one.at_odds] == ["rater5"]
    assert found.raters[0].name == "rater5"
    assert found.raters[0].number == 60


def test_who_rated_the_hardest_examples_alone_is_not_at_odds_with_anybody() -> None:
    rng = np.random.default_rng(0)
    truth, apart = rng.integers(2, 5, 200), np.repeat([0, 1], [160, 40])
    table = truth + apart * rng.choice([-1.0, 1.0], (6, 200))
    table[5, :160] = np.nan
    found = agreement(rated(table), SCALE, rng)
    assert found.raters[0].name == "rater5"
    assert not any(one.at_odds for one in found.raters)


def test_the_examples_people_differ_on_have_the_widest_spread() -> None:
    found = agreement(rated([[1, 3, 3], [5, 3, 4]]), SCALE, np.random.default_rng(0))
    assert found.spread.tolist() == [2.0, 0.0, 0.5]
    low, high = within_people(rated([[1, 3, 3], [5, 3, 4]]))
    assert (low.tolist(), high.tolist()) == ([1, 3, 3], [5, 3, 4])


def test_the_way_from_the_best_constant_to_one_more_person_is_measured() -> None:
    assert in_reach(2.5, floor=4.0, ceiling=1.0) == pytest.approx(0.5)
    assert in_reach(0.7, floor=0.5, ceiling=0.9) == pytest.approx(0.5)
    assert in_reach(5.0, floor=4.0, ceiling=1.0) == pytest.approx(-1 / 3)
    assert in_reach(1.0, floor=1.0, ceiling=1.0) is None
