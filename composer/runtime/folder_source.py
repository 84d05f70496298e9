"""Packs in a folder: one alone, or each in `TASK/TARGET` as `composer export` wrote it."""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterator, Mapping
from pathlib import Path

from composer.release.verification import EVIDENCE, MANIFEST, PACK
from composer.runtime.source import NAME, require_names
from library.errors import Refused

_OWN = {*PACK, EVIDENCE}
LARGEST = 50_000_000
"""Bytes of a file beyond which it is no file of a pack."""


class FolderSource:
    """The packs in a folder. Which task and target a pack that lies there alone is for, its manifest says."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def where(self) -> str:
        """The folder."""
        return str(self.folder)

    def listed(self) -> tuple[tuple[str, str], ...]:
        """Return task and target of every pack, sorted; for one that lies alone, those its manifest names."""
        if self._alone:
            return (_named(self.folder),)
        found = []
        for task in _folders(self.folder):
            found += [(task.name, target.name) for target in _folders(task) if (target / MANIFEST).is_file()]
        return tuple(sorted(found))

    def stamp(self, task: str, target: str) -> Hashable:
        """Return name, size and time of change of every file."""
        try:
            seen = [(path.name, path.stat()) for path in _entries(self._pack(task, target))]
        except OSError as error:
            raise self._unreadable(error) from error
        return tuple((name, one.st_mtime_ns, one.st_size, one.st_ino) for name, one in seen)

    def files(self, task: str, target: str) -> Mapping[str, bytes]:
        """Return the files of a pack; what doesn't belong to one is there by name, but empty."""
        folder = self._pack(task, target)
        try:
            return {
                path.name: _content(path) if path.name in {*PACK, EVIDENCE} else b"" for path in _entries(folder)
            }
        except OSError as error:
            raise self._unreadable(error) from error

    @property
    def _alone(self) -> bool:
        return (self.folder / MANIFEST).exists()

    def _pack(self, task: str, target: str) -> Path:
        require_names(task, target)
        folder = self.folder if self._alone else self.folder / task / target
        if not folder.is_dir():
            there = ", ".join(f"{one} on {model}" for one, model in self.listed()[:5])
            raise Refused(
                f"there is no pack for {task} on {target}",
                where=self.where,
                fix=f"There is {there}."
                if there
                else f"`composer export {task} --target {target} --out {folder}` writes one.",
            )
        return folder

    def _unreadable(self, error: OSError) -> Refused:
        return Refused(
            f"the pack can't be read: {error.strerror or error}", where=str(error.filename or self.folder)
        )


def _entries(folder: Path) -> Iterator[Path]:
    """Give what lies in a folder, sorted, but for `..data` and the like, by which Kubernetes swaps it."""
    return (path for path in sorted(folder.iterdir()) if not path.name.startswith(".."))


def _folders(folder: Path) -> Iterator[Path]:
    try:
        return (path for path in _entries(folder) if NAME.fullmatch(path.name) and path.is_dir())
    except OSError as error:
        raise Refused(f"the folder can't be read: {error.strerror or error}", where=str(folder)) from error


def _content(path: Path) -> bytes:
    if path.stat().st_size > LARGEST:
        raise Refused("the file is too large for a pack", where=str(path))
    return path.read_bytes()


def _named(folder: Path) -> tuple[str, str]:
    try:
        content = json.loads(_content(folder / MANIFEST))
        return str(content["task"]["name"]), str(content["target"]["name"])
    except OSError as error:
        raise Refused(f"the pack can't be read: {error.strerror or error}", where=str(folder)) from error
    except (ValueError, LookupError, TypeError, RecursionError) as error:
        fix = "Export it again."
        raise Refused("the manifest names no task and target", where=str(folder), fix=fix) from error
