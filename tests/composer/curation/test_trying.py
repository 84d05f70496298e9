"""What trying a draft came to: better, worse and same, malformed, and apart what it was written from."""

from __future__ import annotations

from composer.curation.trying import adapter, tried
from composer.data.examples import Example
from composer.prompts.composition import Composition
from composer.prompts.trial import Trial
from tests import small
from tests.composer.curation.authoring import DRAFT, aside

TASK = small.task()
TRIAL = Trial(Composition(TASK.base), DRAFT)


def pairs(data: tuple[Example, ...], before: dict[int, str], after: dict[int, str]) -> list:
    right = [f'{{"rating": {round(float(one.gold))}}}' for one in data]
    return [
        (small.answer(before.get(place, text)), small.answer(after.get(place, text)))
        for place, text in enumerate(right)
    ]


def test_it_counts_what_becomes_better_worse_and_malformed() -> None:
    data = aside(12)
    found = tried(TASK, TRIAL, data, pairs(data, {0: '{"rating": 5}', 1: "no"}, {2: '{"rating": 1}', 3: "hm"}))
    assert (found.counts.better, found.counts.worse, found.counts.same) == (2, 2, 8)
    assert found.malformed == (1, 1)
    assert [row.example_id for row in found.rows[:2]] == ["authoring-01", "authoring-00"]
    assert found.rows[-1].example_id == "authoring-03"
    before, after = found.losses
    assert found.figure.name == "nmse"
    assert found.figure.difference is not None
    assert round(100 * (after - before), 9) == round(found.figure.difference, 9)
    assert (found.figure.low, found.figure.high) == (None, None), "the sample was chosen for being wrong"
    assert found.answers["authoring-03"] == "hm"


def test_what_it_was_written_from_counts_in_no_figure() -> None:
    data = aside(12)
    answers = pairs(data, {0: '{"rating": 5}', 3: '{"rating": 5}'}, {})
    found = tried(TASK, TRIAL, data, answers, ("authoring-00", "authoring-03"))
    assert [row.example_id for row in found.apart] == ["authoring-00", "authoring-03"]
    assert all(row.outcome == "better" for row in found.apart)
    assert (found.counts.total, found.counts.better, found.figure.difference) == (10, 0, 0)


def test_where_nothing_is_left_to_count_there_is_no_figure() -> None:
    data = aside(4)
    none = tried(TASK, TRIAL, data, pairs(data, {}, {}), [one.id for one in data])
    assert (none.figure.difference, none.counts.total, len(none.apart)) == (None, 0, 4)


def test_a_stored_result_reads_back_as_it_was() -> None:
    data = aside(12)
    found = tried(TASK, TRIAL, data, pairs(data, {0: "no"}, {}), ("authoring-01",))
    assert adapter().validate_python(found.as_json()) == found
