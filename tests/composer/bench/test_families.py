"""Families of targets: which worlds they hold, in which half, and by which names they are asked for."""

from __future__ import annotations

from pathlib import Path

from composer.bench.catalogue import WORLDS, expanded, open_world, others_of
from composer.bench.families import read_families
from composer.bench.synthetic_families import FAMILIES

FAMILY = "synthetic/carried-sparse-28-a"


def test_every_family_is_in_one_half_and_has_three_targets_or_more() -> None:
    families = read_families(WORLDS)
    halves = [*families.tune, *families.report]
    assert sorted(halves) == sorted({*FAMILIES, *families.recorded})
    assert all(len(worlds) >= 3 for worlds in families.worlds.values())


def test_the_targets_of_a_recorded_family_share_snippets_and_an_incumbent() -> None:
    for names in read_families(WORLDS).recorded.values():
        worlds = [open_world(name) for name in names]
        assert {one.snippets for one in worlds} == {worlds[0].snippets}
        assert {one.incumbent for one in worlds} == {worlds[0].incumbent}


def test_a_family_and_a_half_of_them_are_names_of_worlds() -> None:
    assert expanded([FAMILY]) == tuple(f"{FAMILY}/{target}" for target in (1, 2, 3))
    tune, report = expanded(["families-tune"]), expanded(["families-report"])
    assert f"{FAMILY}/1" in tune
    assert not set(tune) & set(report)


def test_a_world_has_the_others_of_its_family_or_none() -> None:
    assert others_of(f"{FAMILY}/2") == (f"{FAMILY}/1", f"{FAMILY}/3")
    assert others_of("synthetic/sparse-60-a") == ()


def test_a_folder_without_the_file_has_the_made_up_families_alone(tmp_path: Path) -> None:
    families = read_families(tmp_path)
    assert families.worlds == FAMILIES
    assert families.of(f"{FAMILY}/3") == FAMILY
