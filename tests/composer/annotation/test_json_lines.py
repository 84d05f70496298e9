"""JSON Lines a batch at a time: types and order stay, and a line that is no object is one row that is off."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from composer.annotation.json_lines import JsonLinesFile
from composer.annotation.rows import Added, Columns, FileRow
from library.errors import Refused


def opened(tmp_path: Path, content: bytes) -> JsonLinesFile:
    (tmp_path / "in.jsonl").write_bytes(content)
    return JsonLinesFile(tmp_path / "in.jsonl")


def rows(file: JsonLinesFile, size: int = 100) -> list[FileRow]:
    return [row for batch in file.batches(size) for row in batch.rows]


def test_a_mark_empty_lines_and_line_ends_of_windows_are_passed_over(tmp_path: Path) -> None:
    found = rows(opened(tmp_path, b'\xef\xbb\xbf{"a":1}\r\n\r\n{"a":2}'))
    assert [(one.place, dict(one.cells)) for one in found] == [(1, {"a": 1}), (3, {"a": 2})]


def test_columns_are_all_that_rows_have_in_the_order_they_come(tmp_path: Path) -> None:
    assert opened(tmp_path, b'{"b":1}\n{"a":2,"b":3}\n').columns == ("b", "a")


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (b"[1]", "not a JSON object"),
        (b"{", "not valid JSON"),
        (b'{"a":"\xe9"}', "not valid JSON"),
        (b'{"a":1,"a":2}', "not valid JSON"),
        (b"[" * 100_000, "not valid JSON"),
    ],
)
def test_a_line_that_is_no_object_is_one_row_that_is_off(tmp_path: Path, line: bytes, says: str) -> None:
    found = rows(opened(tmp_path, b'{"a":1}\n' + line + b'\n{"a":3}\n'))
    assert [one.place for one in found] == [1, 2, 3]
    assert found[1].problem is not None
    assert says in found[1].problem.what
    assert found[1].text.encode(errors="surrogateescape") == line + b"\n"
    assert found[2].problem is None


@pytest.mark.parametrize("content", [b"", b"\n\n", b"[]\n", b"1\n2\n"])
def test_a_file_without_an_object_is_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(Refused, match="the file has no rows"):
        opened(tmp_path, content)


def test_values_of_any_kind_and_separators_within_a_text_come_out_as_they_went_in(tmp_path: Path) -> None:
    row = {"a": [1, {"b": None}], "c": "x\u2028y\u0085\r", "d": 1.5, "e": False}
    file = opened(tmp_path, json.dumps(row, ensure_ascii=False).encode() + b"\n")
    (batch,) = file.batches(10)
    writer = file.writer(tmp_path / "out.jsonl", Columns("rating", "ordinal"))
    writer.write(batch, [Added(0, None, "length")])
    writer.close()
    (line,) = (tmp_path / "out.jsonl").read_text().splitlines()
    assert json.loads(line) == {**row, "rating": None, "rating_valid": False, "rating_finish_reason": "length"}
