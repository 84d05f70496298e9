"""A world answers from its recording alone, shows a search dev examples only, and knows its best composition."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from composer.bench.world import NotRecorded, World
from composer.bench.world_files import read_world, write_world
from library.errors import Refused
from tests.composer.bench.conftest import answered, described


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def test_a_search_gets_the_recorded_losses(world: World) -> None:
    problem = world.problem(rng())
    first, second = problem.score([(("kind",), ("d3", "d0")), ((), ("d1",))])
    np.testing.assert_allclose(first, [0.26, 0.2])
    np.testing.assert_allclose(second, [0.51])


def test_a_search_is_given_dev_examples_alone(world: World) -> None:
    problem = world.problem(rng())
    assert set(problem.examples) == set(world.dev)
    with pytest.raises(NotRecorded, match="t0 is a test example, which no search may see"):
        problem.score([(("kind",), ("d0", "t0"))])


def test_what_was_not_recorded_raises(world: World) -> None:
    problem = world.problem(rng())
    with pytest.raises(NotRecorded, match=r"short \+ kind \+ strict.*world small"):
        problem.score([(("short", "kind", "strict"), ("d0",))])
    with pytest.raises(Refused, match="d99"):
        problem.score([(("kind",), ("d99",))])


def test_one_missing_cell_raises_when_it_is_asked_for_and_not_before(tmp_path: Path) -> None:
    cells = [cell for cell in answered(described()) if (cell.keys, cell.example) != (("kind",), "d3")]
    write_world(tmp_path, described(), cells)
    world = read_world(tmp_path)
    assert len(world.problem(rng()).score([(("kind",), world.dev[:3])])[0]) == 3
    for asking in (lambda: world.problem(rng()).score([(("kind",), world.dev)]), lambda: world.losses(("kind",))):
        with pytest.raises(NotRecorded, match="kind on dev example d3"):
            asking()


def test_the_order_of_examples_is_drawn(world: World) -> None:
    assert world.problem(rng(1)).examples == world.problem(rng(1)).examples
    assert world.problem(rng(1)).examples != world.problem(rng(2)).examples


def test_every_prefix_holds_the_strata_evenly(tmp_path: Path) -> None:
    examples = [{"id": f"d{n}", "split": "dev", "stratum": "good" if n < 4 else "bad"} for n in range(8)]
    world = described(examples=[*examples, {"id": "t", "split": "test"}])
    write_world(tmp_path, world, answered(world))
    for seed in range(5):
        order = read_world(tmp_path).problem(rng(seed)).examples
        for size in range(2, 9, 2):
            assert sum(example in ("d0", "d1", "d2", "d3") for example in order[:size]) == size / 2


def test_the_oracle_has_the_least_loss_on_dev(world: World) -> None:
    assert world.oracle == ("kind", "strict")


def test_the_oracle_is_chosen_on_dev_and_not_on_test(tmp_path: Path) -> None:
    cells = [
        cell._replace(loss=0.0) if cell.keys == ("short",) and cell.example.startswith("t") else cell
        for cell in answered(described())
    ]
    write_world(tmp_path, described(), cells)
    assert read_world(tmp_path).oracle == ("kind", "strict")


def test_the_oracle_keeps_to_the_rules(tmp_path: Path) -> None:
    write_world(tmp_path, described(rules={"conflicts": [["kind", "strict"]]}), answered(described()))
    assert read_world(tmp_path).oracle == ("kind",)


def test_of_equal_compositions_the_shorter_is_the_oracle(tmp_path: Path) -> None:
    write_world(tmp_path, described(), [cell._replace(loss=0.5) for cell in answered(described())])
    assert read_world(tmp_path).oracle == ()


def test_the_true_gain_of_a_recorded_world_is_over_all_its_examples(world: World) -> None:
    (was_dev, was_test), (dev, test) = world.losses(("loud",)), world.losses(("kind",))
    saved = np.concatenate([was_dev - dev, was_test - test])
    assert world.gain(("kind",)) == pytest.approx(saved.mean())
    assert world.gain(world.incumbent) == 0
