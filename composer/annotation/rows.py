"""The rows of a large file in batches, and what is written beside each: what every kind of file has in common."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO, Any, AnyStr, Protocol

from composer.data.tables import Problem
from composer.task.task import Kind
from library.errors import Refused

SIZE = 2000
"""Rows of a batch: few enough for memory, many enough that the wait for the last answers of each is small."""


@dataclass(frozen=True)
class FileRow:
    """One row: its place counted as the file counts, and its cells by column.

    A row that can't be read has a `problem`, no cells, and its text as it stands in the file.
    """

    place: int
    cells: Mapping[str, object]
    problem: Problem | None = None
    text: str = ""


@dataclass(frozen=True)
class Batch:
    """Rows that follow each other; `native` is what the file's own library holds them in, where it has one."""

    rows: tuple[FileRow, ...]
    native: Any = None


LONGEST_LINE = 20_000_000
"""Characters or bytes of a line, which has to fit into memory: a row of the longest texts has fewer."""


def bounded_lines(file: IO[AnyStr], path: Path) -> Iterator[AnyStr]:
    """Yield the lines of a file with their ends; raises `Refused` for one that is too long to be a row."""
    number = 0
    while line := file.readline(LONGEST_LINE + 1):
        number += 1
        if len(line) > LONGEST_LINE:
            what = f"the line has more than {LONGEST_LINE:,} characters"
            raise Refused(what, where=f"{path}, line {number}", fix="Look at whether the file is of rows.")
        yield line


def in_batches(rows: Iterable[FileRow], size: int) -> Iterator[tuple[FileRow, ...]]:
    """Yield rows in order, `size` at a time, the last ones as many as are left."""
    left = iter(rows)
    while some := tuple(islice(left, size)):
        yield some


@dataclass(frozen=True)
class Columns:
    """The names of the columns that are added: the answer as read, whether it is valid, why it ended."""

    value: str
    kind: Kind

    @property
    def valid(self) -> str:
        """Name of the column that says whether the answer is well-formed."""
        return f"{self.value}_valid"

    @property
    def finish_reason(self) -> str:
        """Name of the column with the reason for which the model stopped."""
        return f"{self.value}_finish_reason"

    @property
    def names(self) -> tuple[str, str, str]:
        """All three, in the order in which they are written."""
        return self.value, self.valid, self.finish_reason


@dataclass(frozen=True)
class Added:
    """What is written beside the row at `position` of its batch; no value where the answer is malformed."""

    position: int
    value: int | str | None
    finish_reason: str

    @property
    def valid(self) -> bool:
        """Whether the answer is well-formed."""
        return self.value is not None

    @property
    def cells(self) -> tuple[int | str | None, bool, str]:
        """The cells of the added columns, in their order."""
        return self.value, self.valid, self.finish_reason


class Writer(Protocol):
    """Writes rows with what was added to them into a file of the same kind."""

    def write(self, batch: Batch, added: Sequence[Added]) -> None:
        """Write the rows of a batch at the positions that have anything added, in this order."""

    def close(self) -> None:
        """Finish the file."""


class RowFile(Protocol):
    """A file of rows, read from its beginning at each call of `batches`.

    `unit` is what places count: line or row. `columns` are those of its first rows, `decimal_comma` whether
    numbers may be written 4,5.
    """

    path: Path
    unit: str
    columns: tuple[str, ...]
    decimal_comma: bool

    def batches(self, size: int) -> Iterator[Batch]:
        """Yield all rows in order, at most `size` at a time."""

    def writer(self, path: Path, columns: Columns) -> Writer:
        """Return what writes the same columns and three more into another file."""
