"""Retiring the snippet that is open: with a reason, and permanently."""

from __future__ import annotations

import streamlit as st

from composer.registry.lookup import KEEPERS
from library.retiring import requiring, retire
from library.roles import Person
from library.snippets import show as versions_of
from ui.library.table import Used
from ui.shell.context import database, now
from ui.shell.html import count, plain
from ui.shell.notices import Outcome, Section, written
from ui.shell.state import Key
from ui.shell.user import who

RETIRE = Section("retire")
REASON = Key("retire-reason", "")


def show(key: str, used: Used, person: Person) -> None:
    """Let somebody who keeps the library retire a snippet; nothing where it is retired, or for anybody else."""
    with database().session() as session:
        is_retired = all(one.state == "retired" for one in versions_of(session, key))
        others = requiring(session, key)
    if is_retired or not person.may(*KEEPERS):
        return
    with st.expander("Retire it", icon=":material/block:", key="retiring"):
        held = [f"{one.task} on {one.target}" for one in used.get(key, ())]
        parts = ["No prompt may hold it from then on: candidates with it become stale. This can't be undone."]
        if held:
            parts.append(
                f"It is in {count(len(held), 'prompt')} in use ({', '.join(held)}), then not exported any more."
            )
        if others:
            parts.append(f"{', '.join(others)} can't be used without it.")
        st.caption(plain(" ".join(parts)))
        st.text_input("Why", key=REASON.of(key).name, placeholder="Why it is retired")
        st.button("Retire", key="retire", on_click=_retire, args=(key,))
        RETIRE.show_refusal()


@written(RETIRE, REASON.of)
def _retire(reason: str, key: str) -> Outcome:
    with database().session() as session:
        retire(session, key, reason=reason, by=who(), at=now())
    return Outcome(f"Retired: {key}.")
