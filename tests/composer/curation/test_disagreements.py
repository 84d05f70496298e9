"""Disagreements: the prompt in use against people, on authoring examples alone, grouped and the largest first."""

from __future__ import annotations

from dataclasses import replace

import pytest

from composer.curation.disagreements import Disagreements, find_disagreements, grouped, is_wide, judge, losses
from composer.data.examples import Example
from library.database import Database
from tests import small
from tests.composer.curation import authoring

TASK = small.task()


def found(database: Database) -> Disagreements:
    with database.session() as session:
        return find_disagreements(session, "small", "tiny")


def judged(values: dict[int, str], data: tuple[Example, ...] | None = None, of: object = TASK) -> tuple:
    examples = [one for one in data or authoring.aside() if int(one.id[-2:]) in values]
    answers = {one.id: small.answer(values[int(one.id[-2:])]) for one in examples}
    return judge(of, examples, answers)


def test_only_authoring_examples_are_read(read: Database) -> None:
    shown = found(read)
    assert len(shown.judged) == shown.total == 12
    assert {one.example.split for one in shown.judged} == {"authoring"}


def test_without_answers_every_example_is_missing_and_nothing_is_asked(aside: Database) -> None:
    shown = found(aside)
    assert (len(shown.judged), len(shown.missing), shown.groups) == (0, 12, ())
    assert shown.now.name == "the bare base"
    assert small.stored_cells(aside) == 0


def test_directions_and_losses_are_those_of_the_metric() -> None:
    high, low, broken, right = judged({0: '{"rating": 4}', 1: '{"rating": 1}', 2: "four", 3: '{"rating": 2}'})
    assert (high.direction, high.loss) == ("too high", 0.25)
    assert (low.direction, low.loss) == ("too low", 0.25)
    assert (broken.direction, broken.loss, broken.parsed.value) == ("malformed", 1.0, None)
    assert (right.direction, right.loss, right.disagrees) == ("agrees", 0.0, False)
    assert losses([high, right]) == 0.125


def test_the_nearest_whole_number_to_a_mean_is_no_disagreement() -> None:
    data = tuple(replace(one, gold=2.5) for one in authoring.aside(4))
    ratings = {0: '{"rating": 2}', 1: '{"rating": 3}', 2: '{"rating": 1}', 3: '{"rating": 4}'}
    assert [one.direction for one in judged(ratings, data)] == ["agrees", "agrees", "too low", "too high"]


def test_labels_are_grouped_by_what_was_taken_for_what() -> None:
    task = small.label_task()
    data = tuple(
        replace(one, gold="good" if place else "bad", ratings={}) for place, one in enumerate(authoring.aside(3))
    )
    rows = judged({0: '{"label": "good"}', 1: '{"label": "bad"}', 2: '{"label": "good"}'}, data, task)
    assert [one.direction for one in rows] == ["another label", "another label", "agrees"]
    assert {group.title for group in grouped(task, rows)} == {"good for bad · news", "bad for good · shop"}


def test_groups_are_by_slice_and_direction_and_what_loses_most_comes_first(read: Database) -> None:
    groups = found(read).groups
    assert {(group.slice, group.direction) for group in groups} == {
        ("news", "too high"),
        ("shop", "too high"),
        ("news", "malformed"),
        ("news", "too low"),
        ("shop", "too low"),
    }
    assert groups[0].direction == "malformed"
    assert [group.loss for group in groups] == sorted((group.loss for group in groups), reverse=True)
    assert all(one.example.slice == group.slice for group in groups for one in group.rows)


def test_inside_a_group_the_largest_is_first_and_its_neighbours_stand_below_it() -> None:
    texts = ["the printer jams", "a lovely garden", "printers jam: my printer jams too", "gardens, lovely ones"]
    data = tuple(
        replace(one, slice="", inputs={"query": "q", "document": text}, gold=gold)
        for one, text, gold in zip(authoring.aside(4), texts, (1.0, 2.0, 3.0, 4.0), strict=True)
    )
    (group,) = grouped(TASK, judged(dict.fromkeys(range(4), '{"rating": 5}'), data))
    assert [one.example.id[-2:] for one in group.rows] == ["00", "02", "01", "03"]
    assert [one.near for one in group.rows] == ["", "authoring-00", "", "authoring-01"]
    assert grouped(TASK, judged(dict.fromkeys(range(4), '{"rating": 5}'), data[::-1])) == (group,)


def test_where_people_are_far_apart_the_label_is_called_uncertain() -> None:
    data = (
        replace(small.example(0, "authoring"), gold=3.0, ratings={"a": 1.0, "b": 5.0}),
        replace(small.example(1, "authoring"), gold=3.0, ratings={"a": 3.0, "b": 3.0}),
        replace(small.example(2, "authoring"), gold=3.0, ratings={"a": 3.0}),
        replace(small.example(3, "authoring"), gold=3.0),
    )
    rows = judged(dict.fromkeys(range(4), '{"rating": 5}'), data)
    assert [one.disputed for one in rows] == [True, False, False, False]
    assert [one.spread for one in rows] == [2.0, 0.0, None, None]
    assert [one.inside for one in rows] == [True, False, False, None]


@pytest.mark.parametrize(("spread", "wide"), [(float("nan"), False), (0.49, False), (0.5, True)])
def test_how_wide_is_wide_goes_by_the_scale(spread: float, wide: bool) -> None:
    assert is_wide(TASK.output, spread) == wide
    assert is_wide(small.label_task().output, spread) == (spread >= 0.49)
