"""A gain that sits in few clusters or in one slice is found, and one that sits nowhere in particular is not."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from composer.evaluation.concentration import Concentration, concentrations
from composer.evaluation.figures import Floats
from composer.evaluation.intervals import score_interval

Clusters = list[tuple[str, ...]]
Made = tuple[Floats, Clusters, list[str], float | None]

COMPARISONS = 200
FEWER = 60
LOSSES = (0.0, 0.0625, 0.25, 0.5625, 1.0)


def right_or_wrong(rng: np.random.Generator, n: int, better: float, worse: float) -> Floats:
    drawn = rng.random(n)
    return np.where(drawn < better, 1.0, np.where(drawn < better + worse, -1.0, 0.0))


def documents(rng: np.random.Generator, n: int, each: float) -> Clusters:
    sizes = 1 + rng.poisson(each - 1, n)
    return [(f"document {number}",) for number in np.repeat(np.arange(n), sizes)[:n].tolist()]


def kinds(rng: np.random.Generator, n: int, number: int = 4) -> list[str]:
    chances = np.arange(1, number + 1) / np.arange(1, number + 1).sum()
    return [f"kind {kind}" for kind in rng.choice(number, n, p=chances).tolist()]


def labels_by_document(rng: np.random.Generator) -> Made:
    return right_or_wrong(rng, 100, 0.17, 0.04), documents(rng, 100, 4), kinds(rng, 100), 1.0


def examples_of_their_own(rng: np.random.Generator) -> Made:
    return right_or_wrong(rng, 100, 0.15, 0.04), [(f"{one}",) for one in range(100)], kinds(rng, 100), 1.0


def few_large_documents(rng: np.random.Generator) -> Made:
    own = rng.choice(10, 200, p=np.arange(1, 11) / 55).tolist()
    return right_or_wrong(rng, 200, 0.13, 0.04), [(f"document {one}",) for one in own], kinds(rng, 200, 2), 1.0


def pairs_of_documents(rng: np.random.Generator) -> Made:
    before, after = rng.choice(LOSSES, 150, p=[0.4, 0.3, 0.2, 0.07, 0.03]), rng.choice(LOSSES[:3], 150)
    pairs = [(f"document {one}", f"document {two}") for one, two in rng.integers(0, 40, (150, 2)).tolist()]
    return before - after, pairs, kinds(rng, 150, 3), None


def documents_that_differ(rng: np.random.Generator) -> Made:
    own = np.repeat(np.arange(50), 4)
    better = np.clip(0.12 + 0.08 * rng.standard_normal(50), 0, 1)[own]
    saved = np.where(rng.random(200) < better, 1.0, 0.0) - (rng.random(200) < 0.03)
    kind = kinds(rng, 50)
    return saved, [(f"document {one}",) for one in own.tolist()], [kind[one] for one in own.tolist()], 1.0


def a_slice_that_is_harder(rng: np.random.Generator) -> Made:
    hard = rng.random(150) < 0.3
    saved = np.where(hard, right_or_wrong(rng, 150, 0.35, 0.25), right_or_wrong(rng, 150, 0.11, 0.01))
    return saved, documents(rng, 150, 3), ["hard" if one else "easy" for one in hard.tolist()], 1.0


def in_a_few_documents(rng: np.random.Generator) -> Made:
    saved, clusters = right_or_wrong(rng, 150, 0.02, 0.02), documents(rng, 150, 5)
    saved[:24] = right_or_wrong(rng, 24, 0.9, 0.0)
    return saved, clusters, [""] * 150, 1.0


def in_one_kind(rng: np.random.Generator) -> Made:
    kind = kinds(rng, 200)
    own = np.array([one == "kind 1" for one in kind])
    saved = np.where(own, right_or_wrong(rng, 200, 0.45, 0.0), right_or_wrong(rng, 200, 0.02, 0.02))
    return saved, documents(rng, 200, 2), kind, 1.0


def compared(
    make: Callable[[np.random.Generator], Made], comparisons: int = FEWER
) -> tuple[int, list[Concentration]]:
    """Return how many of many made-up comparisons show a clear gain, and where it was found to sit."""
    rng, clear, found = np.random.default_rng(1), 0, []
    for number in range(comparisons):
        saved, clusters, slices, span = make(rng)
        clear += score_interval(saved, clusters, span=span).low > 0
        found += concentrations(saved, clusters, slices, np.random.default_rng(number), span=span)
    return clear, found


@pytest.mark.parametrize(
    "make",
    [
        labels_by_document,
        examples_of_their_own,
        few_large_documents,
        pairs_of_documents,
        documents_that_differ,
        a_slice_that_is_harder,
    ],
)
def test_a_gain_that_sits_nowhere_in_particular_is_seldom_warned_about(
    make: Callable[[np.random.Generator], Made],
) -> None:
    clear, found = compared(make, COMPARISONS)
    assert clear > COMPARISONS / 4
    assert len(found) <= 0.05 * clear


def test_a_gain_in_a_few_documents_is_found_mostly_and_the_documents_are_named() -> None:
    clear, found = compared(in_a_few_documents)
    assert len(found) > clear / 2 > 15
    for one in found:
        assert one.kind == "clusters"
        assert {int(name.split()[1]) for name in one.names} & set(range(8))
        assert one.share >= 0.5 >= one.examples / one.total
        assert one.low <= 0 < one.high


def test_a_gain_in_one_slice_is_found_mostly_and_the_slice_is_named() -> None:
    clear, found = compared(in_one_kind)
    slices = [one for one in found if one.kind == "slice"]
    assert len(slices) > 0.9 * clear > 40
    assert {one.names for one in slices} == {("kind 1",)}
    assert len(found) - len(slices) < 0.05 * clear


def test_a_gain_that_is_clear_without_its_best_places_is_left_alone() -> None:
    saved = np.array([1.0] * 40 + ([1.0] * 3 + [0.0] * 17) * 10)
    clusters = [(f"{number // 4}",) for number in range(40)] + [(f"{number}",) for number in range(40, 240)]
    slices = ["news"] * 40 + ["mail"] * 200
    assert score_interval(saved, clusters, span=1.0).low > 0
    assert concentrations(saved, clusters, slices, np.random.default_rng(0), span=1.0) == ()


def test_what_is_no_clear_gain_is_no_gain_that_sits_somewhere() -> None:
    saved = np.array([1.0] * 10 + [-1.0] * 10 + [0.0] * 40)
    clusters = [("one",)] * 10 + [("two",)] * 10 + [("three",)] * 40
    slices = ["news"] * 10 + ["mail"] * 50
    assert concentrations(saved, clusters, slices, np.random.default_rng(0), span=1.0) == ()
    assert concentrations(-saved[:5], clusters[:5], slices[:5], np.random.default_rng(0)) == ()


def test_examples_without_a_slice_count_as_the_others() -> None:
    saved = np.array([1.0] * 15 + [0.0] * 60)
    own = [(f"{number}",) for number in range(75)]
    (found,) = concentrations(saved, own, ["news"] * 20 + [""] * 55, np.random.default_rng(0), span=1.0)
    assert (found.kind, found.names, found.examples, found.total) == ("slice", ("news",), 20, 75)
    assert (found.share, found.rest) == (1.0, 0.0)
    assert concentrations(saved, own, [""] * 75, np.random.default_rng(0), span=1.0) == ()


def test_the_same_comparison_gives_the_same_places_and_chance() -> None:
    saved, clusters, slices, span = in_one_kind(np.random.default_rng(3))
    twice = [concentrations(saved, clusters, slices, np.random.default_rng(5), span=span) for _ in range(2)]
    assert twice[0] == twice[1] != ()
