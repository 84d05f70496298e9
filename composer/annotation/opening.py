"""The reader of a large file, by what its name ends in."""

from __future__ import annotations

from pathlib import Path

from composer.annotation.rows import RowFile
from library.errors import Refused
from library.yamlfile import check_file

_UNBOUNDED = 1 << 62
_DELIMITED, _JSON_LINES, _PARQUET = (".csv", ".tsv", ".tab"), (".jsonl", ".ndjson"), (".parquet",)


def opened_rows(path: Path) -> RowFile:
    """Return the rows of a CSV, TSV, JSONL or Parquet file; raises `Refused` for one that is none of these."""
    ending = path.suffix.lower()
    if ending not in (*_DELIMITED, *_JSON_LINES, *_PARQUET):
        raise Refused(
            "no kind of large file is known by this name",
            where=str(path),
            fix="Name a .csv, .jsonl or .parquet file.",
        )
    check_file(path, limit_bytes=_UNBOUNDED, wanted="a file of rows")
    try:
        if ending in _DELIMITED:
            from composer.annotation.delimited import DelimitedFile

            return DelimitedFile(path)
        if ending in _JSON_LINES:
            from composer.annotation.json_lines import JsonLinesFile

            return JsonLinesFile(path)
        from composer.annotation.parquet import ParquetFile  # pyarrow takes a while to import

        return ParquetFile(path)
    except OSError as error:
        raise Refused(f"the file can't be read: {error.strerror or error}", where=str(path)) from error


def malformed_path(output: Path) -> Path:
    """Return where the rows without an answer go: beside the output, named after it."""
    return output.with_name(f"{output.stem}.malformed.jsonl")


def require_places(source: Path, output: Path) -> None:
    """Raise `Refused` for an output of another kind than the input, in its place, or in no folder."""
    if output.suffix.lower() != source.suffix.lower():
        fix = f"The output is of the input’s kind: name it {output.stem}{source.suffix}."
        raise Refused("the output has another ending than the input", where=str(output), fix=fix)
    if (output.exists() and source.exists() and output.samefile(source)) or malformed_path(
        output
    ).resolve() == source.resolve():
        raise Refused("the output would take the place of the input", where=str(output), fix="Name another file.")
    if not output.parent.is_dir():
        raise Refused("there is no such folder", where=str(output.parent), fix="Make it first.")
