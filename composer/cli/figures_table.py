"""The figures of a candidate as a table, and the marks of what passes and what doesn't."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from composer.evaluation.formatting import NAMES, change, figure, interval
from composer.evaluation.outcomes import Difference

GOOD, BAD = "blue", "dark_orange"
"""Colours that people who confuse red and green can distinguish; a sign or word is always beside them."""
MARKS = {True: ("✓", GOOD), False: ("✗", BAD)}
DIRECTIONS = {"better": GOOD, "worse": BAD}


def comparison(figures: Sequence[Difference]) -> Table:
    """Return every figure of a candidate's evidence: before, after, their difference and its interval."""
    table = Table("on the test split", box=None, pad_edge=False)
    for name in ("incumbent", "candidate", "difference", "95% interval", ""):
        table.add_column(name, justify="right")
    for one in figures:
        table.add_row(
            NAMES[one.name],
            figure(one.name, one.incumbent),
            figure(one.name, one.candidate),
            change(one.name, one.difference),
            Text(interval(one)),
            Text(one.direction, DIRECTIONS.get(one.direction, "")),
        )
    return table
