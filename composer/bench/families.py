"""Which worlds are one family: the same snippets, answered by several targets."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from composer.bench.synthetic_families import FAMILIES
from library.yamlfile import read_yaml

FILE = "families.yaml"


class Families(BaseModel):
    """The content of `families.yaml`: which tune head starts, which report on them, recorded ones' worlds."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    tune: tuple[str, ...]
    report: tuple[str, ...]
    recorded: dict[str, tuple[str, ...]]

    @property
    def worlds(self) -> Mapping[str, tuple[str, ...]]:
        """The names of the worlds of each family."""
        return {**FAMILIES, **self.recorded}

    def of(self, world: str) -> str | None:
        """Return the family that a world is of; None where it is of none."""
        return next((family for family, worlds in self.worlds.items() if world in worlds), None)

    def others(self, world: str) -> tuple[str, ...]:
        """Return the other worlds of a world's family; empty where it is of none."""
        return tuple(other for other in self.worlds.get(self.of(world) or "", ()) if other != world)


def read_families(folder: Path) -> Families:
    """Return the families in a folder of worlds: the made-up ones alone where it has no file of them."""
    path = folder / FILE
    return read_yaml(path, Families) if path.is_file() else Families(tune=(), report=(), recorded={})
