"""What the cells of a table look like."""

from __future__ import annotations

from pathlib import Path

import pytest

from composer.data.columns import ColumnMap
from composer.data.guessing import label_columns, labels_of, text_columns
from composer.data.tables import Table
from library.errors import Refused

TEXT = "The page has been down since nine o'clock."


def table(**columns: list[object]) -> Table:
    rows = (dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True))
    return Table(Path("t.csv"), "line", tuple(columns), tuple(enumerate(rows, 2)))


def texts(number: int = 8) -> list[object]:
    return [f"{TEXT} It is report {place}." for place in range(number)]


def test_columns_of_sentences_are_texts_and_remarks_on_the_label_are_not() -> None:
    of = table(words=texts(), desk=["north", "south"] * 4, notes=texts(), ticket=[*range(8)])
    assert text_columns(of, ColumnMap()) == ("words",)


def test_short_texts_are_found_by_their_name() -> None:
    assert text_columns(table(sentence=["Fine", "Bad"] * 4, x=["a", "b"] * 4), ColumnMap()) == ("sentence",)


def test_columns_named_after_people_are_raters_where_they_hold_numbers_alike() -> None:
    of = table(words=texts(), anna=["1", "2"] * 4, bo=["2", "3"] * 4, ticket=[str(100 + n) for n in range(8)])
    found = label_columns(of, ColumnMap(inputs={"words": "words"}))
    assert (found.raters, found.guessed) == (("anna", "bo"), {"raters"})


def test_one_column_of_few_values_is_the_gold() -> None:
    found = label_columns(table(words=texts(), stars=["1", "5"] * 4), ColumnMap(inputs={"words": "words"}))
    assert found.gold == "stars"


def test_a_table_without_labels_is_refused_with_its_columns() -> None:
    with pytest.raises(Refused, match="no column is known to hold the labels") as refused:
        label_columns(table(words=texts(), other=texts()), ColumnMap(inputs={"words": "words"}))
    assert "there are words, other" in refused.value.fix


def test_ratings_have_ends_and_a_stray_text_among_them_makes_no_label() -> None:
    found = labels_of(table(r=["2", "4", "n/a", "3", "4", "4", "4", "4"]), ColumnMap(gold="r"))
    assert (found.lowest, found.highest, found.texts) == (2, 4, ())


def test_labels_come_by_how_often_they_were_given() -> None:
    of = table(a=["ham", "spam", "spam", None], b=["ham", "spam", " spam ", ""])
    assert labels_of(of, ColumnMap(raters=("a", "b"))).texts == ("spam", "ham")


@pytest.mark.parametrize(
    ("values", "said"),
    [([None, ""], "no row has a label"), ([f"because {n}" for n in range(60)], "60 different ones")],
)
def test_what_can_be_no_labels_is_refused(values: list[object], said: str) -> None:
    with pytest.raises(Refused, match=said):
        labels_of(table(r=values), ColumnMap(gold="r"))
