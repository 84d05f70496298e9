"""A small closed world: five snippets, of which two help and one harms."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import pytest

from composer.bench.replay import Record
from composer.bench.world import World
from composer.bench.world_files import Cell, Description, read_world, write_world
from composer.optimizer.strategies import DEFAULT_STRATEGY

KEYS = ("short", "kind", "strict", "polite", "loud")
EFFECT = {"kind": -0.3, "strict": -0.1, "loud": 0.2}
DEV, TEST = 12, 8


def record(strategy: str = DEFAULT_STRATEGY, budget: int = 100, seed: int = 0, **changes: object) -> Record:
    values: dict[str, object] = {
        "world": "small",
        "paid": budget,
        "tried": 5,
        "keys": ("kind",),
        "gain_dev": 0.1,
        "gain_test": 0.1,
        "truth": 0.1,
        "promoted": True,
        "incumbent_dev": 0.4,
        "incumbent_test": 0.4,
        "oracle_dev": 0.2,
        "oracle_test": 0.2,
        "oracle_truth": 0.2,
        "stopped": "budget",
    }
    return Record.model_validate({**values, "strategy": strategy, "budget": budget, "seed": seed, **changes})


def described(**changes: object) -> Description:
    examples = [{"id": f"d{number}", "split": "dev"} for number in range(DEV)]
    examples += [{"id": f"t{number}", "split": "test"} for number in range(TEST)]
    content = {
        "name": "small",
        "max_length": 2,
        "snippets": [{"key": key, "text": f"Be {key}."} for key in KEYS],
        "incumbent": ["loud"],
        "examples": examples,
        "about": "made by hand",
    }
    return Description.model_validate({**content, **changes})


def answered(world: Description) -> list[Cell]:
    cells = []
    for length in range(world.max_length + 1):
        for keys in combinations(KEYS, length):
            for number, example in enumerate(world.examples):
                loss = 0.5 + sum(EFFECT.get(key, 0) for key in keys) + 0.01 * (number % 5) * (1 + len(keys))
                cells.append(Cell(keys, example.id, round(loss, 6)))
    return cells


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the small world in it."""
    world = described()
    write_world(tmp_path / "small", world, answered(world))
    return tmp_path / "small"


@pytest.fixture
def world(folder: Path) -> World:
    return read_world(folder)
