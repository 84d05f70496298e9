"""Of several questions the one is found whose answers are the labels that a task is about."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from composer.data.columns import ColumnMap, mapped
from composer.data.tables import Table
from composer.task.task import Task
from library.errors import Refused


def table(*rows: Mapping[str, object], unfit: Mapping[str, str] | None = None) -> Table:
    """Make a table of answers by one person; what comes first in a row is the text, the rest are answers."""
    text, *questions = dict.fromkeys(name for row in rows for name in row)
    return Table(
        Path("answers.json"),
        "item",
        ("key", text, "who", *questions),
        tuple((place, {"key": str(place), "who": "ann", **row}) for place, row in enumerate(rows, 1)),
        form="A tool",
        answers=tuple(questions),
        unfit=unfit or {},
        known={"id": "key", "rater": "who"},
        aside=frozenset({"key"}),
    )


@pytest.mark.parametrize(
    ("first", "second", "gold"),
    [
        ({"mood": "positive", "stars": 4}, {"mood": "negative", "stars": 2}, "mood"),
        ({"mood": "positive", "label": "who"}, {"mood": "negative", "label": "what"}, "mood"),
        ({"mood": "positive", "label": "positive"}, {"mood": "negative", "label": "negative"}, "label"),
        ({"mood": "positive", "other": "positive"}, {"mood": "negative", "other": "neither"}, "mood"),
        ({"mood": "Positive"}, {"mood": "Negative"}, "mood"),
    ],
)
def test_it_is_the_one_whose_answers_fit_best_then_the_one_named_so(
    polarity: Task, first: dict[str, object], second: dict[str, object], gold: str
) -> None:
    found = mapped(table({"text": "a", **first}, {"text": "b", **second}), polarity)
    assert (found.gold, found.rater, found.id, found.inputs) == (gold, "who", "key", {"sentence": "text"})
    assert {"rater", "id"} <= found.guessed
    assert ("gold" in found.guessed) == (gold != "gold")


def test_where_none_stands_out_a_person_is_asked_with_what_the_answers_are(polarity: Task) -> None:
    with pytest.raises(Refused, match="no question has the labels positive, negative: mood has good; stars has 4"):
        mapped(table({"text": "a", "mood": "good", "stars": 4}), polarity)
    same = table({"text": "a", "mood": "positive", "other": "positive"})
    with pytest.raises(Refused, match="several questions have the labels") as refused:
        mapped(same, polarity)
    assert "--gold mood" in refused.value.fix
    assert mapped(same, polarity, ColumnMap(gold="other")).gold == "other"


def test_answers_are_neither_taken_for_the_text_nor_for_raters(polarity: Task) -> None:
    made = table({"said": "a", "rating_1": "positive", "rating_2": 3, "comment": "b"})
    found = mapped(made, polarity)
    assert (found.inputs, found.raters, found.gold) == ({"sentence": "said"}, (), "rating_1")
    assert found.extras(made) == ("rating_2", "comment")


def test_a_question_without_labels_is_refused_with_what_it_has_instead(polarity: Task) -> None:
    made = table({"text": "a", "parts": {"start": 0}}, unfit={"parts": "marked parts"})
    for asked in (None, ColumnMap(gold="parts")):
        with pytest.raises(Refused, match="the answers to parts are marked parts, not a label or a number"):
            mapped(made, polarity, asked)
