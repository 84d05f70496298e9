"""Large files of JSON Lines, a batch of rows at a time."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from composer.annotation.rows import SIZE, Added, Batch, Columns, FileRow, bounded_lines, in_batches
from composer.data.tables import Problem
from composer.data.textfiles import columns_of, unique_fields
from library.errors import Refused

_MARK = b"\xef\xbb\xbf"


class JsonLinesFile:
    """A file with a JSON object a line, split at line feeds alone; raises `Refused` where no line holds one."""

    unit = "line"
    decimal_comma = False

    def __init__(self, path: Path) -> None:
        self.path = path
        self.columns = columns_of(row.cells for row in islice(self._rows(), SIZE))
        if not self.columns:
            raise Refused("the file has no rows", where=str(path), fix="Write one JSON object a line.")

    def batches(self, size: int) -> Iterator[Batch]:
        """Yield all rows in order, at most `size` at a time; empty lines are passed over."""
        yield from (Batch(rows) for rows in in_batches(self._rows(), size))

    def _rows(self) -> Iterator[FileRow]:
        with self.path.open("rb") as file:
            for place, line in enumerate(bounded_lines(file, self.path), 1):
                text = line.removeprefix(_MARK) if place == 1 else line
                if not text.strip():
                    continue
                try:
                    row = json.loads(text.decode(), object_pairs_hook=unique_fields)
                    what = "" if isinstance(row, dict) else "not a JSON object"
                except (ValueError, RecursionError) as error:
                    row, what = None, f"not valid JSON: {error}"
                if what:
                    problem = Problem(place, "", what, "Write one JSON object a line.")
                    yield FileRow(place, {}, problem, line.decode(errors="surrogateescape"))
                else:
                    yield FileRow(place, row)

    def writer(self, path: Path, columns: Columns) -> _Writer:
        """Return what writes each object with three more fields."""
        return _Writer(path, columns)


class _Writer:
    def __init__(self, path: Path, columns: Columns) -> None:
        self._file, self._columns = path.open("w", encoding="ascii", newline="\n"), columns

    def write(self, batch: Batch, added: Sequence[Added]) -> None:
        for one in added:
            more = dict(zip(self._columns.names, one.cells, strict=True))
            self._file.write(json.dumps({**batch.rows[one.position].cells, **more}) + "\n")

    def close(self) -> None:
        self._file.close()
