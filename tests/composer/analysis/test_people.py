"""A candidate beside people: the way from the best constant to one more person, and answers within their range."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from composer.analysis.people import Within, beside_people, compared, ratings_of
from composer.data.examples import Example
from composer.evaluation.outcomes import Difference, Row
from composer.home.paths import Home
from composer.review.status import get_review
from library.database import Database, open_database
from tests import small

OUTPUT = small.task().output
NMSE = Difference("nmse", "lower", 6.25, 1.5625, -4.6875, -5.0, -4.0)


def rated(number: int, *ratings: float) -> Example:
    given = {f"rater{place}": rating for place, rating in enumerate(ratings)}
    return replace(small.example(number, "test"), ratings=given, gold=sum(ratings) / len(ratings))


def row(example: Example, before: int, after: int) -> Row:
    losses = [((value - float(example.gold)) / 4) ** 2 for value in (before, after)]
    return Row(example.id, losses[0], losses[1], True, True, before, after, example.gold)


def test_the_way_from_the_best_constant_to_one_more_person_is_counted_for_both_prompts() -> None:
    examples = [rated(0, 1, 2), rated(1, 3, 3), rated(2, 5, 4)]
    rows = [row(examples[0], 4, 2), row(examples[1], 3, 3), row(examples[2], 1, 5)]
    found = compared(NMSE, OUTPUT, rows, examples)
    person = found.agreement.ceiling.value
    assert person == pytest.approx(100 * (1 / 16 + 0 + 1 / 16) / 3)
    assert found.floor.answer == "3"
    assert found.candidate == pytest.approx((found.floor.figure - 1.5625) / (found.floor.figure - person))
    assert (found.inside, found.total) == ((1, 3), 3)
    assert found.shares == ("60%", "150%")
    assert "one more person" in found.person
    assert "3 after" in found.way
    assert found.within["test-00"] == Within(before=False, after=True, ratings=examples[0].ratings)
    assert found.within["test-00"].people == "1 to 2"
    assert found.outside == ()


def test_labels_are_compared_by_what_most_people_gave() -> None:
    output = small.label_task().output
    examples = [replace(one, ratings={"a": "good", "b": "good", "c": "bad"}) for one in small.examples(0, 4)]
    ratings = ratings_of(examples, output)
    assert ratings.raters == ("a", "b", "c")
    assert ratings.value[:3].tolist() == [0.0, 0.0, 1.0]


def test_a_label_is_within_people_where_anybody_gave_it_and_not_between_two_others() -> None:
    task = small.task(output={"field": "label", "kind": "label", "labels": ["good", "fair", "bad"]})
    examples = [replace(one, gold="good", ratings={"a": "good", "b": "bad"}) for one in small.examples(0, 3)]
    answers = [("good", "fair"), ("bad", "good"), (None, None)]
    rows = [
        Row(one.id, 0.0, 0.0, True, True, before, after, "good")
        for one, (before, after) in zip(examples, answers, strict=True)
    ]
    accuracy = Difference("accuracy", "higher", 0.5, 0.5, 0.0, 0.0, 0.0)
    found = compared(accuracy, task.output, rows, examples)
    assert [(one.before, one.after) for one in found.within.values()] == [
        (True, False),
        (True, True),
        (False, False),
    ]
    assert found.outside == ("test-00", "test-02")
    assert found.as_json()["outside"] == ["test-00", "test-02"]


def test_one_persons_rating_is_no_range() -> None:
    examples = [rated(0, 1, 2), rated(1, 3)]
    found = compared(NMSE, OUTPUT, [row(examples[0], 4, 2), row(examples[1], 1, 5)], examples)
    assert list(found.within) == ["test-00"]


def test_a_candidate_whose_examples_nobody_rated_singly_has_no_people_beside_it(waiting: Database) -> None:
    with waiting.session() as session:
        assert beside_people(session, get_review(session, 1)) is None


def test_a_candidate_whose_examples_people_rated_has_them_beside_it(home: Home, tmp_path: Path) -> None:
    data = [replace(one, ratings={"a": one.gold, "b": one.gold}) for one in small.examples()]
    with closing(open_database(home.path)) as database:
        small.fill(database, tmp_path, data=data)
        small.run(database, home, small.enter(database, budget=100), small.engine())
        with database.session() as session:
            found = beside_people(session, get_review(session, 1))
    assert found is not None
    assert found.total == 16
