"""A composition that fails on every answer is not one that is merely bad, and its snippets are suspected."""

from __future__ import annotations

from composer.search.format_failures import failing_compositions, suspected_snippets
from composer.search.problem import Keys
from tests.composer.search.worlds import EXAMPLES, World, problem

GIVEN = problem(World())


def cells(**losses: list[float]) -> dict[tuple[Keys, str], float]:
    """Losses of compositions named by their keys, the incumbent being `bare`."""
    return {
        (() if name == "bare" else tuple(name), example): loss
        for name, own in losses.items()
        for example, loss in zip(EXAMPLES, own, strict=False)
    }


def test_a_composition_that_loses_everything_is_failing_and_one_good_answer_clears_it() -> None:
    known = cells(bare=[0.2] * 8, a=[1.0] * 4, b=[1.0, 1.0, 1.0, 0.9], ab=[1.0] * 4)
    assert failing_compositions(GIVEN, known) == {("a",), ("a", "b")}


def test_few_answers_are_no_proof_where_the_incumbent_often_loses_everything_too() -> None:
    assert failing_compositions(GIVEN, cells(bare=[1.0, 1.0, 1.0, 0.2], a=[1.0] * 4)) == frozenset()
    assert failing_compositions(GIVEN, cells(bare=[0.5] * 4, a=[1.0] * 2)) == frozenset()
    assert failing_compositions(GIVEN, cells(bare=[0.5] * 4, a=[1.0] * 20)) == {("a",)}


def test_nothing_is_failing_where_the_incumbent_itself_is_or_was_never_asked() -> None:
    assert failing_compositions(GIVEN, cells(bare=[1.0] * 8, a=[1.0] * 8)) == frozenset()
    assert failing_compositions(GIVEN, cells(a=[1.0] * 8)) == frozenset()


def test_suspected_are_the_snippets_that_were_in_nothing_that_works() -> None:
    working = cells(bare=[0.2] * 8, b=[0.3] * 4, cd=[0.4] * 4)
    assert suspected_snippets(GIVEN, working, frozenset({("a", "b"), ("e", "c")})) == {"a", "e"}
    assert suspected_snippets(GIVEN, working, frozenset()) == frozenset()


def test_a_snippet_of_the_incumbent_is_never_suspected() -> None:
    base = problem(World(), incumbent=("a",))
    assert suspected_snippets(base, {}, frozenset({("a", "b")})) == {"b"}
