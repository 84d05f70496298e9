"""A world is written and read back whole; what is wrong with one is reported with its file, line and field."""

from __future__ import annotations

import json
import random
from pathlib import Path

import numpy as np
import pytest

from composer.bench.world_files import Cell, Description, read_description, read_world, write_world
from library.errors import Refused
from tests.composer.bench.conftest import answered, described


def test_a_world_is_read_as_it_was_written(folder: Path) -> None:
    world = read_world(folder)
    assert (world.name, world.incumbent, world.rules.max_length, world.ordered) == ("small", ("loud",), 2, False)
    assert (len(world.dev), len(world.test)) == (12, 8)
    dev, test = world.losses(("kind", "strict"))
    np.testing.assert_allclose(dev[:5], [0.1, 0.13, 0.16, 0.19, 0.22])
    assert test.shape == (8,)
    assert read_description(folder / "world.json") == described()


def test_the_same_world_is_the_same_bytes_whatever_the_order_of_its_cells(folder: Path, tmp_path: Path) -> None:
    cells = answered(described())
    random.Random(1).shuffle(cells)
    write_world(tmp_path / "again", described(), cells)
    for name in ("world.json", "cells.jsonl"):
        assert (tmp_path / "again" / name).read_bytes() == (folder / name).read_bytes()


def test_the_first_line_of_cells_is_in_the_documented_form(folder: Path) -> None:
    assert json.loads((folder / "cells.jsonl").read_text().split("\n")[0]) == {
        "c": [],
        "e": "d0",
        "loss": 0.5,
        "valid": True,
    }


def test_rules_reach_the_search(tmp_path: Path) -> None:
    rules = {
        "groups": {"short": "g", "kind": "g"},
        "requires": {"strict": ["kind"]},
        "conflicts": [["short", "loud"]],
    }
    world = described(rules={**rules, "stay": ["kind"], "last": ["loud"], "max_tokens": 6})
    write_world(tmp_path, world, answered(world))
    read = read_world(tmp_path).rules
    assert read == world.rules_of_search()
    assert read.conflicts == {"short": {"loud"}, "loud": {"short"}}
    assert (read.tokens["kind"], read.tokens["strict"]) == (2, 3)  # 8 and 10 bytes, four to a token
    assert "stay" in read.broken(("strict",))


@pytest.mark.parametrize(
    ("change", "field", "said"),
    [
        ({"incumbent": ["quiet"]}, "incumbent", "quiet is no snippet of this world"),
        ({"max_length": 0}, "max_length", "greater than or equal to 1"),
        ({"rules": {"stay": ["quiet"]}}, "rules", "quiet is no snippet of this world"),
        ({"examples": [{"id": "d", "split": "dev"}]}, "examples", "no example is of split test"),
        ({"snippets": [{"key": "a", "text": "A."}] * 2, "incumbent": []}, "snippets", "snippet a appears twice"),
        ({"colour": "red"}, "colour", "unknown field"),
    ],
)
def test_a_wrong_description_is_refused_with_line_and_field(
    folder: Path, change: dict[str, object], field: str, said: str
) -> None:
    path = folder / "world.json"
    text = json.dumps({**json.loads(path.read_text()), **change}, indent=1)
    path.write_text(text)
    with pytest.raises(Refused, match=said) as refusal:
        read_world(folder)
    line = text[: text.index(f'\n "{field}"')].count("\n") + 2
    assert refusal.value.where == f"{path}, line {line}, field {field}"


def test_what_is_no_json_is_refused_with_its_line(folder: Path) -> None:
    (folder / "world.json").write_text('{"name": "small",\n oops}')
    with pytest.raises(Refused, match=r"not valid JSON: .*line 2"):
        read_world(folder)


@pytest.mark.parametrize(
    ("line", "field", "said"),
    [
        ('{"c": ["kind"], "e": "d0", "loss": 1.5}', ", field loss", "less than or equal to 1"),
        ('{"c": ["quiet"], "e": "d0", "loss": 1}', ", field c", "world.json has no snippet quiet"),
        ('{"c": ["kind"], "e": "x9", "loss": 1}', ", field e", "world.json has no example x9"),
        ('{"c": ["kind", "short"], "e": "d0", "loss": 1}', ", field c", 'library order, .*"short", "kind"'),
        ('{"c": ["kind"], "e": "d0", "loss": 0.1}', "", "the same composition and example as line 41"),
        ('{"c": ["kind"], "e": "d0"}', ", field loss", "required"),
        ('{"c": ["kind"], "e": "d0", "loss": 1, "odd": 1}', ", field odd", "not permitted"),
        ("nonsense", "", "nvalid JSON"),
    ],
)
def test_a_wrong_answer_is_refused_with_line_and_field(folder: Path, line: str, field: str, said: str) -> None:
    path = folder / "cells.jsonl"
    path.write_text(path.read_text() + line + "\n")
    with pytest.raises(Refused, match=said) as refusal:
        read_world(folder)
    assert refusal.value.where == f"{path}, line 321{field}"


def test_every_wrong_answer_is_listed(folder: Path) -> None:
    path = folder / "cells.jsonl"
    path.write_text(path.read_text() + '{"c": ["quiet"], "e": "d0", "loss": 1}\n' * 30)
    with pytest.raises(Refused, match="30 problems") as refusal:
        read_world(folder)
    assert len(refusal.value.problems) == 30


def test_an_incumbent_out_of_library_order_is_refused(folder: Path) -> None:
    path = folder / "world.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "incumbent": ["loud", "short"]}))
    with pytest.raises(Refused, match="library order") as refusal:
        read_world(folder)
    assert '["short", "loud"]' in refusal.value.fix


def test_a_world_without_its_incumbent_is_refused(tmp_path: Path) -> None:
    cells = [cell for cell in answered(described()) if cell.keys != ("loud",)]
    write_world(tmp_path, described(), cells)
    with pytest.raises(Refused, match="the incumbent has no answer"):
        read_world(tmp_path)


def test_in_an_ordered_world_the_order_of_keys_counts(tmp_path: Path) -> None:
    world: Description = described(ordered=True, incumbent=["loud", "short"])
    cells = [
        Cell(keys, example.id, loss)
        for keys, loss in ((("loud", "short"), 0.5), (("short", "loud"), 0.25))
        for example in world.examples
    ]
    write_world(tmp_path, world, cells)
    read = read_world(tmp_path)
    assert read.losses(("short", "loud"))[0].mean() == 0.25
    assert read.losses(("loud", "short"))[0].mean() == 0.5
