"""Which reader a file gets, by its name; and where the output may go."""

from __future__ import annotations

from pathlib import Path

import pytest

from composer.annotation.opening import malformed_path, opened_rows, require_places
from library.errors import Refused


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("in.csv", b"a\n1\n"),
        ("in.TSV", b"a\tb\n1\t2\n"),
        ("in.tab", b"a\tb\n1\t2\n"),
        ("in.jsonl", b'{"a":1}\n'),
        ("in.NDJSON", b'{"a":1}\n'),
    ],
)
def test_the_ending_says_how_a_file_is_read(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    assert opened_rows(tmp_path / name).columns[0] == "a"


@pytest.mark.parametrize("name", ["in.xlsx", "in", "in.json", "csv"])
def test_another_kind_is_refused_by_its_name(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"a\n1\n")
    with pytest.raises(Refused, match="no kind of large file is known by this name"):
        opened_rows(tmp_path / name)


def test_what_is_not_there_or_is_a_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "in.csv").mkdir()
    for name in ("none.csv", "in.csv"):
        with pytest.raises(Refused, match=name):
            opened_rows(tmp_path / name)


def test_the_output_is_of_the_inputs_kind_elsewhere_and_in_a_folder_that_is_there(tmp_path: Path) -> None:
    source = tmp_path / "in.csv"
    source.write_bytes(b"a\n1\n")
    require_places(source, tmp_path / "out.CSV")
    (tmp_path / "link.csv").symlink_to(source)
    for output, says in [
        (tmp_path / "out.jsonl", "another ending"),
        (source, "take the place of the input"),
        (tmp_path / "link.csv", "take the place of the input"),
        (tmp_path / "none" / "out.csv", "there is no such folder"),
    ]:
        with pytest.raises(Refused, match=says):
            require_places(source, output)


def test_the_rows_put_apart_do_not_take_the_place_of_the_input_either(tmp_path: Path) -> None:
    source = tmp_path / "out.malformed.jsonl"
    source.write_bytes(b'{"a":1}\n')
    assert malformed_path(tmp_path / "out.jsonl") == source
    with pytest.raises(Refused, match="take the place of the input"):
        require_places(source, tmp_path / "out.jsonl")
