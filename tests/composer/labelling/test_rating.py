"""One person rates, blind: what they see, what is stored, and what two people at once do to each other."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlmodel import Session, select

from composer.audit import audit
from composer.labelling.queueing import close_queue, queue_doubtful
from composer.labelling.rating import Sitting, Turn, rate, sitting, skip, take_back, waiting_for
from composer.labelling.rows import acts_on, ratings_by_item
from composer.registry.tasks import add_task, get_task
from composer.tables import RatingRow
from library import log
from library.database import Database, open_database
from library.errors import Refused
from library.people import NotAllowed, remove_person, someone
from tests import small
from tests.composer.labelling import queues

AT = small.NOW


def sat(session: Session, by: str = "Uma", **how: Any) -> Sitting:
    return sitting(session, "small", by=by, **how)


def test_a_turn_holds_inputs_and_nothing_that_would_sway_a_rater(filled: Database) -> None:
    queues.queue(filled)
    with filled.session() as session:
        queue_doubtful(session, get_task(session, "small"), 40, ground="few", raters=3, by="Ada", at=AT)
        assert [one.name for one in fields(Turn)] == ["item", "inputs"]
        seen = []
        while (turn := sat(session).turn) is not None:
            seen.append(turn)
            rate(session, turn.item, 3, by="Uma", at=AT)
    assert len(seen) == 6 + 32
    assert {tuple(one.inputs) for one in seen} == {("query", "document")}


def test_ratings_are_stored_at_once_and_a_sitting_goes_on_where_it_was(filled: Database) -> None:
    queues.queue(filled)
    with filled.session() as session:
        first = sat(session)
        assert first.turn is not None
        assert (first.rated, first.skipped, first.open, first.total, first.last) == (0, 0, 6, 6, None)
        assert rate(session, first.turn.item, 4, by="Uma", at=AT, note=" ironic? ")
    with filled.session() as session:
        again = sat(session)
        assert again.turn is not None
        assert again.turn.item != first.turn.item
        assert (again.rated, again.open, again.people) == (1, 5, 1)
        assert again.last is not None
        assert (again.last.value, again.last.note) == (4.0, "ironic?")
        skip(session, again.turn.item, by="Uma", at=AT)
        assert sat(session).skipped == 1


def test_the_same_key_pressed_twice_stores_one_rating(filled: Database) -> None:
    queues.queue(filled)
    for _ in range(2):
        with filled.session() as session:
            rate(session, 3, 4, by="Uma", at=AT)
    with filled.session() as session:
        assert len(session.exec(select(RatingRow)).all()) == 1
        assert skip(session, 3, by="Uma", at=AT)
        assert skip(session, 3, by="Uma", at=AT) is False
        last = sat(session).last
        assert last is not None
        assert take_back(session, last.id, by="Uma", at=AT)
        assert not take_back(session, last.id, by="Uma", at=AT)
        assert sat(session).rated == 1


def test_undo_brings_the_example_back_and_then_the_one_before(filled: Database) -> None:
    queues.queue(filled)
    with filled.session() as session:
        order = []
        for value in (1, 2):
            turn = sat(session).turn
            assert turn is not None
            order.append(turn.item)
            rate(session, turn.item, value, by="Uma", at=AT)
        for item in reversed(order):
            last = sat(session).last
            assert last is not None
            take_back(session, last.id, by="Uma", at=AT)
            turn = sat(session).turn
            assert turn is not None
            assert turn.item == item
        assert sat(session).last is None


def test_what_was_skipped_comes_again_on_asking(filled: Database) -> None:
    queues.queue(filled, 2)
    with filled.session() as session:
        skip(session, 1, by="Uma", at=AT)
        rate(session, 2, 3, by="Uma", at=AT)
        assert sat(session).turn is None
        again = sat(session, skipped=True).turn
        assert again is not None
        assert again.item == 1
        rate(session, 1, 5, by="Uma", at=AT)
        assert (sat(session, skipped=True).turn, sat(session).rated) == (None, 2)


def test_an_example_that_enough_others_rated_is_offered_to_nobody_more(filled: Database) -> None:
    queues.queue(filled, 4, raters=1)
    queues.rate_all(filled, "Uma")
    with filled.session() as session:
        assert (sat(session, "Ravi").turn, sat(session, "Ravi").total, sat(session).rated) == (None, 0, 4)
        last = sat(session).last
        assert last is not None
        take_back(session, last.id, by="Uma", at=AT)
        assert sat(session, "Ravi").total == 1


REFUSED: dict[str, tuple[Callable[[Session], Any], str]] = {
    "out of range": (lambda s: rate(s, 1, 9, by="Uma", at=AT), "9 is outside the scale"),
    "no number": (lambda s: rate(s, 1, "x", by="Uma", at=AT), "not a number"),
    "no such example": (lambda s: rate(s, 99, 3, by="Uma", at=AT), "no example 99"),
    "a note too long": (lambda s: rate(s, 1, 3, by="Uma", at=AT, note="x" * 2000), "note has 2,000"),
    "somebody else's": (lambda s: take_back(s, 1, by="Ravi", at=AT), "no rating of yours"),
    "what is none": (lambda s: take_back(s, 99, by="Uma", at=AT), "no rating of yours"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_can_not_be_is_refused_and_nothing_is_stored(filled: Database, name: str) -> None:
    queues.queue(filled)
    with filled.session() as session:
        rate(session, 2, 3, by="Uma", at=AT)
    act, why = REFUSED[name]
    with filled.session() as session:
        before = log.newest(session)
        with pytest.raises(Refused, match=why):
            act(session)
    with filled.session() as session:
        assert log.newest(session) == before


def test_an_example_that_waits_no_more_takes_no_rating(filled: Database) -> None:
    queues.queue(filled)
    with filled.session() as session:
        rate(session, 1, 3, by="Uma", at=AT)
        close_queue(session, get_task(session, "small"), reason="Other rows.", by="Ada", at=AT)
        with pytest.raises(Refused, match="was taken out of the queue"):
            rate(session, 1, 4, by="Uma", at=AT)
        with pytest.raises(Refused, match="was taken out of the queue"):
            take_back(session, 1, by="Uma", at=AT)
        assert sat(session).total == 0


def test_ratings_that_the_task_no_longer_has_are_asked_for_again(filled: Database) -> None:
    queues.queue(filled, 2)
    queues.rate_all(filled, "Uma", {0: 5}, usual=2)
    with filled.session() as session:
        output = {"field": "rating", "kind": "ordinal", "low": 1, "high": 3}
        add_task(session, small.task(output=output), by="Ada", at=AT)
        assert (sat(session).rated, sat(session).open) == (1, 1)


def test_an_example_queued_before_the_inputs_were_edited_is_not_shown(filled: Database) -> None:
    queues.queue(filled, 2)
    with filled.session() as session:
        inputs = {"inputs": ["query"], "message": "Query: {{query}}"}
        add_task(session, small.task(**inputs), by="Ada", at=AT)
        with pytest.raises(Refused, match="before the inputs of task small were edited"):
            sat(session)


def test_who_may_not_rate_is_refused_and_nothing_waits_for_them(filled: Database) -> None:
    queues.queue(filled)
    with filled.session() as session:
        for name in ("Vera", "Max", "ada (local)", "a stranger"):
            with pytest.raises(NotAllowed):
                sat(session, name)
            with pytest.raises(NotAllowed):
                rate(session, 1, 3, by=name, at=AT)
            assert waiting_for(session, someone(session, name)) == 0
        assert waiting_for(session, someone(session, "Uma")) == 6
        rate(session, 1, 3, by="Uma", at=AT)
        assert waiting_for(session, someone(session, "Uma")) == 5
        remove_person(session, "Uma", by="Max", at=AT)
        with pytest.raises(NotAllowed):
            sat(session)


def test_where_nobody_signs_in_the_local_person_rates(filled: Database) -> None:
    with filled.session() as session:
        queue_doubtful(session, get_task(session, "small"), 3, by="Grace (local)", at=AT)
        turn = sitting(session, "small", by="Grace (local)").turn
        assert turn is not None
        assert rate(session, turn.item, 2, by="Grace (local)", at=AT)


def test_the_log_names_the_row_of_each_act_and_tells_no_rating(filled: Database) -> None:
    queues.queue(filled)
    with filled.session() as session:
        rate(session, 1, 5, by="Uma", at=AT, note="Clearly.")
        entry = log.entries(session)[-1]
        assert (entry.who, entry.action, entry.subject, entry.why) == ("Uma", "rated", "queue:small", "")
        assert list(entry.detail) == ["rows"]
        assert audit(session).differences == ()


@pytest.fixture(scope="module")
def queued_home(small_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("queued") / "home"
    shutil.copytree(small_home, folder)
    database = open_database(folder)
    queues.queue(database, 4)
    database.close()
    return folder


steps = st.lists(
    st.tuples(
        st.sampled_from(("Uma", "Ravi")), st.sampled_from(("rate", "skip", "undo", "again")), st.integers(1, 5)
    ),
    max_size=25,
)


@settings(max_examples=25)
@given(steps)
def test_whatever_two_people_do_no_rating_is_lost_and_none_is_shown_to_the_other(
    queued_home: Path, steps: list[tuple[str, str, int]]
) -> None:
    """Each person's acts are kept beside, by a stack of their own, and compared with what is stored."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(queued_home, Path(folder) / "home")
        database = open_database(Path(folder) / "home")
        stacks: dict[str, list[tuple[int, float | None]]] = {"Uma": [], "Ravi": []}
        for who, what, value in steps:
            stack, other = stacks[who], "Ravi" if who == "Uma" else "Uma"
            with database.session() as session:
                theirs = sat(session, other)
                mine = sat(session, who, skipped=what == "again")
                if what == "undo" and mine.last is not None:
                    take_back(session, mine.last.id, by=who, at=AT)
                    stack.pop()
                elif what != "undo" and mine.turn is not None and what != "skip":
                    rate(session, mine.turn.item, value, by=who, at=AT)
                    stack.append((mine.turn.item, value))
                elif what == "skip" and mine.turn is not None:
                    skip(session, mine.turn.item, by=who, at=AT)
                    stack.append((mine.turn.item, None))
            with database.session() as session:
                after = sat(session, other)
                assert (after.turn, after.rated, after.skipped, after.last) == (
                    theirs.turn,
                    theirs.rated,
                    theirs.skipped,
                    theirs.last,
                )
                by_item = ratings_by_item(acts_on(session, get_task(session, "small")))
                for name, kept in stacks.items():
                    found = {item: given[name].value for item, given in by_item.items() if name in given}
                    assert found == {item: value for item, value in dict(kept).items() if value is not None}
        with database.session() as session:
            assert audit(session).differences == ()
        database.close()
