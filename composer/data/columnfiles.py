"""Tables in files that aren't text: Parquet, Arrow and spreadsheets."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from composer.data.tables import LIMIT_BYTES, Table, check_columns
from library.errors import Refused
from library.yamlfile import check_file


def read_parquet(path: Path) -> Table:
    """Read a Parquet file; numbers that stand for classes of a Hugging Face data set come as their names."""
    import pyarrow as pa
    from pyarrow import parquet

    check_file(path, limit_bytes=LIMIT_BYTES, wanted="a file of labelled rows")
    try:
        return _arrow_table(path, parquet.ParquetFile(path).read())
    except (pa.ArrowException, OSError) as error:
        raise Refused(f"not a Parquet file that can be read: {error}", where=str(path)) from error


def read_arrow(path: Path) -> Table:
    """Read an Arrow file or stream, as Hugging Face's `save_to_disk` writes it."""
    import pyarrow as pa
    from pyarrow import ipc

    check_file(path, limit_bytes=LIMIT_BYTES, wanted="a file of labelled rows")
    try:
        with pa.OSFile(str(path)) as file:
            try:
                table = ipc.open_stream(file).read_all()
            except pa.ArrowInvalid:
                file.seek(0)
                table = ipc.open_file(file).read_all()
        return _arrow_table(path, table)
    except (pa.ArrowException, OSError) as error:
        raise Refused(f"not an Arrow file that can be read: {error}", where=str(path)) from error


def read_sheet(path: Path) -> Table:
    """Read the first sheet of a spreadsheet that holds anything, as text: 3 for the number 3, 0012 for text."""
    from python_calamine import CalamineError, CalamineWorkbook

    check_file(path, limit_bytes=LIMIT_BYTES, wanted="a file of labelled rows")
    try:
        book = CalamineWorkbook.from_path(path)
        filled = [name for name in book.sheet_names if book.get_sheet_by_name(name).height]
        cells = book.get_sheet_by_name(filled[0]).to_python(skip_empty_area=False) if filled else []
    except (CalamineError, OSError) as error:
        raise Refused(f"not a spreadsheet that can be read: {error}", where=str(path)) from error
    numbered = [(place, [_cell(value) for value in row]) for place, row in enumerate(cells, 1)]
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


def _arrow_table(path: Path, table: Any) -> Table:
    # Arrow trusts what it reads: without this, a damaged file would be read beyond its end.
    table.validate(full=True)
    kinds = _classes(table.schema.metadata or {})
    columns: dict[str, list[object]] = {}
    for name, column in zip(table.column_names, table.columns, strict=True):
        if name.startswith("__index_level_"):
            continue
        values = [value_of(value) for value in column.to_pylist()]
        if names := kinds.get(name):
            # -1 is what such a data set has where a row has no label.
            values = [names[one] if isinstance(one, int) and 0 <= one < len(names) else None for one in values]
        columns[name] = values
    rows = (dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True))
    return Table(path, "row", tuple(columns), tuple(enumerate(rows, 1)))


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


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
