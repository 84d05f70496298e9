"""The steps of a search: on the examples that every step answered, in the order that has most of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete
from sqlmodel import col

from composer.analysis import search_steps as module
from composer.analysis.search_steps import FEWEST, SearchSteps, best_order, search_steps
from composer.prompts.composition import Composition
from composer.tables import CellRow
from library.database import Database
from tests import small
from tests.composer.review import acts

ALL = frozenset(range(40))


def answered_by(sets: Mapping[str, frozenset[int]]) -> Callable[[frozenset[str]], frozenset[int]]:
    return lambda keys: sets.get("".join(sorted(keys)), frozenset())


def test_of_two_orders_the_one_that_more_examples_answered_is_taken() -> None:
    answered = {"": ALL, "a": frozenset(range(12)), "b": frozenset(range(20)), "ab": ALL}
    found = best_order("ab", ALL, answered_by(answered))
    assert found is not None
    assert (found.keys, found.common) == (("b", "a"), frozenset(range(20)))


def test_of_equal_orders_the_candidates_own_is_taken() -> None:
    found = best_order("abc", ALL, lambda _keys: ALL)
    assert found is not None
    assert (found.keys, found.common) == (("a", "b", "c"), ALL)


def test_the_incumbents_answers_count_too() -> None:
    found = best_order("a", frozenset(range(13)), lambda _keys: ALL)
    assert found is not None
    assert found.common == frozenset(range(13))


@pytest.mark.parametrize("few", ["", "a", "start"])
def test_too_few_examples_in_common_make_no_order(few: str) -> None:
    some = frozenset(range(FEWEST - 1))
    start = some if few == "start" else ALL
    assert best_order("a", start, answered_by({"": ALL, "a": ALL, few: some})) is None
    assert best_order("a", ALL, answered_by({"": ALL, "a": ALL})) is not None


@given(st.lists(st.frozensets(st.integers(0, 30), min_size=10), min_size=4, max_size=4))
def test_two_keys_are_put_in_the_best_order(sets: list[frozenset[int]]) -> None:
    known = dict(zip(("", "a", "b", "ab"), sets, strict=True))
    found = best_order("ab", ALL, answered_by(known))
    sizes = [len(known[""] & known[first] & known["ab"]) for first, _ in permutations("ab")]
    assert (len(found.common) if found else None) == (max(sizes) if max(sizes) >= FEWEST else None)


def found_in(database: Database) -> SearchSteps | None:
    with database.session() as session:
        return search_steps(session, acts.review(database), np.random.default_rng(0))


def forget(database: Database, composition: Composition) -> None:
    with database.session() as session:
        session.exec(delete(CellRow).where(col(CellRow.composition) == composition.fingerprint))


def test_a_search_shows_the_gain_of_each_snippet_on_the_examples_it_asked_about(worse: Database) -> None:
    base, versions = small.TASK["base"], acts.review(worse).composition.versions
    assert len(versions) == 2
    found = found_in(worse)
    assert found is not None
    assert found == found_in(worse)
    assert found.examples == 16
    first, middle, last = found.steps
    assert first.name == "base"
    assert (first.difference.difference, first.composition) == (0, Composition(base))
    assert last.composition == acts.review(worse).composition
    # Without the answers of the composition between, the other order is the one that is known, if any is.
    forget(worse, middle.composition)
    other = found_in(worse)
    assert other is None or other.steps[1].composition not in (middle.composition, first.composition)
    for one in versions:
        forget(worse, Composition(base, (one,)))
    assert found_in(worse) is None


def test_beyond_its_limits_a_search_shows_no_steps(worse: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    assert found_in(worse) is not None
    with monkeypatch.context() as patch:
        patch.setattr(module, "MOST_ADDED", 1)
        assert found_in(worse) is None
    with monkeypatch.context() as patch:
        patch.setattr(module, "MOST_EXAMPLES", 15)
        assert found_in(worse) is None
    with monkeypatch.context() as patch:
        patch.setattr(module, "FEWEST", 17)
        assert found_in(worse) is None
    assert found_in(worse) is not None
