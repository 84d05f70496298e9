"""What the last act on the library did, with the button that takes it back, and the runs it asks for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from library.undoing import undo
from ui.components import replacements
from ui.shell.context import as_logged, database, now
from ui.shell.html import plain
from ui.shell.notices import Section, action
from ui.shell.state import Key
from ui.shell.user import who

UNDO = Section("undo")


@dataclass(frozen=True)
class _Done:
    """An act: its message, the entries of the log that undo it, and the snippets that prompts lost by it.

    `logged` is what the page stood on when it showed the act first, None until then.
    """

    message: str
    entries: tuple[int, ...]
    retired: tuple[str, ...]
    logged: tuple[str, str | None, str] | None = None


_LAST: Key[_Done | None] = Key("last-act", None)


def keep(message: str, entries: Sequence[int] = (), *, retired: Sequence[str] = ()) -> None:
    """Keep what an act did for the page, in place of the one before; without entries it can't be undone."""
    _LAST.set(_Done(message, tuple(entries), tuple(retired)))


def show(*, prompts: bool = False) -> None:
    """Show what the last act did, until anything else is done in this home; with the `prompts` it made stale."""
    UNDO.show_refusal()
    last, logged = _LAST.get(), as_logged()
    if last is None or last.logged not in (None, logged):
        _LAST.pop()
        return
    _LAST.set(_Done(last.message, last.entries, last.retired, logged))
    with st.container(border=True, key="ic-last-act"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f":material/check: {plain(last.message)}", width="content")
            if last.entries:
                st.button(
                    "Undo", key="undo-last", type="tertiary", icon=":material/undo:", on_click=_undo, args=(last,)
                )
        if prompts:
            replacements.show(last.retired)


@action(UNDO)
def _undo(last: _Done) -> None:
    with database().session() as session:
        message = undo(session, last.entries, by=who(), at=now())
    keep(message)
