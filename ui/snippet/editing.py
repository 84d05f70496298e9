"""The next version of a snippet, written on its page: text, tags, rules and rationale, as a new draft."""

from __future__ import annotations

import streamlit as st

from library.roles import KEEPERS
from library.versions import SnippetVersion
from ui.drafting import editor
from ui.drafting.start import Start
from ui.shell.page import section
from ui.snippet.page_data import Shown

EDIT = "edit"
"""Where the link says that the editor is open."""


def button(found: Shown) -> None:
    """Offer to edit the snippet, or to close the editor."""
    is_open = EDIT in st.query_params
    st.button(
        "Close the editor" if is_open else "Edit",
        key="edit",
        icon=":material/edit:",
        on_click=_close if is_open else _open,
        disabled=not is_open and (not found.person.may(*KEEPERS) or bool(obstacle(found))),
    )


def obstacle(found: Shown) -> str:
    """Return why it can't be edited by who looks, as a sentence; empty where it can."""
    if not found.person.may(*KEEPERS):
        return ""  # which is said once for all that they can't do
    if found.counting.state == "retired":
        return "It is retired: it gets no new version unless that is undone."
    return ""


def show(found: Shown) -> None:
    """Show the editor where the link has it open."""
    if EDIT not in st.query_params or obstacle(found):
        return
    start = found.draft or found.counting
    in_force = found.in_force is not None and found.in_force.state == "vetted"
    aside = f"begins with v{start.version}" + (
        "; what is in force stays so until it is vetted" if in_force else ""
    )
    section("The next version", aside)
    editor.show(Start.of(start), on_saved=_saved)


def _open() -> None:
    st.query_params[EDIT] = "1"


def _close() -> None:
    st.query_params.pop(EDIT, None)


def _saved(_version: SnippetVersion) -> None:
    _close()
