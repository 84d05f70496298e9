"""Made-up families: on each target the same snippets do what the family's way of carrying over says."""

from __future__ import annotations

import numpy as np
import pytest

from composer.bench.synthetic import Synthetic
from composer.bench.synthetic_families import CARRIES, FAMILIES, made_up_target
from composer.bench.world import World


def effects(world: World) -> np.ndarray:
    assert isinstance(world.answers, Synthetic)
    return world.answers.parameters.effects


def targets(family: str) -> list[World]:
    return [made_up_target(name) for name in FAMILIES[f"synthetic/{family}"]]


def alike(one: World, other: World, tag: str = "") -> float:
    """Return the correlation of effects between two targets, of snippets with a tag."""
    held = [place for place, key in enumerate(one.snippets) if tag in {"", *one.tags[key]}]
    free = [place for place in held if one.snippets[place] not in one.incumbent]
    return float(np.corrcoef(effects(one)[free], effects(other)[free])[0, 1])


def test_the_targets_share_snippets_tags_and_incumbent_and_differ_in_their_answers() -> None:
    one, other, _ = targets("carried-sparse-28-a")
    assert (one.snippets, one.tags, one.incumbent) == (other.snippets, other.tags, other.incumbent)
    assert (one.losses(one.incumbent)[0] != other.losses(one.incumbent)[0]).any()
    assert one.gain(one.oracle) > 0.05


@pytest.mark.parametrize("shape", ["sparse-28-a", "sparse-40-b"])
def test_effects_carry_over_where_they_should_and_nowhere_else(shape: str) -> None:
    carried, independent, turned = (
        targets(f"{carry}-{shape}") for carry in ("carried", "independent", "reversed")
    )
    assert alike(carried[0], carried[1]) > 0.6
    assert abs(alike(independent[0], independent[1])) < 0.5
    assert alike(turned[0], turned[1]) < -0.5
    assert alike(turned[0], turned[2]) > 0.5


def test_in_a_family_by_kind_one_kind_carries_over_and_the_other_does_not() -> None:
    one, other, _ = targets("by-kind-sparse-40-b")
    assert alike(one, other, "format") > 0.6
    assert alike(one, other, "judgement") < 0.5


def test_near_duplicates_stay_near_duplicates_on_every_target() -> None:
    for world in targets("independent-redundant-40-a"):
        assert isinstance(world.answers, Synthetic)
        own = world.answers.parameters
        assert len(np.unique(own.cluster)) < len(own.cluster)
        assert (own.effects == own.effects[own.cluster]).all()


def test_there_is_a_family_of_every_way_in_both_halves() -> None:
    for carry in CARRIES:
        own = [name for name in FAMILIES if name.startswith(f"synthetic/{carry}-")]
        assert {name[-1] for name in own} == {"a", "b"}
