"""Queueing: rows without a label and doubtful examples of the data, each once, by whoever keeps the data."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlmodel import Session

from composer.audit import audit
from composer.data.examples import Dataset
from composer.labelling.queueing import UNLABELLED, close_queue, queue_doubtful, queue_unlabelled, usual_raters
from composer.labelling.rating import sitting
from composer.labelling.rows import item_of, waiting_rows
from composer.registry.datasets import add_examples
from composer.registry.tasks import get_task
from library import log
from library.database import Database
from library.errors import Refused
from library.people import NotAllowed, add_person
from tests import small
from tests.composer.labelling import queues

BY: dict[str, Any] = {"by": "Ada", "at": small.NOW}


def test_rows_wait_as_they_were_brought_and_the_log_says_who_queued_them(filled: Database) -> None:
    item = replace(queues.rows(1)[0], slice="hotel", must_not_regress=True, extras={"source": "mail"})
    with filled.session() as session:
        done = queue_unlabelled(session, get_task(session, "small"), [item], **BY)
        (row,) = waiting_rows(session, "small")
        assert item_of(row) == item
        assert (done.added, row.raters, row.reason, row.queued_by) == (1, 1, UNLABELLED, "Ada")
        assert log.entries(session)[-1].action == "examples queued"
        assert audit(session).differences == ()


def test_what_waits_or_is_labelled_already_is_passed_over(filled: Database) -> None:
    with filled.session() as session:
        task = get_task(session, "small")
        known = small.example(3, "dev")
        labelled = replace(queues.rows(1, 90)[0], inputs=dict(known.inputs))
        queue_unlabelled(session, task, queues.rows(4), **BY)
        done = queue_unlabelled(session, task, [*queues.rows(6), labelled], **BY)
        assert (done.added, done.waited, done.labelled) == (2, 4, 1)
        assert len(waiting_rows(session, "small")) == 6


def test_an_id_that_means_another_example_is_refused(filled: Database) -> None:
    with filled.session() as session:
        task = get_task(session, "small")
        queue_unlabelled(session, task, queues.rows(2), **BY)
        for taken in ("new-00", "dev-03"):
            with pytest.raises(Refused, match=f"another example has the id {taken}"):
                queue_unlabelled(session, task, [replace(queues.rows(1, 50)[0], id=taken)], **BY)
        assert len(waiting_rows(session, "small")) == 2


def test_inputs_are_cut_and_slices_chosen_as_for_the_model(filled: Database) -> None:
    with filled.session() as session:
        task = small.task(data={"source": "import", "words": 3, "slices": ["hotel"]})
        rows = [replace(one, slice=("hotel", "bar")[n % 2]) for n, one in enumerate(queues.rows(4))]
        done = queue_unlabelled(session, task, rows, **BY)
        assert (done.added, done.other_slices) == (2, 2)
        assert item_of(waiting_rows(session, "small")[0]).inputs["query"] == "Guest 0 asks"


def test_three_people_rate_an_example_or_as_many_as_may(filled: Database) -> None:
    with filled.session() as session:
        assert usual_raters(session, "small") == 1
        for number, roles in enumerate([("rater",), ("curator",), ("viewer",), ("reviewer",), ("rater",)], 1):
            add_person(
                session,
                f"Person {number}x",
                f"{number}@example.org",
                (*roles, "admin"),
                by="a (local)",
                at=small.NOW,
            )
        assert usual_raters(session, "small") == 3


def test_doubtful_examples_are_queued_once_and_never_more_than_asked_for(filled: Database) -> None:
    with filled.session() as session:
        task = get_task(session, "small")
        first = queue_doubtful(session, task, 5, **BY)
        again = queue_doubtful(session, task, 5, **BY)
        assert (first.added, again.added, first.ground) == (5, 5, "few")
        names = [row.example_id for row in waiting_rows(session, "small")]
        assert len(set(names)) == 10
        assert queue_doubtful(session, task, 500, **BY).added == 22
        with pytest.raises(Refused, match="0 examples"):
            queue_doubtful(session, task, 0, **BY)


def test_what_is_queued_says_nothing_of_splits_labels_or_ratings(filled: Database) -> None:
    rated = [replace(one, ratings={"ann": 1.0, "bo": 5.0}) for one in small.examples()]
    with filled.session() as session:
        task = get_task(session, "small")
        add_examples(session, task, Dataset(tuple(rated)), **BY)
        queue_doubtful(session, task, 40, **BY)
        for row in waiting_rows(session, "small"):
            assert not {"gold", "ratings", "split"} & set(row.content)


def test_closing_empties_the_queue_and_what_was_closed_can_be_queued_again(filled: Database) -> None:
    with filled.session() as session:
        task = get_task(session, "small")
        queue_unlabelled(session, task, queues.rows(25), **BY)
        with pytest.raises(Refused, match="needs a reason"):
            close_queue(session, task, reason=" ", **BY)
        assert close_queue(session, task, reason="Wrong file.", **BY) == 25
        assert waiting_rows(session, "small") == ()
        with pytest.raises(Refused, match="nothing waits"):
            close_queue(session, task, reason="Again.", **BY)
        assert queue_unlabelled(session, task, queues.rows(3), **BY).added == 3
        assert audit(session).differences == ()
    with filled.session() as session:
        assert sitting(session, "small", by="Grace (local)").total == 3


def test_only_who_keeps_the_data_queues(filled: Database) -> None:
    queues.queue(filled)

    def refused(session: Session, by: str) -> None:
        task = get_task(session, "small")
        with pytest.raises(NotAllowed):
            queue_unlabelled(session, task, queues.rows(1, 60), by=by, at=small.NOW)
        with pytest.raises(NotAllowed):
            queue_doubtful(session, task, 1, by=by, at=small.NOW)
        with pytest.raises(NotAllowed):
            close_queue(session, task, reason="So.", by=by, at=small.NOW)

    with filled.session() as session:
        refused(session, "Uma")
        refused(session, "Vera")
        with pytest.raises(Refused, match="0 people can't rate"):
            queue_unlabelled(session, get_task(session, "small"), queues.rows(1, 60), raters=0, **BY)
