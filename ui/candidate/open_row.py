"""Which example is open: the page's link names it."""

from __future__ import annotations

import streamlit as st

ROW = "row"


def opened() -> str | None:
    """Return the id of the example that the link names; None where it names none."""
    return st.query_params.get(ROW)


def open_row(example_id: str | None) -> None:
    """Open an example, or close the one that is open."""
    if example_id is not None:
        st.query_params[ROW] = example_id
    elif ROW in st.query_params:
        del st.query_params[ROW]
