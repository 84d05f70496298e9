"""What a disk didn't do, in plain words where a person can mend it."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from library.errors import Refused

FREE_SPACE = "Free some space and do it again; what was stored before is kept."
PERMISSIONS = "Check who may read and write the file and its folder, or work as the one who owns them."
FAULTY = "Check its space, your quota, and the disk itself; what was stored before is kept."

_DISK = {
    errno.ENOSPC: ("the disk is full", FREE_SPACE),
    errno.EDQUOT: ("your quota of the disk is used up", FREE_SPACE),
    errno.EFBIG: ("the file may not grow any further", "Raise the limit (ulimit -f), or free some space."),
    errno.EROFS: ("the disk can only be read", "Name a place that can be written."),
    errno.EACCES: ("you have no right to it", PERMISSIONS),
    errno.EPERM: ("you have no right to it", PERMISSIONS),
    errno.EIO: ("the disk gave an error", FAULTY),
    errno.EMFILE: ("too many files are open", "Raise the limit (ulimit -n), or end what isn't needed."),
    errno.ENFILE: ("too many files are open on this machine", "End what isn't needed."),
}


def of_the_disk(error: OSError) -> Refused | None:
    """Return the refusal of what a disk didn't do; None for an error that no disk is to blame for."""
    if error.errno not in _DISK:
        return None
    what, fix = _DISK[error.errno]
    return Refused(what, where=str(error.filename or ""), fix=fix)


def unwritable(what: str, where: object, error: OSError, *, fix: str = "Name another place.") -> Refused:
    """Return the refusal of something that can't be written, and why; `fix` is for what isn't the disk's doing."""
    reason, way = _DISK.get(error.errno or 0, (error.strerror or str(error), fix))
    return Refused(f"{what} can't be written: {reason}", where=str(where), fix=way)


@contextmanager
def in_plain_words() -> Iterator[None]:
    """Turn what a disk didn't do into `Refused`, at the edge of a command or a page; all else fails as it is."""
    try:
        yield
    except OSError as error:
        refusal = of_the_disk(error)
        if refusal is None:
            raise
        raise refusal from error
