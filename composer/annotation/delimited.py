"""Large files of cells between commas, semicolons, tabs or bars, a batch of rows at a time."""

from __future__ import annotations

import csv
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TextIO

from composer.annotation.rows import Added, Batch, Columns, FileRow, bounded_lines, in_batches
from composer.data.formulas import quiet
from composer.data.tables import Problem
from composer.data.textfiles import delimiter_of, header_of
from library.errors import Refused

_HEAD = 1 << 16
"""Characters that the delimiter is found by."""
_BYTES = "surrogateescape"
"""Bytes that are no UTF-8 come as halves of a character, which no text to be asked may hold, and go out again."""
_UTF_16 = tuple(mark.decode(errors=_BYTES) for mark in (BOM_UTF16_LE, BOM_UTF16_BE))


class DelimitedFile:
    """A CSV or TSV file; raises `Refused` for one without a header that can be read."""

    unit = "line"

    def __init__(self, path: Path) -> None:
        self.path = path
        with path.open(newline="", encoding="utf-8-sig", errors=_BYTES) as file:
            head = file.read(_HEAD)
        if head.startswith(_UTF_16):
            raise Refused("the file is UTF-16, not UTF-8", where=str(path), fix="Save it as CSV in UTF-8.")
        whole = head[: head.rfind("\n") + 1] or head
        self._delimiter = "\t" if path.suffix.lower() in (".tsv", ".tab") else delimiter_of(whole)
        self.decimal_comma = self._delimiter == ";"
        with path.open(newline="", encoding="utf-8-sig", errors=_BYTES) as file:
            try:
                names = next(csv.reader(bounded_lines(file, path), delimiter=self._delimiter, strict=True), [])
            except csv.Error as error:
                raise Refused(f"the header is not valid CSV: {error}", where=f"{path}, line 1") from error
        if not names:
            raise Refused("the file has no rows", where=str(path))
        self.columns = header_of(names, path)

    def batches(self, size: int) -> Iterator[Batch]:
        """Yield all rows in order, at most `size` at a time; empty lines are passed over."""
        with self.path.open(newline="", encoding="utf-8-sig", errors=_BYTES) as file:
            yield from (Batch(rows) for rows in in_batches(self._rows(file), size))

    def _rows(self, file: TextIO) -> Iterator[FileRow]:
        taken: list[str] = []

        def lines() -> Iterator[str]:
            for line in bounded_lines(file, self.path):
                taken.append(line)
                yield line

        reader = csv.reader(lines(), delimiter=self._delimiter, strict=True)
        next(reader)
        while True:
            begins = reader.line_num + 1
            taken.clear()
            try:
                cells = next(reader, None)
            except csv.Error as error:
                what, fix = f"not valid CSV: {error}", "Look for a double quote that isn't closed."
                yield FileRow(begins, {}, Problem(begins, "", what, fix), "".join(taken))
                continue
            if cells is None:
                return
            if len(cells) == len(self.columns):
                yield FileRow(begins, dict(zip(self.columns, cells, strict=True)))
            elif any(cell.strip() for cell in cells):
                what = f"{len(cells)} cells under {len(self.columns)} column names"
                fix = "Put cells that hold the delimiter into double quotes."
                yield FileRow(begins, {}, Problem(begins, "", what, fix), "".join(taken))

    def writer(self, path: Path, columns: Columns) -> _Writer:
        """Return what writes the same columns and three more, between the same delimiter."""
        return _Writer(path, self._delimiter, (*self.columns, *columns.names))


class _Writer:
    def __init__(self, path: Path, delimiter: str, columns: Sequence[str]) -> None:
        self._file = path.open("w", newline="", encoding="utf-8", errors=_BYTES)
        self._rows = csv.writer(self._file, delimiter=delimiter, lineterminator="\n")
        self._rows.writerow(columns)

    def write(self, batch: Batch, added: Sequence[Added]) -> None:
        for one in added:
            value, valid, finish_reason = one.cells
            # The file's own cells go out as they came, and the answer is a number or a label of the task.
            said = ("" if value is None else value, str(valid).lower(), quiet(finish_reason))
            self._rows.writerow((*batch.rows[one.position].cells.values(), *said))

    def close(self) -> None:
        self._file.close()
