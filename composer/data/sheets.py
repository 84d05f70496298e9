"""The cells of a spreadsheet, read in a process of its own: one that asks for all memory ends that process alone.

Two cells, the first and the last that there can be, are a small file and a table of 17 thousand million cells.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile, is_zipfile

from composer.data.tables import LIMIT_UNPACKED
from composer.data.unpacking import DAMAGED, checked_files
from library.errors import Refused

LIMIT_MEMORY = 3_000_000_000
LIMIT_SECONDS = 120
"""Of processor time."""
_UNREADABLE = 3


def sheet_cells(path: Path) -> tuple[list[str], list[list[str]]]:
    """Return the names of the sheets that hold anything, and the rows of the first of them, each cell as text.

    Raises `Refused` for what is no spreadsheet, and for one that unpacks to too much.
    """
    try:
        if is_zipfile(path):
            with ZipFile(path) as archive:
                checked_files(archive, path, LIMIT_UNPACKED)
    except DAMAGED as error:
        raise _not_a_sheet(path, str(error)) from error
    command = [sys.executable, "-m", "composer.data.sheets", str(path)]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    if done.returncode == _UNREADABLE:
        raise _not_a_sheet(path, done.stdout.decode(errors="replace"))
    if done.returncode:
        what = "the spreadsheet is damaged, or a cell lies so far out that the sheet is too large"
        raise Refused(what, where=str(path), fix="Save it as CSV in UTF-8.")
    filled, cells = json.loads(done.stdout)
    return filled, cells


def _not_a_sheet(path: Path, why: str) -> Refused:
    return Refused(f"not a spreadsheet that can be read: {why}", where=str(path))


def main(path: str) -> None:
    """Print the sheets and cells of a spreadsheet as JSON, within bounds of memory and time."""
    import resource

    from python_calamine import CalamineError, CalamineWorkbook

    resource.setrlimit(resource.RLIMIT_AS, (LIMIT_MEMORY, LIMIT_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (LIMIT_SECONDS, LIMIT_SECONDS))
    try:
        book = CalamineWorkbook.from_path(path)
        filled = [name for name in book.sheet_names if book.get_sheet_by_name(name).height]
        rows = book.get_sheet_by_name(filled[0]).to_python(skip_empty_area=False) if filled else []
    except (CalamineError, OSError) as error:
        print(error)
        sys.exit(_UNREADABLE)
    json.dump((filled, [[_cell(value) for value in row] for row in rows]), sys.stdout)


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


if __name__ == "__main__":
    main(sys.argv[1])
