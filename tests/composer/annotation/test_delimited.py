"""CSV and TSV a batch at a time: what Excel and others write is read, and a row that is off is one row."""

from __future__ import annotations

from pathlib import Path

import pytest

from composer.annotation.delimited import DelimitedFile
from composer.annotation.rows import Added, Batch, Columns, FileRow
from library.errors import Refused


def opened(tmp_path: Path, content: bytes, name: str = "in.csv") -> DelimitedFile:
    (tmp_path / name).write_bytes(content)
    return DelimitedFile(tmp_path / name)


def rows(file: DelimitedFile, size: int = 100) -> list[FileRow]:
    return [row for batch in file.batches(size) for row in batch.rows]


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"\xef\xbb\xbfid,text\n1,a\n2,b\n", "in.csv"),
        (b"id;text\r\n1;a\r\n2;b", "in.csv"),
        (b"id\ttext\n1\ta\n\n2\tb\n\n", "in.tsv"),
        (b"id|text\n1|a\n2|b\n", "in.csv"),
        (b'"id","text"\r"1","a"\r"2","b"\r', "in.csv"),
    ],
)
def test_marks_delimiters_and_line_ends_of_any_program(tmp_path: Path, content: bytes, name: str) -> None:
    file = opened(tmp_path, content, name)
    assert file.columns == ("id", "text")
    assert [dict(one.cells) for one in rows(file)] == [{"id": "1", "text": "a"}, {"id": "2", "text": "b"}]


def test_a_comma_in_a_number_is_one_where_semicolons_are_between_cells(tmp_path: Path) -> None:
    assert opened(tmp_path, b"text;gold\na;4,5\n").decimal_comma
    assert not opened(tmp_path, b"text,gold\na,4.5\n").decimal_comma


def test_a_row_that_is_off_is_named_by_its_line_and_the_next_ones_are_read(tmp_path: Path) -> None:
    file = opened(tmp_path, b'id,text\n1,"two\nlines"\n2\n3,"a"b\n4,c,d\n5,e\n')
    found = rows(file)
    assert [one.place for one in found] == [2, 4, 5, 6, 7]
    assert [one.text for one in found if one.problem is not None] == ["2\n", '3,"a"b\n', "4,c,d\n"]
    assert found[1].problem is not None
    assert found[1].problem.what == "1 cells under 2 column names"
    assert dict(found[-1].cells) == {"id": "5", "text": "e"}


def test_a_quote_that_is_never_closed_takes_the_rest_into_one_row_that_is_off(tmp_path: Path) -> None:
    found = rows(opened(tmp_path, b'id,text\n1,a\n2,"b\n3,c\n'))
    assert [one.place for one in found] == [2, 3]
    assert found[1].problem is not None
    assert (found[1].problem.fix, found[1].text) == ("Look for a double quote that isn't closed.", '2,"b\n3,c\n')


@pytest.mark.parametrize("size", [1, 2, 3, 100])
def test_batches_of_any_size_hold_the_same_rows(tmp_path: Path, size: int) -> None:
    file = opened(tmp_path, b"id\n" + b"".join(b"%d\n" % number for number in range(7)))
    assert max(len(batch.rows) for batch in file.batches(size)) <= size
    assert [one.cells["id"] for one in rows(file, size)] == [str(number) for number in range(7)]


def test_no_text_and_two_columns_of_one_name_are_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="the file has no rows"):
        opened(tmp_path, b"")
    with pytest.raises(Refused, match="the column appears twice"):
        opened(tmp_path, b"id,id\n1,2\n")
    with pytest.raises(Refused, match="the header is not valid CSV"):
        opened(tmp_path, b'id,"te"xt\n1,2\n')


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_what_a_spreadsheet_calls_unicode_text_is_refused_by_its_name(tmp_path: Path, encoding: str) -> None:
    mark = {"utf-16": "", "utf-16-le": "\ufeff", "utf-16-be": "\ufeff"}[encoding]
    with pytest.raises(Refused, match="the file is UTF-16"):
        opened(tmp_path, f"{mark}id\ttext\n1\ta\n".encode(encoding), "in.tsv")


def test_bytes_that_are_no_utf_8_go_out_as_they_came(tmp_path: Path) -> None:
    file = opened(tmp_path, b"id;text\n1;caf\xe9\n2;b\n")
    (batch,) = file.batches(10)
    writer = file.writer(tmp_path / "out.csv", Columns("rating", "ordinal"))
    writer.write(batch, [Added(0, 3, "stop"), Added(1, None, "length")])
    writer.close()
    assert (tmp_path / "out.csv").read_bytes() == (
        b"id;text;rating;rating_valid;rating_finish_reason\n1;caf\xe9;3;true;stop\n2;b;;false;length\n"
    )


def test_cells_with_delimiter_quotes_and_line_ends_come_back_the_same(tmp_path: Path) -> None:
    file = opened(tmp_path, b'a,b\n"x, ""y""","z\r\nw"\n')
    (batch,) = file.batches(10)
    writer = file.writer(tmp_path / "out.csv", Columns("label", "label"))
    writer.write(Batch(batch.rows), [Added(0, "good, or so", "stop")])
    writer.close()
    (again,) = rows(DelimitedFile(tmp_path / "out.csv"))
    assert dict(again.cells) == {
        **batch.rows[0].cells,
        "label": "good, or so",
        "label_valid": "true",
        "label_finish_reason": "stop",
    }


def test_what_a_server_says_of_an_answer_runs_in_no_spreadsheet_and_the_files_own_cells_stay(
    tmp_path: Path,
) -> None:
    file = opened(tmp_path, b"text,number\n@ada,-5\n")
    (batch,) = file.batches(10)
    writer = file.writer(tmp_path / "out.csv", Columns("rating", "ordinal"))
    writer.write(batch, [Added(0, -2, "=cmd|' /C calc'!A0")])
    writer.close()
    assert (tmp_path / "out.csv").read_text().splitlines()[1] == "@ada,-5,-2,true,'=cmd|' /C calc'!A0"
