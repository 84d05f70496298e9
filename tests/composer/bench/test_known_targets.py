"""A prior in the benchmark: what one search on each other target showed, never the target's own answers."""

from __future__ import annotations

import pytest

from composer.bench.catalogue import open_world, others_of
from composer.bench.known_targets import prior_on, shown_on

WORLD = "synthetic/carried-sparse-28-a/1"


EARLIER = 100


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    shown_on.cache_clear()


def test_it_is_learnt_from_the_other_targets_alone_and_the_same_every_time() -> None:
    prior = prior_on(WORLD, others_of(WORLD), seed=0, earlier=EARLIER)
    assert prior is not None
    assert [one.target for one in prior.sources] == list(others_of(WORLD))
    assert all(one.cells <= 100 for one in prior.sources)
    assert prior.snippets.keys() <= set(open_world(WORLD).snippets)
    shown_on.cache_clear()
    assert prior_on(WORLD, others_of(WORLD), seed=0, earlier=EARLIER) == prior
    assert prior_on(WORLD, others_of(WORLD), seed=1, earlier=EARLIER) != prior


def test_the_kinds_are_those_of_the_tags() -> None:
    prior = prior_on(WORLD, others_of(WORLD), seed=0, earlier=EARLIER)
    assert prior is not None
    assert set(prior.carry) == {"format", "judgement"}


def test_a_world_without_a_family_has_none() -> None:
    assert prior_on("synthetic/sparse-60-a", (), seed=0, earlier=EARLIER) is None
