"""The tree-structured Parzen estimator: its schedule, and what it makes of a suggestion that breaks a rule."""

from __future__ import annotations

from composer.search.constraints import Rules
from composer.search.tpe import made_allowed, tpe
from tests.composer.search.worlds import EXAMPLES, World, found, problem


def test_a_full_evaluation_shrinks_with_the_budget() -> None:
    world = World()
    found(world, tpe, budget=50)
    assert {example for _, example in world.asked} == set(EXAMPLES[:3])


def test_minibatches_are_drawn_afresh_and_the_incumbent_is_evaluated_in_full_first() -> None:
    world = World()
    found(world, tpe, budget=800, incumbent=("d",))
    assert world.asked[:40] == [(("d",), example) for example in EXAMPLES]
    batches: dict[tuple[str, ...], set[str]] = {}
    for keys, example in world.asked[40:]:
        batches.setdefault(keys, set()).add(example)
    assert {len(batch) for batch in batches.values()} >= {35, 40}
    assert len({frozenset(batch) for batch in batches.values() if len(batch) == 35}) > 1


def test_what_breaks_a_rule_is_repaired() -> None:
    limits = Rules(
        max_length=3,
        requires={"a": frozenset({"b"})},
        conflicts={"a": frozenset({"c"})},
        last=frozenset({"a"}),
    )
    assert made_allowed(problem(World(), rules=limits), tuple("acdef")) == ("d", "b", "a")
