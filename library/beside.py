"""What lies beside a SQLite file, and tells whether the file is all that it was.

SQLite keeps what was written last in a file of its own, NAME-wal, until all processes have closed the database:
NAME alone, copied meanwhile, lacks it. The hash of the newest entry of the log is noted in NAME-head.
"""

from __future__ import annotations

import os
import shlex
import threading
import time
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from library.errors import Refused

_TRIES = 5
_BETWEEN_SECONDS = 0.1
_USED = ("logs/*.log", "packs/*", "locks/run-*.lock", "locks/job-*.lock")
"""Files of a home that work leaves behind, which a new one doesn't have."""
_COPY = "Copy a home with `composer backup`, and put a copy back with `composer restore`."


def beside(file: Path, ending: str) -> Path:
    """Return the file of this ending that lies beside a SQLite file."""
    return file.with_name(file.name + ending)


def check_before_opening(file: Path) -> None:
    """Raise `Refused` where a SQLite file lacks what was written last, or would lose it by being opened."""
    log, index = beside(file, "-wal"), beside(file, "-shm")
    if not _size(file) and _size(log):
        raise Refused(
            f"{file.name} is {'empty' if file.exists() else 'missing'}, though {log.name} beside it is not",
            where=str(file.parent),
            fix=f"Put back the {file.name} that belongs to it: opened so, what it holds would be lost. {_COPY}",
        )
    for _ in range(_TRIES):
        if not _size(file) or log.exists() or not index.exists():
            return
        time.sleep(_BETWEEN_SECONDS)  # whoever closes it last removes one after the other
    raise Refused(
        f"{log.name} is missing, which held what was written last to {file.name}",
        where=str(file.parent),
        fix=f"Put it back. {_COPY} If nothing is missing, remove {index.name}.",
    )


def sign_of_content(home: Path, file: Path) -> str:
    """Return what tells that a home's database held something before; empty where nothing does.

    To be asked before the folders of the home are made: a database without them came from elsewhere.
    """
    if _size(file) and not (home / "locks").exists():
        return "it was put here from elsewhere"
    head = beside(file, "-head")
    found = head if head.exists() else next((path for name in _USED for path in home.glob(name)), None)
    return "" if found is None else f"{found.relative_to(home) if found.is_relative_to(home) else found} is there"


def empty_after_all(file: Path, sign: str) -> Refused:
    """Return the refusal of a database that holds nothing, though a sign tells that it held something."""
    return Refused(
        f"{file.name} holds nothing, though {sign}: it was removed, or copied in use without {file.name}-wal",
        where=str(file.parent),
        fix=f"{_COPY} To begin anew, name an empty folder.",
    )


def note_head(file: Path, head: str) -> None:
    """Note the hash of the newest entry of the log beside a SQLite file."""
    part = beside(file, f"-head-{os.getpid()}-{threading.get_ident()}")
    # What is logged is stored already: where this can't be written, the next entry's is.
    with suppress(OSError):
        part.write_text(head, encoding="ascii")
        part.replace(beside(file, "-head"))


def noted_head(file: Path) -> str:
    """Return the hash of the newest entry as noted beside a SQLite file; empty where none is."""
    try:
        return beside(file, "-head").read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return ""


def note_backup(file: Path, backup: Path) -> None:
    """Note beside a SQLite file where it was backed up last."""
    with suppress(OSError):  # the backup is there, and can be named by whoever made it
        beside(file, "-backup").write_text(str(backup.absolute()), encoding="utf-8")


def newest_backup(file: Path) -> Path | None:
    """Return the newest backup of a SQLite file that is noted beside it or was kept there; None where none is."""
    found = [*file.parent.glob("composer-before-*.db")]
    with suppress(OSError, UnicodeDecodeError):
        found.append(Path(beside(file, "-backup").read_text(encoding="utf-8")))
    return max((one for one in found if _size(one)), key=lambda one: one.stat().st_mtime, default=None)


def how_to_restore(file: Path | None) -> str:
    """Return, in sentences, how a damaged SQLite file is replaced by its newest backup, or saved without one."""
    newest = None if file is None else newest_backup(file)
    if newest is not None:
        made = datetime.fromtimestamp(newest.stat().st_mtime, UTC)
        return (
            f"Stop app and runs, then `composer restore {shlex.quote(str(newest))}` puts the newest backup back,"
            f" of {made:%Y-%m-%d %H:%M} UTC, and keeps the damaged file beside it."
        )
    name = "composer.db" if file is None else file.name
    return (
        "Stop the app and runs, then `composer restore FILE` puts a backup back and keeps the damaged file beside"
        f" it. Without a backup, `sqlite3 {name} .recover | sqlite3 saved.db` saves what can still be read, and"
        " `composer restore saved.db` puts that in place."
    )


def lost_head(file: Path) -> Refused:
    """Return the refusal of a database whose log lacks the entry that is noted beside it."""
    return Refused(
        f"the log lacks the last entry that was written: {file.name} was put back, or copied without"
        f" {file.name}-wal, or its newest entries were removed",
        where=str(file.parent),
        fix=f"See `composer audit verify`. {_COPY} To go on with what is here, remove {file.name}-head.",
    )


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError:
        return 0
