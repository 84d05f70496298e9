"""Rows to be asked, read from a table."""

from __future__ import annotations

from pathlib import Path

import pytest

from composer.formats.asked import read_asked
from library.errors import Refused


def file(folder: Path, content: str, name: str = "rows.csv") -> Path:
    path = folder / name
    path.write_bytes(content.encode())
    return path


def test_a_row_has_its_id_or_its_place_and_the_inputs_as_they_are(tmp_path: Path) -> None:
    path = file(tmp_path, 'id,query,more\nx, blank ,1\n,"two\nlines",2\n')
    first, second = read_asked(path, ("query",))
    assert (first.id, first.inputs) == ("x", {"query": " blank "})
    assert (second.id, second.inputs) == ("line-3", {"query": "two\nlines"})


def test_what_is_wrong_is_refused_with_its_place(tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"no column document.*rows\.csv"):
        read_asked(file(tmp_path, "query\nx\n"), ("query", "document"))
    with pytest.raises(Refused, match="holds no row"):
        read_asked(file(tmp_path, "query\n"), ("query",))
    with pytest.raises(Refused, match=r"line 2, field query.*not text|not text.*line 2"):
        read_asked(file(tmp_path, '{"query": "x"}\n{"query": 3}\n', "rows.jsonl"), ("query",))
