"""Trouble with a source is told once, and known since the first look that failed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from composer.runtime.folder_source import FolderSource
from composer.runtime.trouble import Trouble
from library.errors import Refused

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Times:
    """Gives a time a minute later whenever it is asked."""

    def __init__(self) -> None:
        self.at = NOON - timedelta(minutes=1)

    def __call__(self) -> datetime:
        self.at += timedelta(minutes=1)
        return self.at


def test_one_refusal_is_told_once_another_again_and_both_since_the_first_look_that_failed(tmp_path: Path) -> None:
    told: list[str] = []
    trouble = Trouble(FolderSource(tmp_path), lambda refusal: told.append(refusal.what), Times())
    for what in ("gone", "gone", "broken"):
        trouble.begin()
        trouble.keep(Refused(what))
    found = trouble.found(late=True)
    assert told == ["gone", "broken"]
    assert found is not None
    assert (found.refusal.what, found.since) == ("broken", NOON + timedelta(minutes=1))
    trouble.over()
    assert trouble.found() is None


def test_a_look_that_hangs_is_trouble_since_it_began(tmp_path: Path) -> None:
    trouble = Trouble(FolderSource(tmp_path), lambda _refusal: None, Times())
    trouble.begin()
    assert trouble.found() is None
    found = trouble.found(late=True)
    assert found is not None
    assert "no answer" in found.refusal.what
    assert found.since == NOON + timedelta(minutes=1)
