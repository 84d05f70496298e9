"""Worlds are found by folder, by name, or as a half of the split; and the split mixes nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from composer.bench.catalogue import WORLDS, Split, expanded, open_world
from composer.bench.families import read_families
from composer.bench.synthetic import SPECS
from library.errors import Refused
from library.yamlfile import read_yaml


def test_a_half_stands_for_its_worlds() -> None:
    tune, report = expanded(["tune"]), expanded(["report"])
    assert "synthetic/sparse-60-a" in tune
    assert "synthetic/sparse-60-b" in report
    assert not set(tune) & set(report)
    assert expanded(["tune,report", "synthetic/null-60-a"]) == (*tune, *report)


def test_every_world_there_is_stands_in_the_split_or_in_a_family() -> None:
    split = read_yaml(WORLDS / "split.yaml", Split)
    recorded = {found.parent.name for found in WORLDS.glob("*/world.json")}
    in_families = {world for worlds in read_families(WORLDS).recorded.values() for world in worlds}
    assert {*split.tune, *split.report} <= {*SPECS, *recorded}
    assert {*SPECS, *recorded} == {*split.tune, *split.report, *in_families}


def test_recorded_worlds_are_found_by_path_and_by_name(folder: Path) -> None:
    assert expanded([str(folder)]) == (str(folder),)
    assert expanded(["small"], folder.parent) == ("small",)
    assert open_world(str(folder)).name == open_world("small", folder.parent).name == "small"


@pytest.mark.parametrize("name", ["synthetic/sparse-61-a", "nowhere"])
def test_an_unknown_world_is_refused_with_those_there_are(name: str, folder: Path) -> None:
    with pytest.raises(Refused, match=f"there is no world {name}") as refusal:
        expanded([name], folder.parent)
    assert "small, synthetic/sparse-60-a" in refusal.value.fix


def test_a_folder_without_a_world_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"holds no world\.json"):
        expanded([str(tmp_path)])


def test_no_world_at_all_is_refused() -> None:
    with pytest.raises(Refused, match="no world is named"):
        expanded([" ,"])
