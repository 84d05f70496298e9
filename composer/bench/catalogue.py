"""The worlds there are: recorded ones in folders, made-up ones by name, families of them, and which half tunes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from composer.bench.families import Families, read_families
from composer.bench.synthetic import SPECS, synthetic
from composer.bench.synthetic_families import TARGET_SPECS, made_up_target
from composer.bench.world import World
from composer.bench.world_files import DESCRIPTION, read_world
from library.errors import Refused
from library.yamlfile import read_yaml

WORLDS = Path(__file__).resolve().parents[2] / "data" / "worlds"


class Split(BaseModel):
    """The content of `split.yaml`: names of the worlds to tune strategies on, and of those to report on."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    tune: tuple[str, ...]
    report: tuple[str, ...]


def expanded(named: Sequence[str], folder: Path = WORLDS) -> tuple[str, ...]:
    """Return each world named once, in the order given.

    A name is the folder of a recorded world, the name of one under `folder`, the name of a made-up one or of a
    family, a half of the split, `tune` or `report`, or of the families, `families-tune` or `families-report`;
    several may be given with commas between. Raises `Refused` where there is no such world.
    """
    families = read_families(folder)
    names = [name.strip() for some in named for name in some.split(",") if name.strip()]
    worlds: list[str] = []
    for name in names:
        if name in ("tune", "report"):
            split = read_yaml(folder / "split.yaml", Split)
            worlds += split.tune if name == "tune" else split.report
        else:
            worlds += _of_families(name, families) or (name,)
    for world in worlds:
        _place(world, folder)
    if not worlds:
        raise Refused("no world is named", fix="Name one with --world, or a half of all: tune or report.")
    return tuple(dict.fromkeys(worlds))


def open_world(name: str, folder: Path = WORLDS) -> World:
    """Return a world by one of the names that `expanded` gives; raises `Refused` where it can't be read."""
    place = _place(name, folder)
    if place is not None:
        return read_world(place)
    return made_up_target(name) if name in TARGET_SPECS else synthetic(name)


def others_of(world: str, folder: Path = WORLDS) -> tuple[str, ...]:
    """Return the other worlds of a world's family; empty where it is of none."""
    return read_families(folder).others(world)


def _of_families(name: str, families: Families) -> tuple[str, ...]:
    """Return the worlds of a family, or of a half of all families; empty where the name is neither."""
    halves = {"families-tune": families.tune, "families-report": families.report}
    return tuple(world for family in halves.get(name, (name,)) for world in families.worlds.get(family, ()))


def _place(name: str, folder: Path) -> Path | None:
    """Return the folder of a recorded world, None for a made-up one."""
    if name in SPECS or name in TARGET_SPECS:
        return None
    for place in (Path(name), folder / name):
        if (place / DESCRIPTION).is_file():
            return place
    if Path(name).is_dir():
        raise Refused(f"the folder holds no {DESCRIPTION}", where=name, fix="Name the folder of a world.")
    recorded = sorted(found.parent.name for found in folder.glob(f"*/{DESCRIPTION}"))
    raise Refused(
        f"there is no world {name}",
        fix=f"Name a folder with a {DESCRIPTION}, tune, report, or one of: {', '.join([*recorded, *SPECS])}.",
    )
