"""How far a queue is: by person, with an agreement that tells nothing of the example that was just rated."""

from __future__ import annotations

import krippendorff
import numpy as np
import pytest

from composer.labelling.progress import STEP, agreement_so_far, progress
from composer.labelling.rating import rate, skip
from library.database import Database
from library.people import remove_person
from tests import small
from tests.composer.labelling import queues

UMA = {number: float(1 + number % 5) for number in range(30)}
RAVI = {number: float(1 + (number + number % 3) % 5) for number in range(30)}


def test_progress_is_told_by_person_and_who_was_removed_is_marked(filled: Database) -> None:
    queues.queue(filled, 4, raters=2)
    queues.rate_all(filled, "Uma")
    with filled.session() as session:
        rate(session, 1, 3, by="Ravi", at=small.NOW)
        skip(session, 2, by="Ravi", at=small.NOW)
        remove_person(session, "Ravi", by="Max", at=small.NOW)
        found = progress(session, "small")
    assert (found.waiting, found.rated, found.ready, found.several, found.alpha) == (4, 4, 1, 1, None)
    assert [(one.name, one.rated, one.skipped, one.here) for one in found.raters] == [
        ("Ravi", 1, 1, False),
        ("Uma", 4, 0, True),
    ]


def test_an_empty_queue_has_no_progress(filled: Database) -> None:
    with filled.session() as session:
        found = progress(session, "small")
        assert (found.waiting, found.raters, found.alpha) == (0, (), None)
        assert agreement_so_far(session, "small") is None


def test_alpha_agrees_with_an_independent_computation(filled: Database) -> None:
    queues.queue(filled, 30)
    queues.rate_all(filled, "Uma", UMA)
    queues.rate_all(filled, "Ravi", RAVI)
    table = np.array([[UMA[number] for number in range(30)], [RAVI[number] for number in range(30)]])
    known = krippendorff.alpha(reliability_data=table, level_of_measurement="interval")
    with filled.session() as session:
        found = progress(session, "small")
        so_far = agreement_so_far(session, "small")
    assert found.alpha is not None
    assert found.alpha_of == 30
    assert found.alpha.value == pytest.approx(known, abs=1e-9)
    assert found.alpha.low < known < found.alpha.high
    assert so_far is not None
    assert (so_far.alpha, so_far.examples) == (pytest.approx(known, abs=1e-9), 30)


def test_agreement_moves_in_steps_so_that_no_single_rating_shows_in_it(filled: Database) -> None:
    queues.queue(filled, 30)
    queues.rate_all(filled, "Uma", UMA)
    seen = []
    for item in range(1, 31):
        with filled.session() as session:
            rate(session, item, RAVI[queues.number_of(item)], by="Ravi", at=small.NOW)
            found = agreement_so_far(session, "small")
            whole = progress(session, "small")
            assert (whole.alpha and whole.alpha.value, whole.alpha_of) == (
                (found.alpha, found.examples) if found else (None, 0)
            )
            seen.append(None if found is None else (found.examples, found.alpha))
    assert seen[: STEP - 1] == [None] * (STEP - 1)
    for step in (1, 2):
        those = seen[step * STEP - 1 : (step + 1) * STEP - 1]
        assert len(set(those)) == 1
        assert those[0] is not None
        assert those[0][0] == step * STEP


def test_once_all_are_rated_by_enough_people_agreement_is_of_all_of_them(filled: Database) -> None:
    queues.queue(filled, 13, raters=2)
    queues.rate_all(filled, "Uma", UMA)
    queues.rate_all(filled, "Ravi", RAVI)
    with filled.session() as session:
        assert progress(session, "small").alpha_of == 13
