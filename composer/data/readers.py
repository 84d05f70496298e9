"""The reader of a file by the kind of table that its name says, and of a folder of a Hugging Face data set."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import ZipFile

from composer.data import columnfiles, textfiles
from composer.data.exports import recognised
from composer.data.tables import LIMIT_BYTES, Problem, Row, Table, check_width
from composer.data.textfiles import columns_of
from composer.data.unpacking import DAMAGED, checked_files
from library.errors import Refused
from library.yamlfile import check_file, read_text

_SHARD = re.compile(r"-\d+-of-\d+(-\w+)?$")
_IN_FOLDERS = (".arrow", ".parquet", ".jsonl", ".json", ".csv", ".tsv")


def read_table(path: Path, form: str = "") -> Table:
    """Read a table from a file, an archive or a folder of such, by what its name ends in.

    What a labelling tool exported is laid out with a row for each answer: recognised by what it holds, or by the
    `form` it is in (see `exports.FORMS`). Raises `Refused` where it isn't such a file, can't be read, is too large
    or has too many columns.
    """
    plain = _reader(path)(path)
    check_width(len(plain.columns), str(path))
    table = recognised(plain, form)
    check_width(len(table.columns), str(path))
    return table


def _reader(path: Path) -> Callable[[Path], Table]:
    if path.is_dir():
        return _read_folder
    readers: dict[str, Callable[[Path], Table]] = {
        **dict.fromkeys((".csv", ".tsv", ".tab", ".txt"), textfiles.read_delimited),
        **dict.fromkeys((".jsonl", ".ndjson"), textfiles.read_json_lines),
        ".json": textfiles.read_json,
        ".parquet": columnfiles.read_parquet,
        ".arrow": columnfiles.read_arrow,
        **dict.fromkeys((".xlsx", ".xlsm", ".xls", ".ods"), columnfiles.read_sheet),
        ".zip": _read_archive,
    }
    if path.suffix.lower() not in readers:
        raise Refused(
            "no kind of table is known by this name",
            where=str(path),
            fix="Name a .csv, .tsv, .json, .jsonl, .parquet, .arrow, .xlsx or .zip file, or a folder of these.",
        )
    return readers[path.suffix.lower()]


def _read_folder(path: Path) -> Table:
    """Read a folder of a Hugging Face data set: as `save_to_disk` writes it, or the files of one from the hub.

    Where it has several splits, the split that a row comes from is its column `split`. Raises `Refused` for a
    folder that holds no table.
    """
    files = list(_files(path))
    if not files:
        raise Refused("the folder holds no table", where=str(path), fix="Name a file of labelled rows.")
    tables = [(split, _reader(file)(file)) for split, file in files]
    several = len({split for split, _ in tables}) > 1
    rows: list[tuple[int, Row]] = []
    problems: list[Problem] = []
    for split, table in tables:
        before = len(rows)
        problems += [replace(one, place=before + one.place) for one in table.problems]
        for place, (_, row) in enumerate(table.rows, before + 1):
            rows.append((place, {"split": split, **row} if several else row))
    names = columns_of(dict.fromkeys(table.columns) for _, table in tables)
    columns = tuple(dict.fromkeys((*names, "split"))) if several else names
    return Table(path, "row", columns, tuple(rows), tuple(problems))


def _read_archive(path: Path) -> Table:
    """Read the files in an archive as those of a folder; what is in folders inside it is passed over."""
    check_file(path, limit_bytes=LIMIT_BYTES, wanted="a file of labelled rows")
    with TemporaryDirectory() as made:
        try:
            with ZipFile(path) as archive:
                for one in checked_files(archive, path, LIMIT_BYTES):
                    if one.filename and Path(one.filename).name == one.filename:
                        archive.extract(one, made)
        except DAMAGED as error:
            raise Refused(f"not an archive that can be read: {error}", where=str(path)) from error
        try:
            return replace(_read_folder(Path(made)), path=path)
        except Refused as error:
            where = error.where.replace(made, str(path))
            raise Refused(error.what, where=where, fix=error.fix, problems=error.problems) from None


def _files(path: Path) -> Iterator[tuple[str, Path]]:
    """Yield the files of a data set with the split that each is of, in order."""
    state, splits = path / "state.json", path / "dataset_dict.json"
    if state.is_file():
        for file in _listed(state, "_data_files"):
            named = file.get("filename") if isinstance(file, dict) else None
            yield path.name, path / Path(str(named)).name
        return
    if splits.is_file():
        for split in _listed(splits, "splits"):
            yield from _files(path / Path(str(split)).name)
        return
    for suffix in _IN_FOLDERS:
        found = sorted(
            file for file in path.rglob(f"*{suffix}") if not file.name.startswith((".", "dataset_info"))
        )
        if found:
            yield from ((_SHARD.sub("", file.stem), file) for file in found)
            return


def _listed(path: Path, name: str) -> list[object]:
    """Return a list that one of a saved data set's own files holds."""
    try:
        held = json.loads(read_text(path))[name]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise Refused(f"it doesn't list {name}", where=str(path), fix="Save the data set again.") from error
    if not isinstance(held, list):
        raise Refused(f"{name} is no list", where=str(path), fix="Save the data set again.")
    return held
