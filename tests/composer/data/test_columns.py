"""Columns: named by a person, or guessed from their names; several raters; what nobody named is kept."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from composer.data.columns import ColumnMap, mapped, pairs_of
from composer.data.dataset import load_examples
from composer.data.examples import Example, Record, dataset_hash
from composer.data.files import read_records
from composer.data.tables import Table
from composer.task.task import Task
from library.errors import Refused
from tests import small

Make = Callable[..., Task]


def table(*columns: str, **cells: Any) -> Table:
    return Table(Path("rows.csv"), "line", columns, ((2, {name: cells.get(name, "1") for name in columns}),))


def read(tmp_path: Path, task: Task, text: str, asked: ColumnMap | None = None) -> tuple[Record, ...]:
    path = tmp_path / "rows.csv"
    path.write_text(text, encoding="utf-8")
    return read_records(path, task, asked)


@pytest.mark.parametrize(
    ("columns", "found"),
    [
        (("sentence", "gold"), {"sentence": "sentence", "gold": "gold"}),
        (("Text", "Label", "source"), {"sentence": "Text", "gold": "Label"}),
        (("uuid", "tweet", "score"), {"sentence": "tweet", "gold": "score", "id": "uuid"}),
        (("text", "rater1", "rater_2", "score"), {"sentence": "text", "raters": ["rater1", "rater_2"]}),
        (("text", "label annotator a", "label annotator b"), {"sentence": "text", "raters": [1, 2]}),
        (("text", "annotator", "label"), {"sentence": "text", "gold": "label", "rater": "annotator"}),
        (("text", "rating_1", "rating_2", "mean"), {"sentence": "text", "gold": "mean", "raters": [2]}),
        (("text", "label", "label_2"), {"sentence": "text", "gold": "label"}),
    ],
)
def test_columns_are_guessed_from_their_names(
    polarity: Task, columns: tuple[str, ...], found: Mapping[str, Any]
) -> None:
    pairs = mapped(table(*columns), polarity).pairs
    assert {name for name, _ in pairs} == set(found)
    for name, column in found.items():
        assert name == "raters" or (name, column) in pairs


def test_what_was_named_is_taken_and_what_was_guessed_is_marked(polarity: Task) -> None:
    made = table("text", "other", "label", "kind")
    lines = mapped(made, polarity, ColumnMap(inputs={"sentence": "OTHER"}, slice="kind")).described(made)
    assert lines == ("sentence: other", "gold: label (guessed)", "slice: kind", "kept as they are: text")


def test_what_cannot_be_mapped_is_refused_at_once_with_the_columns(polarity: Task) -> None:
    with pytest.raises(Refused) as refusal:
        mapped(table("a", "b"), polarity)
    assert "no column holds sentence; no column holds gold" in str(refusal.value)
    assert "The columns are a, b" in str(refusal.value)
    with pytest.raises(Refused, match=r"no column holds gold .* people can: `composer label queue TASK"):
        mapped(table("sentence"), polarity)
    assert mapped(table("sentence"), polarity, labelled=False).inputs == {"sentence": "sentence"}
    with pytest.raises(Refused, match="colour is no column"):
        mapped(table("sentence", "gold"), polarity, ColumnMap(slice="colour"))
    with pytest.raises(Refused, match="the task has no input text"):
        mapped(table("sentence", "gold"), polarity, ColumnMap(inputs={"text": "gold"}))
    with pytest.raises(Refused, match="names no input and column"):
        pairs_of(["message"])
    assert pairs_of(["message=some text"]) == {"message": "some text"}


def test_the_gold_is_the_mean_of_the_raters_columns(tmp_path: Path, imported: Make) -> None:
    one, two = read(tmp_path, imported(), "query,document,rater1,rater2,rater3\na,b,1,2,5\nc,d,4,,5\n")
    assert one.gold == pytest.approx(8 / 3)
    assert one.ratings == {"rater1": 1, "rater2": 2, "rater3": 5}
    assert (two.gold, two.ratings) == (4.5, {"rater1": 4, "rater3": 5})


def test_a_gold_column_beside_the_raters_is_kept(tmp_path: Path, imported: Make) -> None:
    (one,) = read(tmp_path, imported(), "query,document,gold,rater1,rater2\na,b,3,1,2\n")
    assert (one.gold, one.ratings) == (3, {"rater1": 1, "rater2": 2})


def test_each_wrong_rating_is_refused_with_its_column(tmp_path: Path, imported: Make) -> None:
    with pytest.raises(Refused) as refusal:
        read(tmp_path, imported(), "query,document,rater1,rater2\na,b,1,9\nc,d,,\n")
    assert "line 2, field rater2: 9 is outside the scale" in str(refusal.value)
    assert "line 3, field gold: the gold label is missing" in str(refusal.value)


def test_the_label_is_that_of_most_raters_and_a_tie_is_refused_or_broken_by_the_task(
    tmp_path: Path, polarity: Task
) -> None:
    text = "text,rater1,rater2,rater3\na,negative,positive,negative\nb,negative,positive,\n"
    with pytest.raises(Refused) as refusal:
        read(tmp_path, polarity, text)
    assert "line 3" in str(refusal.value)
    assert "raters are tied between positive and negative, each given once" in str(refusal.value)
    assert "ties: first" in str(refusal.value)
    first = polarity.model_copy(update={"data": polarity.data.model_copy(update={"ties": "first"})})
    assert [one.gold for one in read(tmp_path, first, text)] == ["negative", polarity.output.labels[0]]
    assert first.hash != polarity.hash


def test_a_row_for_each_rater_makes_one_example(tmp_path: Path, imported: Make) -> None:
    text = (
        "id,query,document,gold,annotator,explanation,seconds,site\n"
        "0012,a,b,1,Ann,clear,9,x\n"
        "0013,c,d,5,Ann,,7,y\n"
        "0012,a,b,4,Bo,,8,x\n"
    )
    one, two = read(tmp_path, imported(), text)
    assert (one.id, one.gold, one.ratings) == ("0012", 2.5, {"Ann": 1, "Bo": 4})
    assert (one.explanation, one.extras) == ("Ann: clear", {"seconds": "Ann: 9\nBo: 8", "site": "x"})
    assert (two.id, two.gold, two.ratings) == ("0013", 5, {"Ann": 5})


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("1,a,b,2,Ann", "Ann rated it at line 2 and again at line 3"),
        ("1,a,other,2,Bo", "the inputs of 1 differs at line 3"),
        ("1,a,b,2,", "is empty"),
    ],
)
def test_rows_of_raters_that_contradict_each_other_are_refused(
    tmp_path: Path, imported: Make, row: str, says: str
) -> None:
    with pytest.raises(Refused) as refusal:
        read(tmp_path, imported(), f"id,query,document,gold,who\n1,a,b,2,Ann\n{row}\n", ColumnMap(rater="who"))
    assert says in str(refusal.value)


def test_ratings_by_name_in_an_object_are_single_ratings(tmp_path: Path, imported: Make) -> None:
    path = tmp_path / "rows.jsonl"
    row = {"query": "a", "document": "b", "ratings": {"Ann": 1, "Bo": 4, "Cy": None}}
    path.write_text(json.dumps(row) + "\n")
    (one,) = read_records(path, imported())
    assert (one.gold, one.ratings) == (2.5, {"Ann": 1, "Bo": 4})


def test_a_column_that_nobody_named_is_kept_or_named_as_slice_cluster_or_must_not_regress(
    tmp_path: Path, imported: Make
) -> None:
    text = "query,document,gold,topic,customer,key\na,b,3,bills,c7,yes\n"
    (kept,) = read(tmp_path, imported(), text)
    assert kept.extras == {"topic": "bills", "customer": "c7", "key": "yes"}
    asked = ColumnMap(slice="topic", cluster="customer", must_not_regress="key")
    (named,) = read(tmp_path, imported(), text, asked)
    assert (named.slice, named.clusters, named.must_not_regress, named.extras) == ("bills", ("c7",), True, {})


def test_extras_are_part_of_an_example_and_of_the_hash_only_where_there_are_any(
    tmp_path: Path, imported: Make
) -> None:
    lines = [f"q{number},d,{number % 5 + 1},s{number}" for number in range(20)]
    text = "\n".join(["query,document,gold,site", *lines, ""])
    examples = load_examples(imported(), read(tmp_path, imported(), text)).examples
    assert all(Example(**{**one.content, "clusters": one.clusters}) == one for one in examples)
    bare = [Example(**{**vars(one), "extras": {}}) for one in examples]
    assert "extras" not in bare[0].content
    assert dataset_hash(bare) != dataset_hash(examples)


def test_a_column_that_is_to_be_none_is_kept_as_it_is() -> None:
    of = table("text", "rater1", "rater2", "score")
    found = mapped(
        of, small.label_task(inputs=["text"], message="{{text}}"), ColumnMap(unused=frozenset({"rater1"}))
    )
    assert (found.raters, found.gold) == ((), "score")
    assert found.extras(of) == ("rater1", "rater2")
