"""Files and folders that take their place whole or not at all, whenever the process that writes them is killed.

What a killed one leaves is a hidden file or folder, `.NAME.part`, which the next one that writes NAME takes away.
"""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from library.errors import Refused

UNSEEN = "..part"
"""What is being written inside a folder beside which nothing can be: no file of it, like Kubernetes's `..data`."""
_ELSEWHERE = (errno.EACCES, errno.EPERM, errno.EROFS, errno.EXDEV, errno.EBUSY)


@contextmanager
def in_place(path: Path, *, mode: int = 0o666) -> Iterator[Path]:
    """Yield an empty file beside a path, which takes its place, on the disk, once the block has ended well.

    Where the block raises, nothing is left of it. A new file has this `mode`, less the process's mask, any other
    the mode of the one it replaces. Raises `Refused` where another process is writing this file (its lock is gone
    with it, however it ends), and `OSError` where nothing can be written.
    """
    part = path.with_name(f".{path.name}.part")
    with _locked(part, os.open(part, os.O_RDWR | os.O_CREAT, mode), path) as file:
        try:
            os.truncate(file, 0)
            if path.exists():
                shutil.copymode(path, part)
            yield part
            os.fsync(file)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
        part.replace(path)  # the next one's is another file by then, and not ours to take away
    _sync(path.parent)


def write_file(path: Path, content: bytes) -> None:
    """Write a file whole or not at all; raises as `in_place` does."""
    with in_place(path) as part:
        part.write_bytes(content)


def write_folder(folder: Path, files: Mapping[str, bytes], *, last: str = "") -> None:
    """Write files into a folder that is missing or holds none but older ones of these names.

    A new or empty folder has all of them at once. Older files are replaced one by one, each whole, and the one
    named `last`, without which the others count for nothing, is not there meanwhile. Raises `Refused` where
    another process is writing this folder, and `OSError` where it can't be written.
    """
    folder = folder.resolve()
    try:
        _write(folder.with_name(f".{folder.name}.part"), folder, files, last)
    except OSError as error:
        if error.errno not in _ELSEWHERE or not folder.is_dir():
            raise
        _write(folder / UNSEEN, folder, files, last)


def _write(part: Path, folder: Path, files: Mapping[str, bytes], last: str) -> None:
    part.mkdir(parents=True, exist_ok=True)
    with _locked(part, os.open(part, os.O_RDONLY), folder):
        try:
            for stale in part.iterdir():
                stale.unlink()
            for name, content in files.items():
                (part / name).write_bytes(content)
                _sync(part / name)
            _sync(part)
            if part.parent != folder and _is_ours_to_make(folder):
                if folder.exists():
                    shutil.copymode(folder, part)
                part.rename(folder)
                _sync(folder.parent)
                return
            if last:
                (folder / last).unlink(missing_ok=True)
            for name in sorted(files, key=lambda name: name == last):
                (part / name).replace(folder / name)
            _sync(folder)
        except BaseException:
            shutil.rmtree(part, ignore_errors=True)
            raise
        part.rmdir()


def _is_ours_to_make(folder: Path) -> bool:
    """Whether a folder is missing, or empty and not the one that somebody is in."""
    return not folder.exists() or not (any(folder.iterdir()) or folder.samefile(Path.cwd()))


def _sync(path: Path) -> None:
    """Have a file's content, or which files a folder holds, on the disk."""
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


@contextmanager
def _locked(part: Path, number: int, path: Path) -> Iterator[int]:
    """Hold the lock of what is written beside a path; `number` is the open file of it, which is closed."""
    try:
        try:
            fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
            ours = os.path.samestat(os.fstat(number), part.stat())
        except (BlockingIOError, FileNotFoundError):  # the other one is at it, or has just put it in its place
            ours = False
        if not ours:
            what = "folder" if os.path.isdir(part) else "file"
            fix = "Wait until that has ended, or name another place."
            raise Refused(f"another process is writing this {what}", where=str(path), fix=fix)
        yield number
    finally:
        os.close(number)
