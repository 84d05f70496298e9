"""Retiring snippets: what holds them is listed first, a reason is asked for, and the message takes it back."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import streamlit as st

from composer.curation.acting import acting
from library.canonical import text_digest
from library.retiring import retire_several
from library.roles import KEEPERS, Person
from ui.components import last_act
from ui.components.library_data import LibraryData
from ui.shell.context import database, now
from ui.shell.html import count, plain
from ui.shell.notices import Outcome, Section, written
from ui.shell.state import Key
from ui.shell.user import who

RETIRE = Section("retire")
REASON = Key("retire-reason", "")


def _name(keys: Sequence[str]) -> str:
    return keys[0] if len(keys) == 1 else text_digest(" ".join(keys))[:12]


def form(
    keys: tuple[str, ...], data: LibraryData, person: Person, *, suggestion: str = "", place: str = ""
) -> None:
    """Offer to retire these snippets, the reason begun with a `suggestion`; `place` sets forms of a page apart."""
    field = REASON.of(f"{place}{_name(keys)}")
    if suggestion and field.name not in st.session_state:
        field.set(suggestion)
    st.caption(plain(" ".join(effects_of(keys, data))))
    st.text_input("Why", key=field.name, placeholder="Why it is retired", disabled=not person.may(*KEEPERS))
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            "Retire" if len(keys) == 1 else f"Retire {len(keys):,}",
            key=f"retire-{place}{_name(keys)}",
            icon=":material/block:",
            on_click=_retire,
            args=(keys, place),
            disabled=not person.may(*KEEPERS),
        )
        if not person.may(*KEEPERS):
            st.caption("You are not a curator.", width="content")


def effects_of(keys: Sequence[str], data: LibraryData) -> list[str]:
    """Return what retiring these snippets would do, a sentence each: to prompts in use, and to other snippets."""
    held = {one.id: one for key in keys for one in data.used.get(key, ())}
    parts = ["No prompt may hold it from then on." if len(keys) == 1 else "No prompt may hold them from then on."]
    if held:
        names = ", ".join(f"release {one.id} ({one.task} → {one.target})" for one in held.values())
        parts.append(f"{count(len(held), 'prompt')} in use will be stale, and not exported any more: {names}.")
    else:
        parts.append("No prompt in use holds it." if len(keys) == 1 else "No prompt in use holds any of them.")
    others = [
        row.key
        for row in data.listing.snippets
        if row.key not in keys and row.version.state in ("vetted", "draft") and {*row.version.requires} & {*keys}
    ]
    if others:
        parts.append(f"{', '.join(others)} can't be used without.")
    return parts


@written(RETIRE, lambda keys, place: REASON.of(f"{place}{_name(keys)}"))
def _retire(reason: str, keys: tuple[str, ...], place: str) -> Outcome:  # noqa: ARG001 (its section has the name)
    with acting(database()) as act:
        retire_several(act.session, keys, reason=reason, by=who(), at=now())
    done = f"Retired: {keys[0]}." if len(keys) == 1 else f"Retired {len(keys):,} snippets."
    return Outcome("", partial(last_act.keep, done, act.entries, retired=keys))
