"""Cells of CSV files that a spreadsheet only reads: none of them runs as a formula."""

from __future__ import annotations

import unicodedata

SIGNS = frozenset("=+-@")
"""Signs that make a formula of the text after them, full-width or small ones as well."""
_BEFORE = frozenset("\t\r\n")


def quiet(cell: object) -> object:
    """Return a cell as it is, but a text that would run with an apostrophe before it, which makes it text.

    A spreadsheet may drop blanks, line breaks and signs that can't be seen before it looks for a formula, so these
    don't count here either; a text that begins with a tab or line break gets the apostrophe in any case.
    """
    if not isinstance(cell, str) or not cell:
        return cell
    first = next((one for one in cell if _seen(one)), "")
    runs = cell[0] in _BEFORE or unicodedata.normalize("NFKC", first)[:1] in SIGNS
    return f"'{cell}" if runs else cell


def _seen(sign: str) -> bool:
    return not sign.isspace() and unicodedata.category(sign)[0] != "C"
