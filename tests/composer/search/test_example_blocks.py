"""A few examples at a visit, spread evenly over those in play."""

from __future__ import annotations

from collections import Counter

from composer.search.example_blocks import ExampleBlocks
from composer.search.problem import BudgetedScorer
from composer.search.sensitivity import Sensitivity
from tests.composer.search.worlds import EXAMPLES, World, problem


def scorer() -> BudgetedScorer:
    return BudgetedScorer(problem(World()), 400, lambda _step: None)


def test_compositions_get_the_examples_in_turn_so_that_each_is_used_about_as_often() -> None:
    asked = scorer()
    blocks = ExampleBlocks(asked, 4, 10)
    used: Counter[str] = Counter()
    for key in "abcde":
        used.update(blocks.next_for((key,)))
        asked.losses([((key,), blocks.examples[:0])])
    assert used == dict.fromkeys(EXAMPLES[:10], 2)


def test_a_composition_is_never_given_an_example_twice_and_in_the_end_none() -> None:
    asked = scorer()
    blocks = ExampleBlocks(asked, 4, 10)
    given: list[str] = []
    assert blocks.untried(("a",))
    while block := blocks.next_for(("a",)):
        asked.losses([(("a",), block)])
        given += block
    assert not blocks.untried(("a",))
    assert sorted(given) == sorted(EXAMPLES[:10])


def test_further_examples_come_into_play_only_when_they_are_brought_in() -> None:
    asked = scorer()
    blocks = ExampleBlocks(asked, 4, 10)
    asked.losses([(("a",), EXAMPLES[:10])])
    assert not blocks.all_in_play
    assert blocks.next_for(("a",)) == ()
    blocks.bring_all_into_play()
    assert blocks.all_in_play
    assert blocks.next_for(("a",)) == EXAMPLES[10:14]


def test_a_visit_takes_no_more_examples_than_are_in_play() -> None:
    assert ExampleBlocks(scorer(), 4, 3).size == 3


def test_examples_are_used_as_often_as_they_tell_and_none_is_left_out() -> None:
    asked = scorer()
    blocks = ExampleBlocks(asked, 4, 10)
    tells = {e: 4.0 if place < 3 else 0.5 for place, e in enumerate(EXAMPLES[:10])}
    blocks.sensitivity = Sensitivity(tells, tells)
    used: Counter[str] = Counter()
    for number in range(60):
        block = blocks.next_for((f"s{number}",))
        assert len(set(block)) == 4
        used.update(block)
    assert set(used) == set(EXAMPLES[:10])
    often, rarely = [used[e] for e in EXAMPLES[:3]], [used[e] for e in EXAMPLES[3:10]]
    assert min(often) > 3 * max(rarely)
    assert max(often) - min(often) <= 1


def test_a_composition_asked_on_all_that_tell_much_goes_on_to_the_others() -> None:
    asked = scorer()
    blocks = ExampleBlocks(asked, 4, 10)
    blocks.sensitivity = Sensitivity({EXAMPLES[0]: 9.0}, {})
    given: list[str] = []
    while block := blocks.next_for(("a",)):
        asked.losses([(("a",), block)])
        given += block
    assert sorted(given) == sorted(EXAMPLES[:10])
