"""The folder in which a user's database, logs, packs and locks live."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

CLUSTER_VARIABLE = "COMPOSER_CLUSTER"
"""The variable of the environment that holds the address of a Dask scheduler: its workers ask the models."""


@dataclass(frozen=True)
class Home:
    """A home folder and the places inside it; nothing is created by naming it."""

    path: Path

    @property
    def database(self) -> Path:
        """The SQLite file used unless COMPOSER_DATABASE_URL names another database."""
        return self.path / "composer.db"

    @property
    def logs(self) -> Path:
        """Folder of the workers' log files."""
        return self.path / "logs"

    @property
    def packs(self) -> Path:
        """Folder of exported prompts."""
        return self.path / "packs"

    @property
    def figures(self) -> Path:
        """Folder of figures that take a while to compute; what is missing in it is computed again."""
        return self.path / "figures"

    @property
    def locks(self) -> Path:
        """Folder of the lock files that keep two workers off one run."""
        return self.path / "locks"


def resolve_home(option: Path | None) -> Path:
    """Return the absolute home folder: the option, else COMPOSER_HOME, else `.composer` here."""
    chosen = option or Path(os.environ.get("COMPOSER_HOME") or ".composer")
    return chosen.expanduser().absolute()
