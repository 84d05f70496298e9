"""A table in the terminal: the form it is in, and its first rows, before anything of it is stored."""

from __future__ import annotations

from typing import Annotated

import typer

from composer.cli.common import clean, print_rows
from composer.data.exports import FORMS, PLAIN
from composer.data.fields import short
from composer.data.tables import Table

FormatOption = Annotated[
    str,
    typer.Option(
        "--format",
        metavar="FORMAT",
        help=f"The form, where it isn't recognised: {', '.join(FORMS)}; {PLAIN} takes the file as it is.",
    ),
]
SHOWN = 3
"""Rows that are shown."""


def show_rows(table: Table) -> None:
    """Print the first rows of a table, long cells cut."""
    rows = [
        (str(place), *(clean(short(row[name])) if row.get(name) is not None else "" for name in table.columns))
        for place, row in table.rows[:SHOWN]
    ]
    print_rows((table.unit, *(clean(name) for name in table.columns)), rows)
