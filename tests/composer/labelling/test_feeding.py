"""From ratings to data: what enough people rated becomes examples, by the import that keeps every split."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from composer.audit import audit
from composer.candidates.records import get_candidate_summary
from composer.data.examples import Dataset, Example
from composer.labelling.feeding import Relabelled, feed, foresee
from composer.labelling.queueing import queue_doubtful, queue_unlabelled
from composer.labelling.rating import rate, sitting
from composer.labelling.rows import waiting_rows
from composer.registry.datasets import add_examples, current_dataset
from composer.registry.tasks import add_task, get_task
from composer.review.staleness import evidence_changes
from library import log
from library.database import Database
from library.errors import Refused
from library.people import NotAllowed, remove_person
from tests import small
from tests.composer.labelling import queues

BY: dict[str, Any] = {"by": "Ada", "at": small.NOW}


def data(database: Database) -> dict[str, Example]:
    with database.session() as session:
        return {one.id: one for one in current_dataset(session, "small").examples}


def test_what_enough_people_rated_becomes_examples_and_the_rest_waits(filled: Database) -> None:
    queues.queue(filled, 6, raters=2)
    before = data(filled)
    queues.rate_all(filled, "Uma", {0: 5}, usual=4)
    with filled.session() as session:
        for item, value in ((1, 2), (2, 4), (3, 3)):
            rate(session, item, value, by="Ravi", at=small.NOW, note="Odd." if item == 1 else "")
        seen = foresee(session, get_task(session, "small"), by="Ada")
        assert data(filled) == before
        done = feed(session, get_task(session, "small"), **BY)
        assert done == seen
    assert (done.new, done.relabelled, done.waiting) == (("new-00", "new-01", "new-02"), (), 3)
    after = data(filled)
    assert after["new-00"].gold == 3.5
    assert after["new-00"].ratings == {"Ravi": 2.0, "Uma": 5.0}
    assert after["new-00"].explanation == "Ravi: Odd."
    assert {name: after[name] for name in before} == before
    with filled.session() as session:
        assert [row.example_id for row in waiting_rows(session, "small")] == ["new-03", "new-04", "new-05"]
        assert [entry.action for entry in log.entries(session)[-2:]] == ["data imported", "labels made data"]
        assert audit(session).differences == ()
        assert sitting(session, "small", by="Noor").total == 3


def test_ratings_that_an_example_has_are_kept_and_those_of_the_queue_added(filled: Database) -> None:
    queues.queue(filled, 1)
    rated = [replace(one, ratings={"ann": one.gold}) if one.id == "dev-01" else one for one in small.examples()]
    with filled.session() as session:
        task = get_task(session, "small")
        add_examples(session, task, Dataset(tuple(rated)), **BY)
        queue_doubtful(session, task, 32, ground="few", **BY)
        numbers = {row.example_id: row.id or 0 for row in waiting_rows(session, "small")}
        rate(session, numbers["dev-01"], 5, by="Uma", at=small.NOW)
        rate(session, numbers["dev-02"], 5, by="Uma", at=small.NOW)
        rate(session, numbers["test-04"], 5, by="Uma", at=small.NOW)
        done = feed(session, task, raters=1, **BY)
    after = data(filled)
    assert after["dev-01"].ratings == {"ann": 2.0, "Uma": 5.0}
    assert after["dev-01"].gold == 3.5
    assert after["dev-02"].gold == 5.0, "a label without single ratings is replaced"
    assert done.relabelled == (Relabelled("dev-02", 3.0, 5.0), Relabelled("dev-01", 2.0, 3.5))
    assert done.confirmed == ("test-04",)


def test_every_example_keeps_its_split(filled: Database) -> None:
    queues.queue(filled, 30, raters=1)
    before = {name: one.split for name, one in data(filled).items()}
    with filled.session() as session:
        queue_doubtful(session, get_task(session, "small"), 32, ground="few", raters=1, **BY)
    queues.rate_all(filled, "Uma", {number: float(1 + number % 5) for number in range(62)})
    with filled.session() as session:
        feed(session, get_task(session, "small"), **BY)
    after = {name: one.split for name, one in data(filled).items()}
    assert {name: after[name] for name in before} == before
    assert set(after.values()) == {"authoring", "dev", "test"}


def test_candidates_become_stale_by_themselves(submitted: Database) -> None:
    with submitted.session() as session:
        task = get_task(session, "small")
        queue_unlabelled(session, task, queues.rows(1), **BY)
        rate(session, 1, 4, by="Grace (local)", at=small.NOW)
        assert feed(session, task, **BY).stale == 1
        assert evidence_changes(session, get_candidate_summary(session, 1))[0].startswith(
            "the labelled data changed"
        )


def test_a_tie_waits_for_another_rater(filled: Database) -> None:
    queues.queue(filled, 2, raters=2)
    labels = {"field": "rating", "kind": "label", "labels": ["yes", "no"]}
    with filled.session() as session:
        task = small.task(name="other", output=labels)
        add_task(session, task, **BY)
        queue_unlabelled(session, task, queues.rows(40), raters=2, **BY)
        rows = waiting_rows(session, "other")
        for place, row in enumerate(rows):
            rate(session, row.id or 0, "yes" if place % 2 else "no", by="Uma", at=small.NOW)
            rate(session, row.id or 0, "yes" if place % 2 or place == 4 else "no", by="Ravi", at=small.NOW)
        done = feed(session, task, **BY)
        assert (done.tied, len(done.new)) == (("new-04",), 39)
        assert [row.example_id for row in waiting_rows(session, "other")] == ["new-04"]
        with pytest.raises(Refused, match="people are tied on 1"):
            feed(session, task, **BY)
        rate(session, rows[4].id or 0, "no", by="Noor", at=small.NOW)
        assert feed(session, task, **BY).new == ("new-04",)


def test_an_example_whose_text_the_data_have_otherwise_by_now_is_left_in_the_queue(filled: Database) -> None:
    queues.queue(filled, 1, raters=1)
    with filled.session() as session:
        task = get_task(session, "small")
        queue_doubtful(session, task, 32, ground="few", raters=1, **BY)
        changed = [
            replace(one, inputs={**one.inputs, "query": "Anything else?"}) if one.id == "dev-01" else one
            for one in small.examples()
        ]
        add_examples(session, task, Dataset(tuple(changed)), **BY)
    queues.rate_all(filled, "Uma")
    with filled.session() as session:
        assert feed(session, get_task(session, "small"), **BY).unfit == ("dev-01",)


def test_ratings_of_somebody_who_was_removed_count_and_that_is_told(filled: Database) -> None:
    queues.queue(filled, 2, raters=1)
    queues.rate_all(filled, "Uma", usual=5)
    with filled.session() as session:
        remove_person(session, "Uma", by="Max", at=small.NOW)
        done = feed(session, get_task(session, "small"), **BY)
    assert (done.gone, len(done.new)) == (("Uma",), 2)


def test_nothing_is_stored_where_nothing_is_rated_enough_or_by_whom_it_is_not_for(filled: Database) -> None:
    with filled.session() as session, pytest.raises(Refused, match="nothing waits to be labelled"):
        feed(session, get_task(session, "small"), **BY)
    queues.queue(filled, 3)
    queues.rate_all(filled, "Uma")
    with filled.session() as session:
        task = get_task(session, "small")
        with pytest.raises(Refused, match="no example of the queue can become data"):
            feed(session, task, **BY)
        for by in ("Uma", "Vera"):
            with pytest.raises(NotAllowed):
                feed(session, task, raters=1, by=by, at=small.NOW)
            with pytest.raises(NotAllowed):
                foresee(session, task, raters=1, by=by)
        with pytest.raises(Refused, match="0 people"):
            feed(session, task, raters=0, **BY)
    assert len(data(filled)) == 32


def test_a_task_without_data_gets_its_first_from_the_queue(filled: Database) -> None:
    with filled.session() as session:
        task = small.task(name="fresh")
        add_task(session, task, **BY)
        queue_unlabelled(session, task, queues.rows(40), **BY)
        for row in waiting_rows(session, "fresh"):
            rate(session, row.id or 0, 1 + (row.id or 0) % 5, by="Grace (local)", at=small.NOW)
        done = feed(session, task, **BY)
        assert (len(done.new), done.stale) == (40, 0)
        assert {one.split for one in current_dataset(session, "fresh").examples} == {"authoring", "dev", "test"}
