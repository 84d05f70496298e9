"""Tables in files that aren't text: Parquet, Arrow and spreadsheets."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from composer.data.sheets import sheet_cells
from composer.data.tables import LIMIT_BYTES, LIMIT_UNPACKED, Table, check_columns, check_rows
from library.errors import Refused
from library.yamlfile import check_file

NOT_AS_SAID = (OSError, ValueError, OverflowError)
"""What comes of a damaged file beside what Arrow says: names that are no text, times beyond any calendar."""
_BATCH = 10_000
"""Rows that are unpacked at a time."""


def read_parquet(path: Path) -> Table:
    """Read a Parquet file; numbers that stand for classes of a Hugging Face data set come as their names."""
    import pyarrow as pa
    from pyarrow import parquet

    check_file(path, limit_bytes=LIMIT_BYTES, wanted="a file of labelled rows")
    try:
        with parquet.ParquetFile(path) as file:
            about, schema = file.metadata, file.schema_arrow
            check_rows(about.num_rows, len(schema.names), str(path))
            groups = [about.row_group(number).total_byte_size for number in range(about.num_row_groups)]
            _check_unpacked(sum(groups), path)
            return _arrow_table(path, schema, file.iter_batches(batch_size=_BATCH))
    except (pa.ArrowException, *NOT_AS_SAID) as error:
        raise Refused(f"not a Parquet file that can be read: {error}", where=str(path)) from error


def read_arrow(path: Path) -> Table:
    """Read an Arrow file or stream, as Hugging Face's `save_to_disk` writes it."""
    import pyarrow as pa
    from pyarrow import ipc

    check_file(path, limit_bytes=LIMIT_BYTES, wanted="a file of labelled rows")
    try:
        with pa.OSFile(str(path)) as file:
            try:
                stream = ipc.open_stream(file)
                return _arrow_table(path, stream.schema, stream)
            except pa.ArrowInvalid:
                file.seek(0)
                whole = ipc.open_file(file)
                batches = (whole.get_batch(number) for number in range(whole.num_record_batches))
                return _arrow_table(path, whole.schema, batches)
    except (pa.ArrowException, *NOT_AS_SAID) as error:
        raise Refused(f"not an Arrow file that can be read: {error}", where=str(path)) from error


def read_sheet(path: Path) -> Table:
    """Read the first sheet of a spreadsheet that holds anything, as text: 3 for the number 3, 0012 for text."""
    check_file(path, limit_bytes=LIMIT_BYTES, wanted="a file of labelled rows")
    filled, cells = sheet_cells(path)
    numbered = list(enumerate(cells, 1))
    (top, header), *rows = [(place, row) for place, row in numbered if any(row)] or [(1, [])]
    used = [at for at, name in enumerate(header) if name.strip() or any(row[at] for _, row in rows)]
    columns = [header[at].strip() or f"column {at + 1}" for at in used]
    check_columns(columns, f"{path}, row {top}")
    others = ", ".join(filled[1:])
    return Table(
        path,
        "row",
        tuple(columns),
        tuple((place, {name: row[at] for name, at in zip(columns, used, strict=True)}) for place, row in rows),
        notes=(f"Read from the sheet {filled[0]}, not from {others}.",) if others else (),
    )


def _arrow_table(path: Path, schema: Any, batches: Iterable[Any]) -> Table:
    kinds = _classes(schema.metadata or {})
    names = [name for name in schema.names if not name.startswith("__index_level_")]
    check_columns(names, str(path))
    rows: list[dict[str, object]] = []
    unpacked = 0
    for batch in batches:
        # Arrow trusts what it reads: without this, a damaged file would be read beyond its end.
        batch.validate(full=True)
        check_rows(len(rows) + batch.num_rows, len(names), str(path))
        columns: dict[str, list[object]] = {}
        for name in names:
            column = batch.column(name)
            _check_unpacked(8 * _elements(column), path)
            values: list[object] = []
            for one in column:
                values.append(value_of(one.as_py()))
                unpacked += _weight(values[-1])
                _check_unpacked(unpacked, path)
            if labels := kinds.get(name):
                # -1 is what such a data set has where a row has no label.
                values = [
                    labels[one] if isinstance(one, int) and 0 <= one < len(labels) else None for one in values
                ]
            columns[name] = values
        rows += (dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True))
    return Table(path, "row", tuple(names), tuple(enumerate(rows, 1)))


def _check_unpacked(size: int, path: Path) -> None:
    if size > LIMIT_UNPACKED:
        what = f"the file unpacks to more than {LIMIT_UNPACKED // 1_000_000} MB"
        raise Refused(what, where=str(path), fix="Divide it.")


def _elements(column: Any) -> int:
    """Return how many elements the lists of a column hold in all: those of nothing take no room in a file."""
    import pyarrow as pa

    kind, most = column.type, 0
    while pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind):
        column = column.flatten()
        kind, most = column.type, max(most, len(column))
    return most


def _weight(value: object) -> int:
    """Return about how many bytes a value takes: as JSON has it, so that a text counts by its characters."""
    if isinstance(value, str):
        return len(value)
    if isinstance(value, dict):
        return sum(len(name) + _weight(one) for name, one in value.items())
    return sum(map(_weight, value)) + 8 * len(value) if isinstance(value, list) else 8


def _classes(metadata: Mapping[bytes, bytes]) -> dict[str, list[str]]:
    """Return the names of the classes of each column that holds their numbers."""
    try:
        features = json.loads(metadata[b"huggingface"])["info"]["features"]
        return {name: kind["names"] for name, kind in features.items() if kind.get("_type") == "ClassLabel"}
    except (KeyError, ValueError, AttributeError, TypeError):
        return {}


def value_of(value: object) -> object:
    """Return a cell as JSON has it; what it doesn't know, such as a date, as text, and not-a-number as nothing."""
    if isinstance(value, float) and value != value:
        return None
    if value is None or isinstance(value, str | bool | int | float):
        return value
    if isinstance(value, list):
        return [value_of(one) for one in value]
    if isinstance(value, dict):
        return {str(name): value_of(one) for name, one in value.items()}
    if isinstance(value, bytes):
        return value.decode("utf-8", errors="replace")
    return str(value)
