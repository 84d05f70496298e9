"""What the benchmark compares beside what a run may use."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from composer.bench.contestants import CONTESTANTS, PLAIN, contestant
from composer.bench.grid import run_grid
from composer.bench.replay import Bench
from composer.bench.seeds import seeded
from composer.bench.world import World
from composer.optimizer.strategies import STRATEGIES
from composer.search.effects import EVEN, effects
from composer.search.problem import BudgetedScorer
from library.errors import Refused


def test_the_plain_form_of_the_default_is_compared_but_not_offered_for_runs() -> None:
    assert set(CONTESTANTS) - set(STRATEGIES) == {PLAIN}


def test_an_unknown_one_is_refused_with_those_there_are() -> None:
    with pytest.raises(Refused) as refused:
        contestant("odd")
    assert PLAIN in refused.value.fix


def test_both_stand_side_by_side_in_one_run_and_meet_the_same_chance(folder: Path) -> None:
    found = run_grid([str(folder)], ["effects", PLAIN], [40], seeds=2)
    assert [(record.strategy, record.seed) for record in found] == [
        ("effects", 0),
        ("effects", 1),
        (PLAIN, 0),
        (PLAIN, 1),
    ]


def test_the_plain_form_is_a_search_with_the_settings_of_that_name(world: World) -> None:
    record = Bench(world).run(PLAIN, 40, 3)
    problem = world.problem(np.random.default_rng(seeded(world.name, "examples", 3)))
    scorer = BudgetedScorer(problem, 40, lambda _step: None)
    found = effects(scorer, np.random.default_rng(seeded(world.name, "effects", 40, 3)), EVEN)
    assert (record.keys, record.paid) == (found.keys, scorer.cells)
