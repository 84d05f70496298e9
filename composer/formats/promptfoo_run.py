"""promptfoo itself, where it is installed: its version, and what it sends. Nothing leaves this machine."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory

from composer.prompts.messages import Messages
from library.errors import Refused

CONFIG = "promptfooconfig.yaml"

_ECHO = (
    "module.exports = class { id() { return 'echo'; } async callApi(prompt) { return { output: prompt }; } };\n"
)
_SECONDS = 300


def command(beside: Path | None = None) -> str | None:
    """Return promptfoo's command, in this folder (by default that of Python) or on the path; None without one."""
    places = [str(beside or Path(sys.executable).parent), os.environ.get("PATH", os.defpath)]
    return shutil.which("promptfoo", path=os.pathsep.join(places))


def version(beside: Path | None = None) -> str | None:
    """Return the version of promptfoo that is installed here; None where none is."""
    found = command(beside)
    return None if found is None else _version(found)


@lru_cache(maxsize=4)
def _version(found: str) -> str | None:
    with TemporaryDirectory() as folder:
        done = _run([found, "--version"], Path(folder))
    return done.stdout.strip().splitlines()[-1] if done.returncode == 0 and done.stdout.strip() else None


def sent(files: Mapping[str, bytes]) -> list[Messages]:
    """Return the messages that promptfoo hands to a provider, prompt by prompt, in the order of the tests.

    Raises `Refused` where promptfoo isn't here, or fails.
    """
    found = command()
    if found is None:
        raise Refused("promptfoo isn't installed here")
    with TemporaryDirectory() as made:
        folder, out = Path(made), Path(made, "out.json")
        for name, content in {**files, "echo.cjs": _ECHO.encode()}.items():
            (folder / name).write_bytes(content)
        # `--no-table` and the like: what people would see is not read.
        options = ["--no-write", "--no-cache", "--no-table", "--no-progress-bar", "--no-share"]
        done = _run([found, "eval", "-c", CONFIG, "-r", "file://echo.cjs", "-o", out.name, *options], folder)
        if not out.is_file():
            said = (done.stderr or done.stdout).strip().splitlines() or [f"it ended with {done.returncode}"]
            raise Refused(f"promptfoo can't load it: {said[-1]}")
        results = json.loads(out.read_bytes())["results"]["results"]
    return [_messages(one) for one in sorted(results, key=lambda one: (one["promptIdx"], one["testIdx"]))]


def _messages(result: Mapping[str, object]) -> Messages:
    response = result.get("response")
    if not isinstance(response, dict) or "output" not in response:
        raise Refused(f"promptfoo sends nothing for a test: {result.get('error')}")
    messages: Messages = json.loads(response["output"])
    return messages


def _run(arguments: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    """Run promptfoo in a folder, with no settings of its user, and without a way out of this machine."""
    nowhere = "http://127.0.0.1:9"
    settings = {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(folder),
        "PROMPTFOO_CONFIG_DIR": str(folder / "promptfoo"),
        "PROMPTFOO_DISABLE_TELEMETRY": "1",
        "PROMPTFOO_DISABLE_UPDATE": "1",
        "PROMPTFOO_DISABLE_REMOTE_GENERATION": "1",
        # With telemetry off, promptfoo still posts that it is off: no proxy listens at this address.
        "HTTP_PROXY": nowhere,
        "HTTPS_PROXY": nowhere,
        "NO_COLOR": "1",
    }
    return subprocess.run(
        arguments,
        cwd=folder,
        env=settings,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=False,
    )
