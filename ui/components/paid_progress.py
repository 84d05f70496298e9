"""How far work is that pays for answers, with the button that stops it."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from ui.shell.html import count, plain

POLL_SECONDS = 2.0
"""How often a page looks how far such work is."""


def show(
    number: int,
    key: str,
    *,
    paid: int,
    expected: int,
    message: str,
    stopping: bool,
    on_stop: Callable[[int], None],
    may_stop: bool,
) -> None:
    """Show work by its `number`: answers paid of those expected, what it is at, and that it is stopping."""
    phase = " · ".join(filter(None, (f"{paid:,} of {count(expected, 'answer')}", message)))
    with st.container(horizontal=True, vertical_alignment="center"):
        st.progress(
            min(paid / expected, 1.0) if expected else 0.0,
            text=plain(f"{phase}, stopping" if stopping else phase),
        )
        st.button(
            "Stop",
            key=key,
            on_click=on_stop,
            args=(number,),
            disabled=stopping or not may_stop,
            help="What came until then is kept, and it can go on later.",
        )
