"""The files of the models that targets are answered by, each read whole and held against its sha256."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterator
from pathlib import Path

from composer.health.findings import Finding, fault, fine, megabytes, warning
from composer.models.catalogue import CATALOGUE, Model
from composer.models.sources import folder_bytes

ABOUT = "models"
Progress = Callable[[str, int, int], None]
"""Told what is read, how many bytes of it have been, and how many there are."""
_AT_ONCE = 8_000_000


def model_files(wanted: Collection[str], folder: Path, progress: Progress) -> Iterator[Finding]:
    """Say of each model that is there or `wanted` by a target whether its file has the right bytes."""
    for model in CATALOGUE:
        file = folder / model.file
        if file.is_file():
            yield _checked(model, file, progress)
        elif model.name in wanted:
            yield warning(ABOUT, f"{model.name} is not on this machine", f"`composer model pull {model.name}`")
        parts = folder / f".{model.file}.parts"
        if parts.is_dir() and not file.is_file():
            said = f"a download of {model.name} was cut off, {megabytes(folder_bytes(parts))} of it are there"
            yield warning(ABOUT, said, f"`composer model pull {model.name}` goes on with it.")


def _checked(model: Model, file: Path, progress: Progress) -> Finding:
    fix = f"`composer model pull {model.name}` fetches it again."
    size = file.stat().st_size
    if size != model.bytes:
        return fault(ABOUT, f"{file} has {size:,} bytes of {model.bytes:,}", fix)
    digest, done = hashlib.sha256(), 0
    try:
        with file.open("rb") as content:
            while some := content.read(_AT_ONCE):
                digest.update(some)
                done += len(some)
                progress(f"reading {model.name}", done, model.bytes)
    except OSError as error:
        return fault(ABOUT, f"{file} can't be read: {error.strerror or error}", fix)
    if digest.hexdigest() != model.sha256:
        return fault(ABOUT, f"{file} has the wrong bytes: its sha256 is not that of {model.name}", fix)
    return fine(ABOUT, f"{model.name} is whole")
