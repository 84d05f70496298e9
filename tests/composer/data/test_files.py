from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from composer.data.files import read_records
from composer.task.task import Output, Task
from library.errors import Refused

Make = Callable[..., Task]
ROW = {"query": "who", "document": "me", "gold": 3}


def csv_file(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "rows.csv"
    path.write_text(text, encoding="utf-8", newline="")
    return path


def json_file(tmp_path: Path, *rows: Any) -> Path:
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def refused(path: Path, task: Task) -> str:
    with pytest.raises(Refused) as refusal:
        read_records(path, task)
    return str(refusal.value)


def test_csv_and_json_lines_say_the_same(tmp_path: Path, imported: Make) -> None:
    text = (
        "\ufeffid,query,document,gold,cluster,slice,explanation,must_not_regress\r\n"
        'a,who,"me, ""myself""\r\nand I",4.5,q1;d2,short,because,yes\r\n'
        "\r\n"
        "b,what,that,1,,,,\r\n"
    )
    rows = [
        {
            "id": "a",
            "query": "who",
            "document": 'me, "myself"\r\nand I',
            "gold": 4.5,
            "cluster": ["q1", "d2"],
            "slice": "short",
            "explanation": "because",
            "must_not_regress": True,
        },
        {"id": "b", "query": "what", "document": "that", "gold": 1},
    ]
    from_csv = read_records(csv_file(tmp_path, text), imported())
    assert from_csv == read_records(json_file(tmp_path, *rows), imported())
    assert from_csv[0].clusters == ("q1", "d2")
    assert from_csv[0].gold == 4.5
    assert from_csv[0].must_not_regress
    assert from_csv[1].clusters == ("b",)


def test_without_ids_a_row_is_known_by_its_inputs(tmp_path: Path, imported: Make) -> None:
    first, second = read_records(json_file(tmp_path, ROW, {**ROW, "document": "you"}), imported())
    again, _ = read_records(json_file(tmp_path, {**ROW, "gold": 5}, {**ROW, "document": "they"}), imported())
    assert first.id == again.id != second.id


def test_rows_with_the_same_inputs_share_a_cluster(tmp_path: Path, imported: Make) -> None:
    rows = [{**ROW, "id": "a"}, {**ROW, "id": "b", "gold": 4}]
    assert {record.clusters for record in read_records(json_file(tmp_path, *rows), imported())} == {("a",)}


@pytest.mark.parametrize(
    ("change", "field", "says"),
    [
        ({"gold": 6}, "gold", "outside the scale"),
        ({"gold": 0.99}, "gold", "outside the scale"),
        ({"gold": float("nan")}, "gold", "outside the scale"),
        ({"gold": float("inf")}, "gold", "outside the scale"),
        ({"gold": 10**400}, "gold", "not a number"),
        ({"gold": "three"}, "gold", "not a number"),
        ({"gold": True}, "gold", "not a number"),
        ({"gold": None}, "gold", "missing"),
        ({"gold": " "}, "gold", "missing"),
        ({"query": " \n"}, "query", "empty"),
        ({"query": None}, "query", "empty"),
        ({"query": 7}, "query", "not text"),
        ({"query": "a\x00b"}, "query", "U+0000"),
        ({"query": "a\ud800b"}, "query", "U+D800"),
        ({"cluster": []}, "cluster", "empty"),
        ({"cluster": ["a", ""]}, "cluster", "empty"),
        ({"cluster": [["a"]]}, "cluster", "not text"),
        ({"id": True}, "id", "not text"),
        ({"slice": [3]}, "slice", "not text"),
        ({"must_not_regress": "perhaps"}, "must_not_regress", "neither true nor false"),
        ({"must_not_regress": 2}, "must_not_regress", "neither true nor false"),
    ],
)
def test_a_wrong_row_is_refused_with_line_and_field(
    tmp_path: Path, imported: Make, change: dict[str, Any], field: str, says: str
) -> None:
    path = json_file(tmp_path, {**ROW, "document": "fine"}, {**ROW, **change})
    message = refused(path, imported())
    assert f"rows.jsonl, line 2, field {field}" in message
    assert says in message


def test_a_missing_gold_field_is_refused(tmp_path: Path, imported: Make) -> None:
    path = json_file(tmp_path, ROW, {"query": "a", "document": "b"})
    assert "line 2, field gold" in refused(path, imported())


def test_a_missing_column_is_refused_with_those_there_are(tmp_path: Path, imported: Make) -> None:
    message = refused(csv_file(tmp_path, "query,words,note,gold\na,b,c,3\n"), imported())
    assert "no column holds document" in message
    assert "The columns are query, words, note, gold" in message


def test_a_label_that_the_task_has_not_is_refused_with_those_it_has(tmp_path: Path, polarity: Task) -> None:
    path = json_file(tmp_path, {"sentence": "good", "gold": "Positive"})
    assert "positive, negative" not in refused(path, polarity)
    path = json_file(tmp_path, {"sentence": "good", "gold": "great"})
    assert "positive, negative" in refused(path, polarity)


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("query,document,gold,gold\na,b,3,3\n", 1, "twice"),
        ("query,document,gold\na,b\n", 2, "2 cells under 3"),
        ('query,document,gold\n"a\nb",c,3\nd,e,9\n', 4, "outside the scale"),
        ('query,document,gold\na,b,3\n"a,b,3\n', 3, "not valid CSV"),
        ("query,document,gold\na,b,\n", 2, "missing"),
        ("query,document,gold\na,b,3\na,b,4\n", 3, "the same inputs as line 2"),
        ("id,query,document,gold\nx,a,b,3\nx,c,d,4\n", 3, "the same id as line 2"),
    ],
)
def test_a_wrong_csv_is_refused_with_its_line(
    tmp_path: Path, imported: Make, text: str, line: int, says: str
) -> None:
    message = refused(csv_file(tmp_path, text), imported())
    assert f"rows.csv, line {line}" in message
    assert says in message


@pytest.mark.parametrize("line", ["[1]", "{", "[" * 100_000, '{"gold": 1, "gold": 2}', "3"])
def test_a_line_that_is_no_json_object_is_refused(tmp_path: Path, imported: Make, line: str) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text(json.dumps(ROW) + "\n\n" + line + "\n", encoding="utf-8")
    assert "rows.jsonl, line 3" in refused(path, imported())


def test_every_wrong_line_is_told_up_to_a_limit(tmp_path: Path, imported: Make) -> None:
    rows = [{**ROW, "document": str(number), "gold": 9} for number in range(100)]
    message = refused(json_file(tmp_path, *rows), imported())
    assert message.startswith("100 problems")
    assert "line 2, field gold" in message
    assert "and 80 more" in message


@pytest.mark.parametrize("text", ["", "query,document,gold\n"])
def test_a_file_without_rows_is_refused(tmp_path: Path, imported: Make, text: str) -> None:
    refused(csv_file(tmp_path, text), imported())
    path = tmp_path / "none.jsonl"
    path.write_text("\n", encoding="utf-8")
    assert "no rows" in refused(path, imported())


def test_200_mb_are_refused_by_their_size(tmp_path: Path, imported: Make) -> None:
    path = tmp_path / "rows.jsonl"
    with path.open("wb") as file:
        file.truncate(200_000_000)
    assert "too large" in refused(path, imported())


def test_what_is_not_utf_8_is_refused(tmp_path: Path, imported: Make) -> None:
    path = tmp_path / "rows.csv"
    path.write_bytes("query,document,gold\nfür,b,3\n".encode("latin-1"))
    message = refused(path, imported())
    assert "not UTF-8" in message
    assert "line 2" in message


def test_another_kind_of_file_is_refused(tmp_path: Path, imported: Make) -> None:
    path = tmp_path / "rows.docx"
    path.write_bytes(b"PK")
    assert ".csv" in refused(path, imported())


def test_a_row_that_spells_a_control_token_is_refused_where_the_task_says_so(
    tmp_path: Path, imported: Make
) -> None:
    path = csv_file(tmp_path, "query,document,gold\nq,stop <|im_end|> here,3\n")
    assert read_records(path, imported())
    strict = imported(control_tokens="refuse")
    assert "line 2, field document" in refused(path, strict)
    assert "<|im_end|>" in refused(path, strict)
    markup = csv_file(tmp_path, "query,document,gold\nq,open <filename> first,3\n")
    assert "<filename>" in refused(markup, strict)


@pytest.mark.parametrize(
    ("labels", "golds", "says"),
    [
        (
            ["1", "2", "3"],
            ["1.0", "2.0", "3.0"],
            "a number stands where the task has a label: 1.0 for 1, 2.0 for 2",
        ),
        (
            ["positive", "negative"],
            ["Positive", "NEGATIVE"],
            "with other capitals than in the task: Positive for pos",
        ),
    ],
)
def test_labels_that_are_nearly_right_are_one_complaint_with_its_cause(
    tmp_path: Path, imported: Make, labels: list[str], golds: list[str], says: str
) -> None:
    task = imported().model_copy(update={"output": Output(field="label", kind="label", labels=tuple(labels))})
    rows = [f"who {number},me,{golds[number % len(golds)]}" for number in range(40)]
    path = csv_file(tmp_path, "\n".join(["query,document,gold", *rows, ""]))
    with pytest.raises(Refused) as refusal:
        read_records(path, task)
    assert refusal.value.problems == ()
    assert says in refusal.value.what
    assert "rows.csv, line 2 and 39 more, field gold" in refusal.value.where
    assert refusal.value.fix


def test_a_number_for_a_label_in_json_lines_is_one_complaint(tmp_path: Path, imported: Make) -> None:
    task = imported().model_copy(update={"output": Output(field="label", kind="label", labels=("1", "2"))})
    message = refused(json_file(tmp_path, {**ROW, "gold": 1.0}, {**ROW, "document": "you", "gold": 2.0}), task)
    assert "1.0 for 1, 2.0 for 2" in message
    assert "in quotes in JSON" in message


def test_names_of_columns_may_have_other_capitals(tmp_path: Path, imported: Make) -> None:
    rows = [{"Query": f"who {number}", "document": "me", "Gold": 3} for number in range(9)]
    assert len(read_records(json_file(tmp_path, *rows), imported())) == 9
    (record,) = read_records(csv_file(tmp_path, "Query,Document,Gold\na,b,3\n"), imported())
    assert (record.inputs, record.gold, record.extras) == ({"query": "a", "document": "b"}, 3, {})
