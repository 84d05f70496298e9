"""A form is recognised by what a file holds, or named; what isn't in it is refused, with how to export."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from composer.data.exports import FORMS, PLAIN
from composer.data.files import read_records
from composer.data.readers import read_table
from composer.task.task import Task
from library.errors import Refused


@pytest.fixture
def plain(tmp_path: Path) -> Path:
    path = tmp_path / "rows.jsonl"
    path.write_text('{"sentence": "t", "gold": "positive"}\n')
    return path


@pytest.mark.parametrize("named", list(FORMS))
def test_a_file_that_is_not_in_the_form_named_is_refused_with_how_to_export_it(plain: Path, named: str) -> None:
    with pytest.raises(Refused, match="the file doesn't hold") as refused:
        read_table(plain, named)
    assert refused.value.fix == FORMS[named].how
    assert any(way in FORMS[named].how for way in ("Export", "records", "db-out"))


def test_a_form_that_there_is_not_is_refused_with_those_there_are(plain: Path) -> None:
    with pytest.raises(Refused, match="there is no format excel") as refused:
        read_table(plain, "excel")
    assert all(name in refused.value.fix for name in (*FORMS, PLAIN))


def test_any_other_table_is_left_as_it_is(plain: Path, polarity: Task) -> None:
    assert read_table(plain) == read_table(plain, PLAIN)
    assert read_records(plain, polarity)[0].gold == "positive"


def test_a_file_that_is_named_a_table_is_taken_as_it_is(tmp_path: Path) -> None:
    held = {"data": {"text": "t"}, "annotations": []}
    (tmp_path / "rows.json").write_text(json.dumps([held]))
    assert read_table(tmp_path / "rows.json").form == "Label Studio JSON"
    assert [row for _, row in read_table(tmp_path / "rows.json", PLAIN).rows] == [held]


@pytest.mark.parametrize(
    "rows",
    [
        [{"data": {"text": "t"}, "annotations": [{"result": [3, {"value": 3}, {"from_name": 3}]}]}],
        [{"data": {"text": "t"}, "annotations": [{"result": {"from_name": "a"}, "completed_by": [1]}]}],
        [{"fields": {}, "responses": {"a": 3, "b": [3], "c": [{"value": {}}]}}],
        [{"a.responses": 3, "a.responses.users": [1], "a.responses.status": ["submitted"]}],
        [{"a.responses": [{}], "a.responses.users": [{}], "a.responses.status": [{}]}],
        [{"_input_hash": {}, "answer": "accept", "options": [3], "accept": {}, "meta": 3, "label": []}],
        [{"_input_hash": None, "answer": "accept", "label": "x", "_timestamp": "now", "_annotator_id": 3}],
        [{"text": 3, "label": {"a": 1}, "Comments": {"a": 1}, "id": {}}],
    ],
)
def test_a_file_that_only_looks_like_an_export_is_read_or_refused(
    tmp_path: Path, polarity: Task, rows: object
) -> None:
    (tmp_path / "rows.json").write_text(json.dumps(rows))
    for named in ("", "argilla-without-status"):
        with pytest.raises(Refused):
            read_records(tmp_path / "rows.json", polarity, form=named)
