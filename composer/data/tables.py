"""A table as it was read from a file of any kind: columns by name, and rows with the place of each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from library.errors import Refused

LIMIT_BYTES = 100_000_000
LIMIT_COLUMNS = 1_000
LIMIT_ROWS = 2_000_000
LIMIT_CELLS = 20_000_000
LIMIT_UNPACKED = 400_000_000
"""Bytes or characters that what a file holds packed may come to."""
SAMPLES = 5
"""How many values a problem names that many rows have."""

Row = Mapping[str, object]


def check_width(columns: int, where: str) -> None:
    """Raise `Refused` where a table has too many columns; `where` is the file."""
    if columns > LIMIT_COLUMNS:
        raise Refused(
            f"the file has {columns:,} columns, and {LIMIT_COLUMNS:,} is the most",
            where=where,
            fix="Leave out those that aren't needed.",
        )


def most_rows(columns: int) -> int:
    """Return how many rows a table of so many columns may have."""
    return min(LIMIT_ROWS, LIMIT_CELLS // max(columns, 1))


def check_rows(rows: int, columns: int, where: str) -> None:
    """Raise `Refused` where a table of so many columns has too many rows; `where` is the file."""
    if rows > (most := most_rows(columns)):
        raise Refused(
            f"the file has more than {most:,} rows of {columns:,} columns", where=where, fix="Divide it."
        )


def check_columns(names: Sequence[str], where: str) -> None:
    """Raise `Refused` where two columns have one name; `where` is the place of the names."""
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise Refused("the column appears twice", where=f"{where}, field {twice[0]}", fix="Keep one of them.")


@dataclass(frozen=True)
class Problem:
    """One thing wrong with a file: at which place, such as its line, in which column (or none), and what to do.

    `sample` is what stands there and what should, where many rows may have the same cause.
    """

    place: int
    column: str
    what: str
    fix: str
    sample: str = ""


@dataclass(frozen=True)
class Table:
    """What a file holds: names of its columns, and its rows, each with its place counted from 1.

    `unit` is what places count: line, row or item. Cells are text, or values as JSON has them; a row may lack
    columns. `problems` are what could not be read. `decimal_comma` is whether numbers may be written 4,5; `notes`
    are for whoever brings the file.

    Of what a labelling tool exported, `form` is the name of the form it was written in, and a row is one person's
    answers to one item. `answers` are the columns of the questions that people were asked, where the form tells
    these from what an item holds; `unfit` says of each that holds neither label nor number what it does hold.
    `known` are the columns that hold `id`, `rater` and the like. `aside` are columns that can be named, but aren't
    kept as extras.
    """

    path: Path
    unit: str
    columns: tuple[str, ...]
    rows: tuple[tuple[int, Row], ...]
    problems: tuple[Problem, ...] = ()
    decimal_comma: bool = False
    notes: tuple[str, ...] = ()
    form: str = ""
    answers: tuple[str, ...] = ()
    unfit: Mapping[str, str] = field(default_factory=dict)
    known: Mapping[str, str] = field(default_factory=dict)
    aside: frozenset[str] = frozenset()

    def refuse(self, problems: Iterable[Problem]) -> None:
        """Raise `Refused` with all problems, in the order of the file, one cause once; returns where none is."""
        causes: dict[object, list[Problem]] = {}
        for number, one in enumerate(sorted(dict.fromkeys(problems), key=lambda problem: problem.place)):
            causes.setdefault((one.column, one.what) if one.sample else number, []).append(one)
        told = [self._told(some) for some in causes.values()]
        if len(told) == 1:
            what, where, fix = told[0]
            raise Refused(what, where=where, fix=fix)
        if told:
            raise Refused(
                f"{len(told)} problems",
                where=str(self.path),
                fix="Nothing of it was stored.",
                problems=[f"{where}: {what}. {fix}" for what, where, fix in told],
            )

    def _told(self, same: Sequence[Problem]) -> tuple[str, str, str]:
        """Return what is wrong, where and what to do, for problems of one cause."""
        one = same[0]
        samples = list(dict.fromkeys(problem.sample for problem in same if problem.sample))
        unnamed = f" and {len(samples) - SAMPLES:,} more" if len(samples) > SAMPLES else ""
        what = one.what + (f": {', '.join(samples[:SAMPLES])}{unnamed}" if samples else "")
        more = f" and {len(same) - 1:,} more" if len(same) > 1 else ""
        return what, f"{self.path}, {self.unit} {one.place}{more}" + _field(one.column), one.fix


def _field(column: str) -> str:
    return f", field {column}" if column else ""
