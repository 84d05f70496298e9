"""What speaks against a candidate's gain: read from its data and its search, and shown where it is decided."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from composer.analysis.caveats import caveats_of, dev_test_gap_of
from composer.data.examples import Example
from composer.home.paths import Home
from composer.prompts.messages import render
from composer.review.status import get_review
from composer.runs import worker
from library.database import Database, open_database
from tests import small
from tests.scripted import ScriptedEngine, connecting, pretender

TASK = small.task()


def placed(number: int, split: str) -> Example:
    """An example of the slice `news` where its number divides by 4, and of `mail` otherwise."""
    return replace(small.example(number, split), slice="mail" if number % 4 else "news")


def only_in_the_news(data: tuple[Example, ...]) -> ScriptedEngine:
    """A model that any snippet makes right in the news, and nowhere else."""
    wrong, right = (pretender(TASK, data, {}, skill=skill) for skill in (0.0, 1.0))
    news = {render("", TASK.message, one.inputs)[1]["content"] for one in data if one.slice == "news"}

    def answer(system: str, user: str) -> str:
        helped = user in news and small.TEXTS["topic"] in system
        return right(system, user) if helped else wrong(system, user)

    return ScriptedEngine(answer)


@pytest.fixture
def sliced(home: Home, tmp_path: Path) -> Database:
    """A home whose candidate 1 gains in one slice alone."""
    data = tuple(placed(number, split) for split in ("dev", "test") for number in range(60))
    database = open_database(home.path)
    small.fill(database, tmp_path, data=data)
    worker.work(database, home, small.propose(database, "topic"), connect=connecting(only_in_the_news(data)))
    return database


def test_a_gain_in_one_slice_is_a_caveat_of_its_candidate(sliced: Database) -> None:
    with closing(sliced), sliced.session() as session:
        review = get_review(session, 1)
        (found,) = [one for one in caveats_of(session, review) if "slice" in one]
        assert "The gain sits in the slice news: 15 of 60 examples hold all of it." in found
        assert dev_test_gap_of(session, review.candidate) is None


def test_the_searchs_estimate_is_held_beside_the_gain_on_as_many_dev_examples_as_were_asked(
    submitted: Database,
) -> None:
    with submitted.session() as session:
        review = get_review(session, 1)
        found = dev_test_gap_of(session, review.candidate)
        assert found is not None
        assert found.dev == pytest.approx(-100 * review.candidate.evidence.search.estimate)
        assert found.test == review.candidate.figures[0]
        assert not [one for one in caveats_of(session, review) if "The gain sits" in one]
