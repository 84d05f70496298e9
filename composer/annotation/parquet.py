"""Large Parquet files, a batch of rows at a time; their columns keep their types."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyarrow import parquet

from composer.annotation.rows import Added, Batch, Columns, FileRow
from composer.data.columnfiles import NOT_AS_SAID, value_of
from composer.data.tables import check_columns
from library.errors import Refused


class ParquetFile:
    """A Parquet file; raises `Refused` where it can't be read."""

    unit = "row"
    decimal_comma = False

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            with parquet.ParquetFile(path) as file:
                self._schema = file.schema_arrow
            self.columns = tuple(self._schema.names)
        except (pa.ArrowException, *NOT_AS_SAID) as error:
            raise _unreadable(path, error) from error
        check_columns(self.columns, str(path))

    def batches(self, size: int) -> Iterator[Batch]:
        """Yield all rows in order, at most `size` at a time; raises `Refused` for a part that is damaged."""
        place = 1
        with parquet.ParquetFile(self.path) as file:
            parts = file.iter_batches(batch_size=size)
            while (part := self._next(parts)) is not None:
                columns = {name: self._values(part.column(name)) for name in self.columns}
                cells = (dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True))
                yield Batch(tuple(FileRow(at, row) for at, row in enumerate(cells, place)), part)
                place += part.num_rows

    def _next(self, parts: Iterator[Any]) -> Any:
        try:
            part = next(parts, None)
            if part is not None:
                # Arrow trusts what it reads: without this, a damaged file would be read beyond its end.
                part.validate(full=True)
            return part
        except (pa.ArrowException, *NOT_AS_SAID) as error:
            raise _unreadable(self.path, error) from error

    def _values(self, column: Any) -> list[object]:
        try:
            return [value_of(one) for one in column.to_pylist()]
        except NOT_AS_SAID as error:
            raise _unreadable(self.path, error) from error

    def writer(self, path: Path, columns: Columns) -> _Writer:
        """Return what writes the same columns and three more, of the answer's own types."""
        types = (pa.int64() if columns.kind == "ordinal" else pa.string(), pa.bool_(), pa.string())
        fields = [pa.field(name, kind) for name, kind in zip(columns.names, types, strict=True)]
        return _Writer(path, pa.schema([*self._schema, *fields], self._schema.metadata), fields)


class _Writer:
    def __init__(self, path: Path, schema: Any, fields: Sequence[Any]) -> None:
        self._file, self._schema, self._fields = parquet.ParquetWriter(path, schema), schema, fields

    def write(self, batch: Batch, added: Sequence[Added]) -> None:
        kept = batch.native.take(pa.array([one.position for one in added], pa.int64()))
        more = [
            pa.array([one.cells[number] for one in added], field.type) for number, field in enumerate(self._fields)
        ]
        self._file.write_batch(pa.RecordBatch.from_arrays([*kept.columns, *more], schema=self._schema))

    def close(self) -> None:
        self._file.close()


def _unreadable(path: Path, error: Exception) -> Refused:
    return Refused(f"not a Parquet file that can be read: {error}", where=str(path))
