"""Tables as CSV that a spreadsheet only reads: no cell of it runs as a formula."""

from __future__ import annotations

import pandas as pd

from composer.data.formulas import quiet


def as_csv(data: pd.DataFrame) -> bytes:
    """Return a table as CSV in UTF-8; texts that would run get a leading apostrophe, figures stay figures."""
    return data.map(quiet).rename(columns=quiet).to_csv(index=False).encode()
