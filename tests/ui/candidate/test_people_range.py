"""Answers beside the range of people's ratings: the table's marks and filter, an open row, file and pack."""

from __future__ import annotations

import csv as csvfile
import io
import shutil
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from composer.analysis.examples import ExampleView, ParsedAnswer
from composer.data.examples import Example
from composer.evaluation import intervals
from composer.evaluation.outcomes import Row
from composer.evaluation.parsing import parse_answer
from composer.home.paths import Home
from library.database import open_database
from tests import small
from tests.ui.pages import Open, candidate_page, seen
from ui.candidate import page_data, people_range
from ui.candidate.examples import csv
from ui.candidate.page_data import Line
from ui.candidate.people_range import OUTSIDE
from ui.reviewpack.document import review_pack

AT = datetime(2026, 1, 1, tzinfo=UTC)


def rated(one: Example) -> Example:
    """Two people rate the label and one more, or what lies opposite; nobody rates one of the examples."""
    near = float(one.gold) if one.id[-1] in "13579" else 6 - float(one.gold)
    given = {"ann": near, "bo": min(near + 1, 5.0)}
    return replace(one, ratings={} if one.id == "test-03" else given)


@pytest.fixture(scope="session")
def _rated_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("rated")
    home = Home(folder / "home")
    database = open_database(home.path)
    small.fill(database, folder, data=tuple(map(rated, small.examples())))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(intervals, "RESAMPLES", 100)
        small.run(database, home, small.enter(database, budget=100), small.engine())
    database.close()
    return home.path


@pytest.fixture
def people(home: Home, _rated_home: Path) -> Home:
    """A home with one candidate, whose examples two people rated."""
    shutil.copytree(_rated_home, home.path)
    return home


def test_each_range_is_marked_by_whether_the_answer_lies_within(people: Home, visit: Open) -> None:
    table = candidate_page(visit, people, show="all").dataframe[0].value
    assert table.set_index("example")["people"]["test-03"] == ""
    marks = set()
    for _, one in table[table["example"] != "test-03"].iterrows():
        sign, *ends = one["people"].replace(" to ", " ").split()
        inside = one["after"] != "malformed" and float(ends[0]) <= float(one["after"]) <= float(ends[-1])
        assert sign == ("✓" if inside else "✗")
        marks.add(sign)
    assert marks == {"✓", "✗"}


def test_the_filter_leaves_what_lies_outside(people: Home, visit: Open) -> None:
    everything = candidate_page(visit, people, show="all").dataframe[0].value
    outside = candidate_page(visit, people, show=OUTSIDE).dataframe[0].value
    marked = everything[everything["people"].str.startswith("✗")]
    assert set(outside["example"]) == set(marked["example"])
    assert len(outside)


def test_without_single_ratings_there_is_neither_mark_nor_filter(furnished: Home, visit: Open) -> None:
    app = candidate_page(visit, furnished, show=OUTSIDE)
    assert "people" not in app.dataframe[0].value
    assert "what 2 people rated" not in seen(app)


def test_an_open_row_shows_what_people_rated_with_both_answers_marked(people: Home, visit: Open) -> None:
    app = candidate_page(visit, people, show=OUTSIDE)
    row = app.dataframe[0].value.iloc[0]
    shown = seen(candidate_page(visit, people, show=OUTSIDE, row=row["example"]))
    assert 'aria-label="what 2 people rated: ' in shown
    assert '<span class="ic-worse">✗ outside</span>' in shown
    assert f"▲ after {row['after']}" in shown


def opened(before: str, after: str, **ratings: float) -> str:
    task, example = small.task(), replace(small.example(1, "test"), ratings=ratings)
    answers = [ParsedAnswer(one, parse_answer(task.output, one)) for one in map(small.answer, (before, after))]
    view = ExampleView(example, Row(example.id, 0.0, 0.0, True, True), *answers, flipped=False)
    return people_range.drawn(view, task.output)


def test_two_equal_answers_share_their_place_and_a_malformed_one_has_none() -> None:
    same = opened('{"rating": 2}', '{"rating": 2}', ann=2.0, bo=3.0)
    assert "<span>2</span><b>△▲</b>" in same
    assert same.count("✓ inside") == 2
    broken = opened("no idea", '{"rating": 5}', ann=2.0, bo=3.0)
    assert "△ before malformed" in broken
    assert broken.count("✗ outside") == 2
    assert "<b>△" not in broken


def test_what_one_person_rated_is_drawn_and_no_range() -> None:
    alone = opened('{"rating": 2}', '{"rating": 5}', ann=2.0)
    assert "1 person: 2" in alone
    assert "inside" not in alone
    assert opened('{"rating": 2}', '{"rating": 5}') == ""
    assert not people_range.is_outside(Line(Row("x", 0.0, 0.0, True, True), False))


def test_the_file_says_of_both_answers_whether_they_lie_inside(people: Home, visit: Open) -> None:
    table = candidate_page(visit, people, show="all").dataframe[0].value.set_index("example")
    found = page_data.shown(1)
    rows = {row["id"]: row for row in csvfile.DictReader(io.StringIO(csv(found, found.lines).decode()))}
    assert (rows["test-03"]["people_before"], rows["test-03"]["people_after"]) == ("", "")
    for name, row in rows.items():
        if name != "test-03":
            assert row["people_after"] == ("inside" if table["people"][name].startswith("✓") else "outside")
            assert row["people_before"] in ("inside", "outside")


def test_the_review_pack_has_the_ranges_their_marks_and_the_drawings(people: Home, visit: Open) -> None:
    table = candidate_page(visit, people, show="all").dataframe[0].value
    text = review_pack(page_data.shown(1), AT).decode()
    assert "<th>people’s range</th>" in text
    for mark in table["people"]:
        assert f">{mark}</td>" in text
    assert text.count('aria-label="what 2 people rated: ') == len(table) - 1
