"""What the long tests share: `make soak` alone runs them, in 15 minutes at most, and shows their figures."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

MINUTES = 15
"""How long all of them may take together."""

_HERE = Path(__file__).parent
_STARTED = pytest.StashKey[float]()

Figure = Callable[[str, object], None]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if _HERE in item.path.parents:
            item.add_marker(pytest.mark.soak)


def pytest_sessionstart(session: pytest.Session) -> None:
    session.config.stash[_STARTED] = time.monotonic()


def pytest_sessionfinish(session: pytest.Session) -> None:
    if time.monotonic() - session.config.stash[_STARTED] > MINUTES * 60:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    shown = [
        (name, value)
        for reports in terminalreporter.stats.values()
        for report in reports
        if getattr(report, "when", "") == "call"
        for name, value in report.user_properties
    ]
    terminalreporter.section("figures")
    for name, value in sorted(shown):
        terminalreporter.write_line(f"{name}: {value}")
    minutes = (time.monotonic() - config.stash[_STARTED]) / 60
    terminalreporter.write_line(f"in all: {minutes:.1f} minutes, of {MINUTES} at most")


@pytest.fixture
def figure(record_property: Callable[[str, object], None]) -> Figure:
    """Take down a figure that README's table holds, by the name it has there."""
    return record_property
