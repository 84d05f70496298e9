"""A real app on loopback and a real Chromium in front of it."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from composer.home.paths import Home
from library.database import open_database
from tests.browser.chromium import find_chromium
from tests.ui.homes import furnish

ROOT = Path(__file__).resolve().parents[2]
SCREENS = ROOT / "build" / "screens"
# Chromium looks for its maker's servers at every start; here it has no business with any.
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PATIENCE_SECONDS = 60


@pytest.fixture(scope="module")  # no longer: its event loop would run under every test that follows
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(find_chromium()), args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a home with one candidate under review and one release, to be copied."""
    home = Home(tmp_path_factory.mktemp("template") / "home")
    furnish(home)
    return home.path


@pytest.fixture(scope="session")
def furnished(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home with one candidate under review and one release."""
    folder = tmp_path_factory.mktemp("furnished") / "home"
    shutil.copytree(template, folder)
    return Home(folder)


@pytest.fixture(scope="session")
def app(furnished: Home) -> Iterator[str]:
    """Address of the app on the furnished home."""
    with served(furnished) as address:
        yield address


@pytest.fixture(scope="session")
def empty_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of the app on a home that holds nothing."""
    home = Home(tmp_path_factory.mktemp("empty"))
    open_database(home.path).close()
    with served(home) as address:
        yield address


@contextmanager
def served(home: Home) -> Iterator[str]:
    """Serve a home as `composer app` does, until the block ends; what the app says goes to its app.log."""
    port = _free_port()
    command = [sys.executable, "-c", "from composer.cli import main; main()", "app"]
    with (
        (home.path / "app.log").open("ab") as told,
        subprocess.Popen(
            [*command, "--port", str(port), "--home", str(home.path)],
            cwd=ROOT,
            env={**os.environ, "COMPOSER_PERSON": "Grace"},
            stdout=told,
            stderr=told,
        ) as process,
    ):
        address = f"http://127.0.0.1:{port}"
        try:
            _await(address, process)
            yield address
        finally:
            process.terminate()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _await(address: str, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        assert process.poll() is None, "the app ended instead of answering"
        try:
            with urllib.request.urlopen(f"{address}/_stcore/health", timeout=1):
                return
        except OSError:
            time.sleep(0.2)
    raise AssertionError(f"the app did not answer within {PATIENCE_SECONDS} s")
