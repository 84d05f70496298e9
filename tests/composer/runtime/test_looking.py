"""Looking again: one look at a time, when it is time, and nobody waits for longer than they want to."""

from __future__ import annotations

import threading

import pytest

from composer.runtime.looking import Looks

PATIENCE = 60.0


class Source:
    """What is looked at: counts the looks, and hangs, or fails, where a test wants it to."""

    def __init__(self) -> None:
        self.now = 0.0
        self.looks = 0
        self.answers = threading.Event()
        self.answers.set()
        self.error: Exception | None = None
        self.told: list[Exception] = []
        self.at = Looks(self.look, every=5, clock=lambda: self.now, failed=self.told.append)

    def look(self) -> None:
        self.looks += 1
        assert self.answers.wait(PATIENCE)
        if self.error is not None:
            raise self.error


@pytest.fixture
def source() -> Source:
    return Source()


def test_it_looks_when_it_is_time_and_not_before(source: Source) -> None:
    for source.now, looks in ((4.9, 0), (5, 1), (9.9, 1), (10, 2)):
        source.at.if_due(PATIENCE)
        assert source.looks == looks
        assert not source.at.under_way


def test_a_look_that_hangs_is_the_only_one(source: Source) -> None:
    source.answers.clear()
    source.now = 5
    for _ in range(10):
        source.at.if_due(0)
    assert source.at.under_way
    assert not source.at.late
    source.now = 15
    assert source.at.late
    source.answers.set()
    source.at.now()
    assert source.looks == 2
    assert not source.at.late


def test_the_time_counts_from_the_end_of_a_look(source: Source) -> None:
    source.answers.clear()
    source.now = 5
    source.at.if_due(0)
    source.now = 100
    source.answers.set()
    source.at.close(PATIENCE)
    assert source.looks == 1
    fresh = Source()
    fresh.now = 5
    fresh.at.if_due(PATIENCE)
    fresh.now = 9
    fresh.at.if_due(PATIENCE)
    assert fresh.looks == 1


def test_what_a_look_raises_is_told_and_the_next_one_is_made(source: Source) -> None:
    source.error = KeyError("x")
    source.at.now()
    source.at.now()
    assert source.told == [source.error] * 2


def test_once_closed_it_looks_no_more(source: Source) -> None:
    source.at.close(0)
    source.at.now()
    assert source.looks == 0
