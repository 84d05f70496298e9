"""doccano's labels; it can't be run here, so these files follow what its code for exporting writes."""

from __future__ import annotations

import csv
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from composer.data.columns import ColumnMap
from composer.data.files import read_records
from composer.data.readers import read_table
from composer.task.task import Task
from library.errors import Refused


def row(key: object, text: str, label: object, comments: tuple[str, ...] = (), **meta: Any) -> dict[str, Any]:
    return {"id": key, "text": text, **meta, "label": label, "Comments": list(comments)}


def lines(*rows: dict[str, Any]) -> str:
    return "".join(f"{json.dumps(one, ensure_ascii=False)}\n" for one in rows)


ANN = lines(
    row(1, "a\rb\u2028c", ["positive"], ("clear",), site="x"), row(2, "d", ["negative"]), row(3, "nobody", [])
)
BO = lines(row(1, "a\rb\u2028c", ["positive"], site="x"), row(2, "d", ["negative"]), row(3, "nobody", []))


def test_the_archive_of_a_project_where_people_work_apart_has_a_file_for_each(
    tmp_path: Path, polarity: Task
) -> None:
    with zipfile.ZipFile(tmp_path / "project.zip", "w") as archive:
        archive.writestr("ann-marie.jsonl", ANN)
        archive.writestr("ann-sophie.jsonl", BO)
    (tmp_path / "project").mkdir()
    zipfile.ZipFile(tmp_path / "project.zip").extractall(tmp_path / "project")
    for made in (tmp_path / "project.zip", tmp_path / "project"):
        first, second = read_records(made, polarity)
        assert (first.id, first.inputs, first.gold) == ("1", {"sentence": "a\rb\u2028c"}, "positive")
        assert first.ratings == {"ann-marie": "positive", "ann-sophie": "positive"}
        assert (first.explanation, first.extras) == ("ann-marie: clear", {"site": "x"})
        assert second.gold == "negative"
        assert read_table(made).notes == (
            "format: doccano (answers 4, people 2, items 2)",
            "left out: rows without a label 2",
        )


def test_a_project_where_people_share_labels_has_one_row_an_example(tmp_path: Path, polarity: Task) -> None:
    (tmp_path / "all.jsonl").write_text(lines(row("0012", "t", ["positive"]), row("0013", "u", ["negative"])))
    found = read_records(tmp_path / "all.jsonl", polarity)
    assert [(one.id, one.gold, one.ratings) for one in found] == [
        ("0012", "positive", {}),
        ("0013", "negative", {}),
    ]
    (tmp_path / "all.jsonl").write_text(lines(row("0012", "t", ["negative", "positive"])))
    with pytest.raises(Refused, match="several answers at once, where the task has one: negative, positive"):
        read_records(tmp_path / "all.jsonl", polarity)


def test_the_csv_of_a_project_is_read(tmp_path: Path, polarity: Task) -> None:
    with (tmp_path / "all.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerows(
            [["id", "text", "label", "Comments"], ["0012", "t", "positive", "a#b"], ["0013", "u", "", ""]]
        )
    (found,) = read_records(tmp_path / "all.csv", polarity)
    assert (found.id, found.gold, found.explanation) == ("0012", "positive", "a#b")


def test_a_column_with_who_labelled_is_taken_for_the_rater(tmp_path: Path, polarity: Task) -> None:
    rows = [{**row(1, "t", ["positive"]), "user": user} for user in ("ann", "bo")]
    (tmp_path / "all.jsonl").write_text(lines(*rows))
    assert read_records(tmp_path / "all.jsonl", polarity)[0].ratings == {"ann": "positive", "bo": "positive"}


def test_the_form_of_doccano_1_with_text_labels_is_read_and_that_with_numbers_refused(
    tmp_path: Path, polarity: Task
) -> None:
    old = {"id": 1, "text": "t", "meta": {}, "annotation_approver": None}
    (tmp_path / "old.jsonl").write_text(lines({**old, "labels": ["positive"]}))
    assert read_records(tmp_path / "old.jsonl", polarity)[0].gold == "positive"
    for numbers in (old, {"id": 1, "text": "t", "meta": {}}):
        (tmp_path / "old.jsonl").write_text(lines({**numbers, "annotations": [{"label": 3, "user": 1}]}))
        with pytest.raises(Refused, match="only their numbers") as refused:
            read_records(tmp_path / "old.jsonl", polarity)
        assert "Export dataset, JSONL" in refused.value.fix


@pytest.mark.parametrize(
    "more",
    [
        {"label": [[0, 1, "who"]]},
        {"entities": [{"id": 1, "label": "who", "start_offset": 0, "end_offset": 1}], "relations": []},
    ],
)
def test_marked_parts_are_refused_with_the_reason(tmp_path: Path, polarity: Task, more: dict[str, Any]) -> None:
    (tmp_path / "all.jsonl").write_text(lines({"id": 1, "text": "t", **more, "Comments": []}))
    for asked in (ColumnMap(), ColumnMap(gold=next(iter(more)))):
        with pytest.raises(Refused, match=r"are marked parts of a text \(spans\)"):
            read_records(tmp_path / "all.jsonl", polarity, asked)


def test_a_table_of_texts_and_labels_alone_is_none_of_doccano_unless_named(tmp_path: Path, polarity: Task) -> None:
    (tmp_path / "all.jsonl").write_text(lines({"id": 1, "text": "t", "label": ["positive"]}))
    assert read_table(tmp_path / "all.jsonl").form == ""
    assert read_table(tmp_path / "all.jsonl", "doccano").form == "doccano"
    assert read_records(tmp_path / "all.jsonl", polarity)[0].gold == "positive"


def test_comments_alone_make_no_export_of_a_table(tmp_path: Path, polarity: Task) -> None:
    (tmp_path / "own.csv").write_text("id,text,rater1,rater2,Comments\n0012,t,positive,positive,clear\n")
    assert read_table(tmp_path / "own.csv").form == ""
    assert read_records(tmp_path / "own.csv", polarity)[0].extras == {"Comments": "clear"}
