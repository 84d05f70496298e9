"""What a page keeps between the runs of its script: typed keys of Streamlit's session state."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar, cast

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

Kept = TypeVar("Kept")


@dataclass(frozen=True)
class Key(Generic[Kept]):
    """A place in the session state: the type of what it holds, and what it holds before anything is set.

    The same name may be given to a widget (`key=REASON.name`): then it holds what the widget does.
    """

    name: str
    default: Kept

    def of(self, part: object) -> Key[Kept]:
        """Return the place of the same kind that belongs to one object, such as one run."""
        return Key(f"{self.name}-{part}", self.default)

    def get(self) -> Kept:
        """Return what is kept here, else the default."""
        return cast(Kept, st.session_state.get(self.name, self.default))

    def set(self, value: Kept) -> None:
        """Keep a value; for a widget's key only in a callback, or before the widget is on the page."""
        st.session_state[self.name] = value

    def pop(self) -> Kept:
        """Return what is kept here, and keep it no longer."""
        return cast(Kept, st.session_state.pop(self.name, self.default))


def made_once(key: Key[tuple[object, Kept] | None], of: object, make: Callable[[], Kept]) -> Kept:
    """Return what is made of something, made again only when that is another: scripts run at every click.

    What `make` raises is kept nowhere.
    """
    known = key.get()
    if known is None or known[0] != of:
        known = (of, make())
        key.set(known)
    return known[1]


def this_run() -> object | None:
    """Return what identifies this run of a script, its callbacks included; None outside of any.

    Streamlit begins each run, a fragment's too, with new cursors, before the callbacks.
    """
    context = get_script_run_ctx(suppress_warning=True)
    return None if context is None else context.cursors


def clicked_row(table: str) -> int | None:
    """Return the row of the cell that is selected in the table with this widget key; None where none is.

    To be called in the table's `on_select`.
    """
    cells = st.session_state[table].selection.cells
    return int(cells[0][0]) if cells else None
