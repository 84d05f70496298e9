"""The files of a home: who can read them, whether they can be written, and what nothing names any more."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from composer.health.findings import Finding, fault, fine, listed, megabytes, warning
from composer.home.example import FOLDER, example_of
from composer.home.one_app import running_at
from composer.home.paths import Home
from composer.home.signin import auth_file, read_sign_in
from composer.models.sources import folder_bytes
from library.beside import beside

FOLDER_OF, SECRETS, SIGN_IN, LEFT = "home", "secrets", "sign-in", "leftovers"
_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_NUMBERED = re.compile(r"([a-z-]+)-(\d+)\.(?:log|lock)")
_SECRETS = ("auth.toml", "*.key", ".env", "keys/*.key")
_PARTS = (".*.part", "composer.db-head-*", "figures/tmp*", "packs/**/.*.part")


def folder(home: Home) -> Iterator[Finding]:
    """Say whether a home's folder is there, can be written, and is closed to others."""
    if not home.path.is_dir():
        yield fault(FOLDER_OF, f"{home.path} is not there", "Name another with --home or COMPOSER_HOME.")
        return
    closed = [one for one in (home.path, home.locks, home.logs) if one.exists() and not os.access(one, os.W_OK)]
    if home.database.exists() and not os.access(home.database, os.W_OK):
        closed.append(home.database)
    if closed:
        names = ", ".join(map(str, closed))
        fix = "Give yourself the right to (chmod u+w), or work as the one who owns it."
        yield fault(FOLDER_OF, f"it can't be written: {names}", fix)
        return
    yield fine(FOLDER_OF, f"{home.path} can be written")


def secrets(home: Home) -> Iterator[Finding]:
    """Say which files that hold secrets others can read, or else whether they can read the database."""
    kept = sorted({path for pattern in _SECRETS for path in home.path.glob(pattern) if path.is_file()})
    open_ones = [path for path in kept if path.stat().st_mode & _OTHERS]
    for path in open_ones:
        yield fault(SECRETS, f"others can read {path}", f"`chmod 600 {path}`, and change what is in it.")
    if home.path.stat().st_mode & _OTHERS and not open_ones:
        data = [path for path in (home.database, beside(home.database, "-wal")) if _is_open(path)]
        if data:
            fix = f"`chmod 700 {home.path}` closes it to all but its owner."
            yield warning(SECRETS, f"others on this machine can read {data[0]}", fix)
            return
    if not open_ones:
        names = f": {', '.join(path.name for path in kept)}" if kept else ""
        yield fine(SECRETS, f"nobody but their owner can read the files of this home{names}")


def sign_in(home: Home) -> Iterator[Finding]:
    """Say whether the settings by which people sign in can be used; raises `Refused` where they can't."""
    if auth_file(home).exists():
        signing = read_sign_in(home, 8501)
        assert signing is not None
        yield fine(SIGN_IN, f"people sign in at {signing.origin}")


def leftovers(home: Home, known: Mapping[str, Collection[int]]) -> Iterator[Finding]:
    """Say which files nothing names: parts of what was cut off, logs and locks of work that isn't there.

    `known` are the numbers of work that is there, under what names of its files begin with.
    """
    found = [path for pattern in _PARTS for path in home.path.glob(pattern)]
    for path in (*home.logs.glob("*.log"), *home.locks.glob("*.lock")):
        named = _NUMBERED.fullmatch(path.name)
        if named and named[1] in known and int(named[2]) not in known[named[1]]:
            found.append(path)
    newest = example_of(home).path
    found += [path for path in home.path.glob(f"{FOLDER}*") if path != newest and _is_example(path)]
    if not found:
        yield fine(LEFT, "every file has something that names it")
        return
    size = _bytes(found)
    names = listed([str(path.relative_to(home.path)) for path in sorted(found)])
    fix = "Remove them, once nothing is at work here; what is in the database stays."
    yield warning(LEFT, f"nothing names {names} ({megabytes(size)})", fix)


def app(home: Home) -> Iterator[Finding]:
    """Say where the app of a home answers, if it runs on this machine."""
    if found := running_at(home):
        yield fine("app", f"it answers at {found}")


def kept_before(home: Home) -> Iterator[Finding]:
    """Say which databases were kept when backups were put back."""
    kept = sorted(home.path.glob("composer-before-*"))
    if kept:
        names = listed([path.name for path in kept])
        yield fine("kept", f"{names}: replaced by a backup, {megabytes(_bytes(kept))}")


def _bytes(paths: Collection[Path]) -> int:
    """Return the bytes of files, and of all files in folders."""
    return sum(folder_bytes(path) if path.is_dir() else path.stat().st_size for path in paths)


def _is_open(path: Path) -> bool:
    return path.is_file() and bool(path.stat().st_mode & _OTHERS)


def _is_example(path: Path) -> bool:
    return re.fullmatch(f"{FOLDER}[0-9a-f]{{12}}", path.name) is not None
