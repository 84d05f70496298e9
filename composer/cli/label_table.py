"""A table of rows without labels, read for the queue: its columns, and how many rows have a label already."""

from __future__ import annotations

from pathlib import Path

from composer.cli.common import say
from composer.data.columns import ColumnMap, mapped
from composer.data.examples import Unlabelled
from composer.data.files import unlabelled_of
from composer.data.readers import read_table
from composer.task.task import Task
from library.errors import Refused


def read_unlabelled(file: Path, task: Task, asked: ColumnMap) -> tuple[Unlabelled, ...]:
    """Return the rows of a table that have no label, and print what its columns are taken for.

    Raises `Refused` with every row that is wrong, and where all of them have a label.
    """
    table = read_table(file)
    columns = mapped(table, task, asked, labelled=False)
    left_out = columns.left_out(table)  # by an import; here these are the rows that are wanted
    for line in (*table.notes, *(line for line in columns.described(table) if line not in left_out)):
        say(line)
    found = unlabelled_of(table, columns, task)
    if labelled := len(table.rows) - len(found):
        held = ", ".join(name for name in (columns.gold, *columns.raters, columns.ratings) if name)
        told = f"{labelled:,} of {len(table.rows):,} rows have a label in {held}"
        if not found:
            fix = f"Import them: `composer data import {task.name} {file}`; then queue what is doubtful."
            raise Refused(told, where=str(file), fix=fix)
        say(f"Not queued: {told}; `composer data import` takes them.")
    return found
