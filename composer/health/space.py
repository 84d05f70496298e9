"""Whether the disk has room for what comes next: answers, an upgrade or a backup, and model files."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from composer.health.findings import Finding, fault, fine, megabytes, warning

ABOUT = "space"
FOR_A_RUN = 64_000_000
"""Bytes that a run may write: about ten thousand answers with their log, and the log of its worker."""


def room(folder: Path, size: int, free: Callable[[Path], int]) -> Iterator[Finding]:
    """Say whether a home's disk has room for a run, and for its database of `size` bytes once more."""
    there = free(folder)
    if there < FOR_A_RUN:
        said = f"{megabytes(there)} are free, and a run may write {megabytes(FOR_A_RUN)}"
        yield fault(ABOUT, said, "Free some space; what was stored stays, and a run goes on where it stopped.")
    elif there < FOR_A_RUN + size:
        said = f"{megabytes(there)} are free, too little to write the {megabytes(size)} of the database once more"
        yield warning(ABOUT, said, "Free some space before an upgrade, or write backups to another disk.")
    else:
        yield fine(ABOUT, f"{megabytes(there)} are free, the database has {megabytes(size)}")


def room_for_models(folder: Path, missing: int, free: Callable[[Path], int]) -> Iterator[Finding]:
    """Say where there is too little room for `missing` bytes of model files that targets need."""
    place = next(one for one in (folder, *folder.parents) if one.exists())
    if missing and (there := free(place)) < missing:
        said = f"{megabytes(there)} are free for models in {folder}, and {megabytes(missing)} are missing"
        yield warning(ABOUT, said, "Free some space, or set COMPOSER_MODELS to a folder on a larger disk.")
