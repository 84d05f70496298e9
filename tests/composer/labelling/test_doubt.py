"""Doubtful examples: those people differ on, those that measured prompts miss, and those that few rated."""

from __future__ import annotations

from dataclasses import replace

import pytest

from composer.candidates.records import get_candidate
from composer.data.examples import Dataset
from composer.labelling.doubt import doubtful
from composer.registry.datasets import add_examples
from composer.registry.tasks import get_task
from library.database import Database
from library.errors import Refused
from tests import small


def rated(database: Database) -> None:
    """Have two people rate three examples of each split, further apart each time, and nobody the rest."""
    examples = []
    for one in small.examples():
        number = int(one.id[-2:])
        ratings = {"ann": 1.0, "bo": 1.0 + number} if number < 3 else {}
        examples.append(replace(one, ratings=ratings))
    with database.session() as session:
        add_examples(session, get_task(session, "small"), Dataset(tuple(examples)), by="Ada", at=small.NOW)


def test_people_differ_most_on_the_first_and_what_they_agree_on_is_not_doubtful(filled: Database) -> None:
    rated(filled)
    with filled.session() as session:
        for ground in ("people", None):
            found = doubtful(session, get_task(session, "small"), ground)
            assert found.ground == "people"
            assert [one.id for one in found.examples] == ["dev-02", "test-02", "dev-01", "test-01"]


def test_those_with_the_fewest_raters_come_first_in_no_order_of_theirs(filled: Database) -> None:
    rated(filled)
    with filled.session() as session:
        found = [one.id for one in doubtful(session, get_task(session, "small"), "few").examples]
    assert {name[-2:] for name in found[-6:]} == {"00", "01", "02"}
    assert found[:26] != sorted(found[:26])
    assert len(set(found)) == 32


def test_prompts_that_were_measured_doubt_what_they_miss(submitted: Database) -> None:
    with submitted.session() as session:
        found = doubtful(session, get_task(session, "small"), "prompts").examples
        rows = {row.example_id: row for row in get_candidate(session, 1).rows}
    missed = [(rows[one.id].incumbent_loss + rows[one.id].candidate_loss) / 2 for one in found]
    assert missed == sorted(missed, reverse=True)
    assert missed[-1] > 0
    assert {one.split for one in found} == {"test"}


def test_a_ground_on_which_nothing_is_known_is_refused_with_the_others(filled: Database) -> None:
    with filled.session() as session:
        task = get_task(session, "small")
        with pytest.raises(Refused, match=r"no two people .* prompts or few"):
            doubtful(session, task, "people")
        with pytest.raises(Refused, match="no prompt was measured"):
            doubtful(session, task, "prompts")


def test_evidence_of_other_data_doubts_nothing(submitted: Database) -> None:
    rated(submitted)
    with submitted.session() as session, pytest.raises(Refused, match="no prompt was measured on these data"):
        doubtful(session, get_task(session, "small"), "prompts")
