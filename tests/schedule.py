"""Side by side: which tests share a worker process, and which start first.

Tests of one file share what its fixtures make, so a file is never divided. The real model takes every core and
hundreds of megabytes, and each browser has a server and Chromium beside it: one worker runs all of a kind.
What takes longest starts first, so that no worker is left with a long file at the end.
"""

from __future__ import annotations

import os
from typing import Any

import pytest

MOST_WORKERS = 8
TOGETHER = {
    "model": ("tests/test_run_on_a_real_model.py", "tests/composer/models/test_embedded.py"),
    "browser": ("tests/browser/",),
}
FIRST = (
    "tests/soak/test_many_people",
    *TOGETHER["model"],
    *TOGETHER["browser"],
    "tests/composer/review/test_no_way_around.py",
)
"""Files and folders that take long, longest first."""


def group_of(nodeid: str) -> str:
    """Return the name that all tests have in common which must run in one worker: mostly that of their file."""
    file = nodeid.split("::")[0]
    return next((name for name, files in TOGETHER.items() if file.startswith(files)), file)


def rank(nodeid: str) -> int:
    """Return where among the others the file of a test is started; equal for all that are quick."""
    return next((place for place, file in enumerate(FIRST) if nodeid.startswith(file)), len(FIRST))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: rank(item.nodeid))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Return as many workers as there are processors; two at least, since some tests wait for other processes."""
    return min(max(os.cpu_count() or 1, 2), MOST_WORKERS)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    from xdist.scheduler import LoadScopeScheduling

    class Grouped(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return group_of(nodeid)

    config.option.loadscopereorder = False
    return Grouped(config, log)
