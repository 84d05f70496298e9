"""What is around a table of examples: a filter above it by named tests, the file and the number of rows below."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

import streamlit as st

from ui.shell import query_params
from ui.shell.html import count

Item = TypeVar("Item")
DIFFER = "they differ"
"""The test that is chosen at first, where any example passes it."""


def filtered(items: Sequence[Item], tests: Mapping[str, Callable[[Item], bool]], show: str) -> list[Item]:
    """Return the items that pass the test chosen; `show` is the widget and its name in the link.

    Each choice says how many pass it; without one that passes `DIFFER`, all are shown at first.
    """
    counts = {name: sum(map(test, items)) for name, test in tests.items()}
    default = DIFFER if counts[DIFFER] else "all"
    chosen = query_params.segments("Show", show, list(counts), default, lambda name: f"{name} {counts[name]:,}")
    return [one for one in items if tests[chosen](one)]


def file_and_number(rows: int, most: int, csv: Callable[[], bytes], name: str, key: str) -> None:
    """Offer all rows as a file of this name, and say how many there are, of which a table holds `most`."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.download_button(
            "CSV",
            csv,
            name,
            "text/csv",
            key=key,
            icon=":material/download:",
            on_click="ignore",
            disabled=not rows,
        )
        some = f"{most} of {count(rows, 'row')} shown; the file holds all." if rows > most else ""
        st.caption(some or f"{count(rows, 'row')}. Click one to open it.", width="content")
