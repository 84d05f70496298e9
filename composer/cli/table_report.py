"""The first rows of a table in the terminal, before anything of it is stored."""

from __future__ import annotations

from composer.cli.common import clean, print_rows
from composer.data.fields import short
from composer.data.tables import Table

SHOWN = 3
"""Rows that are shown."""


def show_rows(table: Table) -> None:
    """Print the first rows of a table, long cells cut."""
    rows = [
        (str(place), *(clean(short(row[name])) if row.get(name) is not None else "" for name in table.columns))
        for place, row in table.rows[:SHOWN]
    ]
    print_rows((table.unit, *(clean(name) for name in table.columns)), rows)
