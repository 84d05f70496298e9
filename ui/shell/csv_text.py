"""Tables as CSV that a spreadsheet only reads: no cell of it runs as a formula."""

from __future__ import annotations

import pandas as pd

RUNS = ("=", "+", "-", "@", "\t", "\r")
"""Signs with which a text starts that a spreadsheet takes for a formula."""


def as_csv(data: pd.DataFrame) -> bytes:
    """Return a table as CSV in UTF-8; texts that would run get a leading apostrophe, figures stay figures."""
    return data.map(_quiet).rename(columns=_quiet).to_csv(index=False).encode()


def _quiet(cell: object) -> object:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(RUNS) else cell
