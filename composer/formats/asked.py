"""The rows that somebody wants answers to, read from a table of any kind."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from composer.data.fields import Wrong, given, name_of, text_of
from composer.data.readers import read_table
from composer.formats.prompt import AskedRow
from library.errors import Refused

ID = "id"
"""The column of a row's id; a row without one goes by its place in the file."""
MOST_NAMED = 12
"""Columns that a refusal names, of those that a file has."""


def read_asked(path: Path, inputs: Sequence[str]) -> tuple[AskedRow, ...]:
    """Read the rows of a file that has a column for each input; any other columns but `id` are passed over.

    Raises `Refused` with every row that is wrong, and for a file that lacks a column or has no row.
    """
    table = read_table(path)
    lacking = [name for name in inputs if name not in table.columns]
    if lacking:
        there = ", ".join(table.columns[:MOST_NAMED]) + (", …" if table.columns[MOST_NAMED:] else "")
        raise Refused(
            f"there is no column {' or '.join(lacking)}",
            where=str(path),
            fix=f"Name the columns after the inputs: {', '.join(inputs)}. The file has {there or 'none'}.",
        )
    rows: list[AskedRow] = []
    problems = list(table.problems)
    for place, row in table.rows:
        try:
            id = name_of(row[ID], ID) if given(row, ID) else f"{table.unit}-{place}"
            rows.append(AskedRow(id, {name: text_of(row.get(name), name) for name in inputs}))
        except Wrong as wrong:
            problems.append(wrong.at(place))
    table.refuse(problems)
    if not rows:
        raise Refused("the file holds no row", where=str(path), fix="Add the rows to be asked.")
    return tuple(rows)
