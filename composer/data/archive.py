"""Source archives that hold data sets of others: fetched once, checked by hash, read without unpacking."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from composer.models.download import cache_folder
from composer.models.sources import PIP_DOWNLOAD, last_error
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
    return Path(chosen).expanduser().absolute() if chosen else cache_folder() / "data"


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
    # pip looks into an archive by running its set-up, so it has to check the bytes itself, before that.
    wanted = folder / "wanted.txt"
    wanted.write_text(f"{archive.project}=={archive.version} --hash=sha256:{archive.sha256}\n")
    command = [*PIP_DOWNLOAD, "--no-binary", ":all:", "--no-build-isolation", "--require-hashes"]
    command += ["--dest", str(folder), "--requirement", str(wanted)]
    ended = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    if ended.returncode != 0:
        reason = last_error(ended.stderr.decode(errors="replace"))
        raise Refused(
            f"pip could not download {archive.project} {archive.version} ({reason})",
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
