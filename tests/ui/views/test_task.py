"""The page of a task: what it asks for, its labels, the people who gave them, and where its prompts stand."""

from __future__ import annotations

import csv
import io
import shutil
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from sqlmodel import Session

from composer.analysis.data_summary import summarised
from composer.data.examples import Dataset, Example
from composer.evaluation.formatting import figure
from composer.home.paths import Home
from composer.registry.datasets import add_examples, current_dataset
from composer.registry.tasks import add_task, get_task
from library.database import Database, open_database
from tests import small
from tests.ui.pages import Open, plain_text, seen
from ui.task import page_data
from ui.task.disputed import disputed_csv
from ui.task.people import raters_csv

RATERS = ("ann", "bo", "cy", "dee")


@pytest.fixture(autouse=True)
def _patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for the figures of a page on a busy machine, too."""
    monkeypatch.setattr(page_data, "PATIENCE_SECONDS", 60)


def rated(number: int, one: Example) -> Example:
    """Three people are near each other, but for every eighth example; the fourth is at odds with them."""
    gold = round(float(one.gold))
    apart = 2 if number % 8 == 0 else 0
    given = (gold, min(gold + number % 2, 5), max(gold - apart, 1), 6 - gold)
    ratings = dict(zip(RATERS, map(float, given), strict=True))
    return replace(one, ratings=ratings, gold=sum(ratings.values()) / 4, slice=("short", "long")[number % 2])


def rate(session: Session, task: str) -> Dataset:
    known = current_dataset(session, task)
    dataset = Dataset(tuple(rated(number, one) for number, one in enumerate(known.examples)))
    add_examples(session, get_task(session, task), dataset, by="Ada", at=small.NOW)
    return dataset


@pytest.fixture
def people(home: Home, empty_home: Path, tmp_path: Path) -> Home:
    """A home with the small task, whose examples four people rated."""
    shutil.copytree(empty_home, home.path)
    database = open_database(home.path)
    small.fill(database, tmp_path)
    with database.session() as session:
        rate(session, "small")
    database.close()
    return home


def test_every_task_is_listed_with_its_labels_and_leads_to_its_page(people: Home, visit: Open) -> None:
    before = seen(visit(people, "task"))
    assert '<a href="task?name=small">small</a>' in before
    assert '<td class="ic-num">32</td><td class="ic-num">—</td>' in before
    visit(people, "task", name="small")
    assert '<td class="ic-num">32</td><td class="ic-num">—</td>' not in seen(visit(people, "task"))


def test_a_home_without_a_task_says_how_to_bring_one(home: Home, visit: Open) -> None:
    assert "<code>composer task add FILE</code>" in seen(visit(home, "task"))


def test_a_name_that_no_task_has_is_refused_in_plain_words(people: Home, visit: Open) -> None:
    assert "smal" in plain_text(visit(people, "task", name="smal"))
    assert visit(people, "task", name="smal").error


def test_the_page_shows_floor_ceiling_agreement_and_who_is_at_odds(people: Home, visit: Open) -> None:
    app = visit(people, "task", name="small")
    shown = seen(app)
    with open_database(people.path).session() as session:
        found = summarised(current_dataset(session, "small").examples, small.task().output)
    assert found.whole.ceiling is not None
    for value in (found.whole.floor.figure, found.whole.ceiling.value):
        assert f"<b>{figure('nmse', value)}</b>" in shown
    assert "128 ratings" in shown
    assert [one.name for one in found.at_odds] == ["dee"]
    assert shown.index(">dee</td>") < shown.index(">ann</td>")
    assert shown.count("! at odds with the others") == 1
    assert "Half of the examples are below" in shown


def test_what_the_task_asks_for_is_there_byte_for_byte(people: Home, visit: Open) -> None:
    app = visit(people, "task", name="small")
    assert [one.value for one in app.code] == [small.TASK["base"], small.TASK["message"]]
    assert "measured by nmse" in seen(app)
    assert "no example lost that must not regress" in seen(app)


def test_each_slice_and_the_sealed_split_have_their_own_row(people: Home, visit: Open) -> None:
    shown = seen(visit(people, "task", name="small"))
    for name, sizes in (
        ("short", (0, 8, 8)),
        ("long", (0, 8, 8)),
        ("test split", (0, 0, 16)),
        ("all", (0, 16, 16)),
    ):
        cells = "".join(f'<td class="ic-num">{number}</td>' for number in sizes)
        assert f"<tr><td>{name}</td>{cells}" in shown


def test_what_people_differ_on_most_comes_first_with_its_ratings_drawn(people: Home, visit: Open) -> None:
    shown = seen(visit(people, "task", name="small"))
    with open_database(people.path).session() as session:
        found = summarised(current_dataset(session, "small").examples, small.task().output)
    places = [shown.index(f"{one.id} ·") for one in found.unlike]
    assert places == sorted(places)
    assert len(places) == 10
    given = ", ".join(f"{value} ×{number}" for value, number in found.unlike[0].given if number)
    assert f'aria-label="ratings: {given}"' in shown


def test_another_measure_of_agreement_is_shown_where_asked_for_and_the_link_keeps_it(
    people: Home, visit: Open
) -> None:
    app = visit(people, "task", name="small")
    assert app.selectbox(key="measure").value == "Krippendorff's alpha, interval"
    app.selectbox(key="measure").set_value("Fleiss' kappa").run()
    assert "the very same answer" in seen(app)
    linked = visit(people, "task", name="small", measure="ICC(1), one person")
    assert "share of the variance" in seen(linked)


def test_the_lists_can_be_downloaded(people: Home) -> None:
    task = small.task()
    with open_database(people.path).session() as session:
        examples = current_dataset(session, "small").examples
    found = summarised(examples, task.output)
    rows = list(csv.DictReader(io.StringIO(raters_csv(task, found.raters).decode())))
    assert (rows[0]["rater"], rows[0]["ratings"]) == ("dee", "32")
    disputed = list(csv.DictReader(io.StringIO(disputed_csv(found, {one.id: one for one in examples}).decode())))
    assert [row["id"] for row in disputed] == [one.id for one in found.unlike]
    assert sum(int(disputed[0][f"rated {value}"]) for value in range(1, 6)) == 4


def test_a_task_without_data_says_how_to_bring_them(people: Home, visit: Open) -> None:
    with open_database(people.path).session() as session:
        add_task(session, small.label_task(), by="Ada", at=small.NOW)
    shown = seen(visit(people, "task", name="labels"))
    assert "<code>composer data import labels FILE</code>" in shown
    assert "Nothing was measured for this task yet" in shown


def test_without_single_ratings_the_floor_is_shown_and_what_to_import(furnished: Home, visit: Open) -> None:
    shown = seen(visit(furnished, "task", name="relatedness"))
    assert "A constant answer" in shown
    assert "needs two people’s ratings of an example" in shown
    assert "Import a column for each person" in shown


def test_releases_stand_on_the_way_from_the_floor_to_one_more_person(
    furnished: Home, visit: Open, rows: Database
) -> None:
    unknown = seen(visit(furnished, "task", name="polarity"))
    assert 'href="prompts?task=polarity&amp;target=qwen2.5-coder-0.5b">release 1</a>' in unknown
    assert "no single ratings of its examples" in unknown
    candidate = seen(visit(furnished, "task", name="relatedness"))
    assert 'href="candidate?candidate=1">candidate 1</a>, not released' in candidate
    assert rows


def test_a_page_does_not_wait_for_figures_that_take_long_and_shows_the_rest(
    people: Home, visit: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page_data, "PATIENCE_SECONDS", 0.01)
    hold = threading.Event()
    page_data._pool().submit(hold.wait, 60)
    app = visit(people, "task", name="small")
    assert "is being computed" in app.info[0].value
    assert small.TASK["base"] in [one.value for one in app.code]
    assert "What people can’t agree on" not in seen(app)
    hold.set()
    monkeypatch.setattr(page_data, "PATIENCE_SECONDS", 60)
    assert "What people can’t agree on" in seen(app.run())
