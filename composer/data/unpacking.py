"""Archives that may be more than they look: what their files come to is known before any of it is unpacked."""

from __future__ import annotations

import zlib
from lzma import LZMAError
from pathlib import Path
from struct import error as TornHeader
from zipfile import BadZipFile, ZipFile, ZipInfo

from library.errors import Refused

DAMAGED = (BadZipFile, zlib.error, LZMAError, TornHeader, OSError, EOFError, RuntimeError, ValueError)
"""What reading a damaged archive raises."""
LIMIT_FILES = 10_000
LIMIT_RATIO = 200
"""How many times its size in an archive a file above `SMALL_BYTES` may come to: rows of text come to 20."""
SMALL_BYTES = 10_000_000


def checked_files(archive: ZipFile, path: Path, limit_bytes: int) -> list[ZipInfo]:
    """Return the files of an archive; `path` names it in messages.

    Raises `Refused` where there are too many, where they come to more than `limit_bytes`, or one to so many times
    its size that no table does. No more is ever unpacked of a file than it says of itself.
    """
    files = archive.infolist()
    if len(files) > LIMIT_FILES:
        raise Refused(f"the archive holds more than {LIMIT_FILES:,} files", where=str(path), fix="Divide it.")
    if sum(one.file_size for one in files) > limit_bytes:
        what = f"the files in the archive have more than {limit_bytes // 1_000_000} MB together"
        raise Refused(what, where=str(path), fix="Divide it.")
    for one in files:
        if one.file_size > max(SMALL_BYTES, LIMIT_RATIO * one.compress_size):
            times = one.file_size // max(one.compress_size, 1)
            what = f"{one.filename} unpacks to {times:,} times its size, and {LIMIT_RATIO} is the most"
            raise Refused(what, where=str(path), fix="Unpack it, and look at what it holds.")
    return files
