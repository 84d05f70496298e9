"""What a row says of work on answers: what was paid, and how it ended."""

from __future__ import annotations

import pytest

from composer.answers.ending import how_ended, in_words, looking, on_paid
from composer.answers.evaluator import Counts, Stopped
from composer.home.processes import FAILED, STOPPED
from library.errors import Refused
from library.secrets import know


@pytest.mark.parametrize("problem", [Stopped(), KeyboardInterrupt()])
def test_what_somebody_stopped_can_be_continued(problem: BaseException) -> None:
    assert how_ended(problem) == (STOPPED, "stopped; it can be continued")


def test_a_refusal_is_told_in_its_own_words_and_anything_else_without_secrets() -> None:
    refused = Refused("the server is away", fix="Start it.")
    assert how_ended(refused) == (FAILED, str(refused))
    key = know("a-key-nobody-knows")
    assert key not in in_words(RuntimeError(f"refused {key}"))


def test_only_growth_of_what_was_paid_is_told() -> None:
    told: list[int] = []
    hear = on_paid(told.append)
    for counts in (Counts(4, 4, 0), Counts(5, 4, 1), Counts(6, 5, 1), Counts(8, 5, 3)):
        hear(counts)
    assert told == [1, 3]


def test_it_is_looked_once_a_second_at_most_whether_to_stop_and_not_any_more_then() -> None:
    now, looks = [0.0], list[float]()

    def look() -> bool:
        looks.append(now[0])
        return now[0] > 2

    stop_asked = looking(look, clock=lambda: now[0])
    found = []
    for _ in range(20):
        found.append(stop_asked())
        now[0] += 0.25
    assert looks == [1.0, 2.0, 3.0]
    assert found == [False] * 12 + [True] * 8
