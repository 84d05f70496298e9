"""Choices that the page's link holds under a fixed name, however their labels change.

A widget bound to the link by Streamlit puts its label there, and leaves out what it takes for the default; a
label with a count in it, or a default that depends on who looks, would lead the next person elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st


def chosen(name: str, options: Sequence[str], default: str) -> str:
    """Return what the link names, or the default, and set the widget with the key `name` to it.

    Call it before that widget, whose `on_change` is `keep` with the same name.
    """
    given = st.query_params.get(name, default)
    value = given if given in options else default
    st.session_state[name] = value
    return value


def segments(
    label: str, name: str, options: Sequence[str], default: str, words: Callable[[str], str] = str
) -> str:
    """Offer options beside each other, of which the link holds the one that is on, and return that.

    `label` is for whoever can't see them, `words` what an option is called.
    """
    value = chosen(name, options, default)
    st.segmented_control(
        label,
        options,
        key=name,
        required=True,
        format_func=words,
        label_visibility="collapsed",
        on_change=keep,
        args=(name,),
    )
    return value


def keep(name: str) -> None:
    """Write what the widget with this key holds into the link."""
    value = st.session_state.get(name)
    if value is None:
        st.query_params.pop(name, None)
    else:
        st.query_params[name] = str(value)
