"""Rows that are uploaded become requests on the Prompts page, and a file that lacks a column says which."""

from __future__ import annotations

import json

import pytest
from streamlit.testing.v1 import AppTest

from composer.home.paths import Home
from tests.ui.pages import Open, plain_text, seen

SQUARE = {"task": "polarity", "target": "qwen2.5-coder-0.5b", "format": "batch.jsonl"}


def uploaded(home: Home, visit: Open, name: str, content: bytes) -> AppTest:
    app = visit(home, "prompts", **SQUARE)
    app.file_uploader[0].upload(name, content).run()
    assert not app.exception
    return app


def test_without_a_file_it_asks_for_one_with_the_columns_named(furnished: Home, visit: Open) -> None:
    app = visit(furnished, "prompts", **SQUARE)
    (asked,) = app.file_uploader
    assert asked.label == "Rows to be asked: a file with the column “sentence”, and “id” if there is one"
    assert not app.error
    assert any("--format batch.jsonl --rows FILE" in one.value for one in app.code)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("new rows.csv", b"id,sentence\na,A joy.\nb,Dull.\n"),
        ("rows.jsonl", b'{"id":"a","sentence":"A joy."}\n{"id":"b","sentence":"Dull."}\n'),
    ],
)
def test_each_row_becomes_a_request(furnished: Home, visit: Open, name: str, content: bytes) -> None:
    app = uploaded(furnished, visit, name, content)
    (shown,) = [one.value for one in app.code if one.value.startswith('{"custom_id"')]
    requests = [json.loads(line) for line in shown.splitlines()]
    assert [one["custom_id"] for one in requests] == ["a", "b"]
    assert "A joy." in requests[0]["body"]["messages"][-1]["content"]
    assert '<span class="ic-tag ic-blue">proved</span>' in seen(app)
    assert f"2 requests, one for each row of {name}" in plain_text(app)
    assert "batch.jsonl" in [one.proto.label for one in app.get("download_button")]
    quoted = "'new rows.csv'" if " " in name else name
    assert any(f"--rows {quoted} --out DIR" in one.value for one in app.code)


LACKS = "There is no column sentence (rows.csv). Name the columns after the inputs: sentence. The file has "


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"id,text\na,A joy.\n", f"{LACKS}id, text."),
        (b"", f"{LACKS}none."),
        (b"id,sentence\na,A joy.\na,Dull.\n", "two rows have the id 'a'"),
        (b"id,sentence\n", "the file holds no row"),
        (b'id,sentence\na,"A joy.\n', "a double quote that isn't closed"),
    ],
)
def test_a_file_that_is_wrong_says_what_is(furnished: Home, visit: Open, content: bytes, says: str) -> None:
    app = uploaded(furnished, visit, "rows.csv", content)
    assert len(app.error) == 1
    assert says.lower() in plain_text(app).lower()
    assert not [one for one in app.code if one.value.startswith('{"custom_id"')]


def test_another_file_takes_the_place_of_a_wrong_one(furnished: Home, visit: Open) -> None:
    app = uploaded(furnished, visit, "rows.csv", b"id,text\na,A joy.\n")
    app.file_uploader[0].upload("rows.csv", b"sentence\nA joy.\n").run()
    assert not app.error
    assert '"custom_id":"line-2"' in "".join(one.value for one in app.code)
