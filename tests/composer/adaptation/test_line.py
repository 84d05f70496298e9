"""Adaptations of a home wait for one another: in the order they were entered, until somebody stops them."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest

from composer.adaptation import get_adaptation
from composer.adaptation.line import IN_LINE, has_worker, in_line
from composer.adaptation.worker import work
from composer.answers.evaluator import Stopped
from composer.home.locks import exclusive_lock
from composer.home.paths import Home
from composer.home.processes import STOPPED, WAITING
from composer.runs.records import ask_to_stop, run_row
from library.database import Database
from library.errors import Refused
from tests import small
from tests.composer.adaptation import carrying
from tests.scripted import connecting


@pytest.fixture
def furnished(database: Database, tmp_path: Path, home: Home) -> Database:
    carrying.furnished(database, tmp_path, home)
    return database


def turn_of_another(home: Home) -> ExitStack:
    """Return what holds the turn of this home until it is closed."""
    held = ExitStack()
    held.enter_context(exclusive_lock(home, "adapting"))
    return held


def test_one_waits_without_its_model_until_the_other_has_ended(furnished: Database, home: Home) -> None:
    number, told, engine = carrying.entered(furnished), [], carrying.speechless()
    held = turn_of_another(home)

    def hear(now: object) -> None:
        told.append(now.text)
        if now.text == IN_LINE:
            assert engine.asked == []
            assert has_worker(home, number)
            with furnished.session() as session:
                assert get_adaptation(session, number).run_state == WAITING
            held.close()

    assert work(furnished, home, number, on_progress=hear, connect=connecting(engine)).kind == "no-go"
    assert told[0] == IN_LINE
    assert told.count(IN_LINE) == 1
    assert not has_worker(home, number)


def test_one_that_waits_can_be_stopped_and_goes_on_later(furnished: Database, home: Home) -> None:
    number = carrying.entered(furnished)
    with furnished.session() as session:
        run = get_adaptation(session, number).run_id

    def stop(_now: object) -> None:
        with furnished.session() as session:
            ask_to_stop(session, run, by="Ada", at=small.NOW)

    with turn_of_another(home), pytest.raises(Stopped):
        work(furnished, home, number, on_progress=stop, connect=connecting(carrying.speechless()))
    with furnished.session() as session:
        assert get_adaptation(session, number).run_state == STOPPED
    assert work(furnished, home, number, connect=connecting(carrying.speechless())).kind == "no-go"


def test_those_entered_before_come_before_it(furnished: Database, home: Home) -> None:
    first = carrying.entered(furnished)
    later = carrying.another(furnished)
    with furnished.session() as session:
        run = get_adaptation(session, later).run_id
    before = ExitStack()
    before.enter_context(exclusive_lock(home, f"adaptation-{first}"))  # as its worker does that waits
    with in_line(furnished, home, later, run, lambda _text: before.close()):
        assert not has_worker(home, first)


def test_one_entered_just_now_keeps_its_place_until_its_worker_has_come_up(
    furnished: Database, home: Home
) -> None:
    first = carrying.entered(furnished)
    later = carrying.another(furnished)
    with furnished.session() as session:
        row = run_row(session, get_adaptation(session, first).run_id)
        row.created_at = datetime.now(UTC)
        session.add(row)
        run = get_adaptation(session, later).run_id

    def come_and_go(_text: str) -> None:
        work(furnished, home, first, connect=connecting(carrying.speechless()))

    with in_line(furnished, home, later, run, come_and_go), furnished.session() as session:
        assert get_adaptation(session, first).outcome is not None


def test_two_workers_are_not_on_the_same_one(furnished: Database, home: Home) -> None:
    number = carrying.entered(furnished)
    with exclusive_lock(home, f"adaptation-{number}"), pytest.raises(Refused, match=f"on adaptation {number}"):
        work(furnished, home, number, connect=connecting(carrying.speechless()))


def test_what_needs_no_model_any_more_waits_for_nobody(furnished: Database, home: Home) -> None:
    number = carrying.entered(furnished)
    work(furnished, home, number, connect=connecting(carrying.speechless()))
    with furnished.session() as session:
        run = get_adaptation(session, number).run_id
    with turn_of_another(home), in_line(furnished, home, number, run, pytest.fail):
        pass
