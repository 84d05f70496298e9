"""Tables in text: cells between commas, semicolons, tabs or bars, JSON, and JSON Lines."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path

from composer.data.tables import (
    LIMIT_BYTES,
    Problem,
    Row,
    Table,
    check_columns,
    check_rows,
    check_width,
    most_rows,
)
from library.errors import Refused
from library.yamlfile import read_text

_LOOKED_AT = 50
_HEAD = 1 << 20
"""Characters that the delimiter is found by, at most."""
_MARKS = {",": "a comma", ";": "a semicolon", "\t": "a tab", "|": "a bar"}
_MOST_PROBLEMS = 10_000
"""After so many rows that are off a file isn't read on: nobody would read of more."""
_LONE_RETURN = re.compile("\r(?!\n)")


def read_delimited(path: Path) -> Table:
    """Read cells between commas, semicolons, tabs or bars, whichever makes most columns that rows agree with.

    Text in double quotes may hold line ends. A carriage return alone is part of its cell, unless the file has no
    other line ends.
    """
    text = read_text(path, limit_bytes=LIMIT_BYTES)
    if "\n" not in text:
        text = text.replace("\r", "\n")
    # csv takes a carriage return for the end of the row, so it meets a character that the text lacks instead.
    stand_in = next(mark for mark in map(chr, range(0xE000, 0xF8FF)) if mark not in text)
    text = _LONE_RETURN.sub(stand_in, text)
    delimiter = "\t" if path.suffix.lower() in (".tsv", ".tab") else delimiter_of(text[:_HEAD])
    # Cells that recur, as texts do with a row for each rater, are kept once.
    kept: dict[str, str] = {}
    problems: list[Problem] = []
    rows: list[tuple[int, Row]] = []
    columns: tuple[str, ...] = ()
    reader = csv.reader(_lines(text), delimiter=delimiter, strict=True)
    try:
        columns = header_of(next(reader, []), path)
        most = most_rows(len(columns))
        begins = reader.line_num + 1
        for cells in reader:
            if cells and len(cells) == len(columns):
                values = (kept.setdefault(cell, cell.replace(stand_in, "\r")) for cell in cells)
                rows.append((begins, dict(zip(columns, values, strict=True))))
            elif any(cell.strip() for cell in cells):
                what = f"{len(cells)} cells under {len(columns)} column names"
                problems.append(
                    Problem(begins, "", what, f"Put cells that hold {_MARKS[delimiter]} into double quotes.")
                )
                if len(problems) == _MOST_PROBLEMS:
                    break
            if len(rows) > most:
                check_rows(len(rows), len(columns), str(path))
            begins = reader.line_num + 1
    except csv.Error as error:
        fix = "Look for a double quote that isn't closed."
        problems.append(Problem(reader.line_num, "", f"not valid CSV: {error}", fix))
    return Table(path, "line", _named(columns, rows), tuple(rows), tuple(problems), decimal_comma=delimiter == ";")


def _lines(text: str) -> Iterator[str]:
    """Yield the lines of a text with their ends, without a second copy of it."""
    begin = 0
    while begin < len(text):
        end = text.find("\n", begin) + 1 or len(text)
        yield text[begin:end]
        begin = end


def read_json_lines(path: Path) -> Table:
    """Read a JSON object a line; blank lines are passed over."""
    return _json_lines(path, read_text(path, limit_bytes=LIMIT_BYTES))


def read_json(path: Path) -> Table:
    """Read a JSON list of objects, alone or as the one list in an object; JSON Lines under this name, too.

    An object of equally long lists holds columns, one of objects that have its keys for ids holds rows.
    """
    text = read_text(path, limit_bytes=LIMIT_BYTES)
    first, _, rest = text.lstrip().partition("\n")
    if first.rstrip().endswith("}") and rest.lstrip().startswith("{"):
        return _json_lines(path, text)
    try:
        found = json.loads(text, object_pairs_hook=unique_fields)
    except (ValueError, RecursionError) as error:
        raise Refused(f"not valid JSON: {error}", where=str(path), fix="Write a list of objects.") from None
    if isinstance(found, dict):
        found = _rows_in(found)
    if not isinstance(found, list):
        raise Refused("not a list of objects", where=str(path), fix="Write one object a row, in a list.")
    problems = [
        Problem(place, "", "not a JSON object", "Write one object a row.")
        for place, row in enumerate(found, 1)
        if not isinstance(row, dict)
    ]
    rows = tuple((place, row) for place, row in enumerate(found, 1) if isinstance(row, dict))
    return Table(path, "item", columns_of(row for _, row in rows), rows, tuple(problems))


def _rows_in(found: dict[str, object]) -> object:
    """Return the list of rows that an object holds, in whatever shape; the object itself where it holds none."""
    lists = [value for value in found.values() if isinstance(value, list)]
    if len(lists) == 1:
        return lists[0]
    if lists and len(lists) == len(found) and len({len(one) for one in lists}) == 1:
        return [dict(zip(found, values, strict=True)) for values in zip(*lists, strict=True)]
    if found and all(isinstance(one, dict) and str(one.get("id")) == key for key, one in found.items()):
        return list(found.values())
    return found


def columns_of(rows: Iterable[Row]) -> tuple[str, ...]:
    """Return the names of all fields that any row has, in the order they come."""
    return tuple(dict.fromkeys(name for row in rows for name in row))


def _json_lines(path: Path, text: str) -> Table:
    problems: list[Problem] = []
    rows: list[tuple[int, Row]] = []
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line, object_pairs_hook=unique_fields)
        except (ValueError, RecursionError) as error:
            problems.append(Problem(number, "", f"not valid JSON: {error}", "Write one JSON object a line."))
            continue
        if isinstance(row, dict):
            rows.append((number, row))
        else:
            problems.append(Problem(number, "", "not a JSON object", "Write one JSON object a line."))
    return Table(path, "line", columns_of(row for _, row in rows), tuple(rows), tuple(problems))


def unique_fields(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Return the fields of a JSON object; raises `ValueError` where one appears twice."""
    row = dict(pairs)
    if len(row) < len(pairs):
        (twice, _), *_ = Counter(name for name, _ in pairs).most_common(1)
        raise ValueError(f"the field {twice} appears twice")
    return row


def delimiter_of(text: str) -> str:
    """Return the delimiter with which most of the first rows have as many cells as the header, and that most."""

    def fit(delimiter: str) -> tuple[bool, float, int]:
        reader = csv.reader(io.StringIO(text, newline="\n"), delimiter=delimiter)
        try:
            header, *rows = ([*islice(reader, _LOOKED_AT)]) or [[]]
        except csv.Error:
            return False, 0.0, 0
        agree = sum(len(row) == len(header) for row in rows)
        return len(header) > 1, agree / len(rows) if rows else 0.0, len(header)

    return max((",", ";", "\t", "|"), key=fit)


def header_of(names: Sequence[str], path: Path) -> tuple[str, ...]:
    """Return the names of the columns, those without a name by their place; refuse a name that comes twice."""
    check_width(len(names), str(path))
    columns = [name.strip() or f"column {place}" for place, name in enumerate(names, 1)]
    check_columns(columns, f"{path}, line 1")
    return tuple(columns)


def _named(columns: Sequence[str], rows: Sequence[tuple[int, Row]]) -> tuple[str, ...]:
    """Return the columns without those that have neither name nor cells: what a delimiter at the end makes."""
    return tuple(
        name
        for place, name in enumerate(columns, 1)
        if name != f"column {place}" or any(row[name] != "" for _, row in rows)
    )
