"""What can be done to the snippets that are ticked: other tags, vetting, retiring; each is one act."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from composer.curation.acting import acting
from composer.curation.listing import Listing, Row
from library.errors import Refused
from library.roles import KEEPERS, Person
from library.tagging import retag
from library.versions import SnippetVersion
from ui.components import last_act, retiring, vetting
from ui.components.library_data import LibraryData
from ui.shell.context import database, now
from ui.shell.html import count
from ui.shell.notices import Section, action
from ui.shell.state import Key
from ui.shell.user import who

TAGS = Section("tags")
ADD: Key[list[str]] = Key("add-tags", [])
REMOVE: Key[list[str]] = Key("remove-tags", [])
EVERY = Key("every-row", False)
"""Whether all rows that fit are meant, and not those that are ticked."""


def show(ticked: Sequence[Row], fitting: Sequence[Row], data: LibraryData, person: Person) -> None:
    """Offer what can be done to the rows that are ticked, or to all that fit, by who looks."""
    with st.container(horizontal=True, vertical_alignment="center", key="ic-bulk"):
        every = st.checkbox(f"All that fit ({len(fitting):,})", key=EVERY.name, width="content")
        rows = fitting if every else ticked
        keys = tuple(dict.fromkeys(row.key for row in rows))
        if not keys:
            st.caption("Click a row to read it; tick rows to tag, vet or retire them together.", width="content")
            return
        may = person.may(*KEEPERS)
        st.markdown(f"**{count(len(keys), 'snippet')}**", width="content")
        with st.popover("Tags", icon=":material/sell:", disabled=not may):
            _tags(keys, data.listing)
        vetting.button(_drafts(rows, data.listing), data.obstacles)
        left = tuple(row.key for row in rows if row.version.state in ("vetted", "draft"))
        with st.popover("Retire", icon=":material/block:", disabled=not may or not left):
            retiring.form(left, data, person)
        if not may:
            st.caption("You are not a curator.", width="content")
        elif not left:
            st.caption("None of them can be retired.", width="content")
    TAGS.show_refusal()
    vetting.VET.show_refusal()
    retiring.RETIRE.show_refusal()


def _drafts(rows: Sequence[Row], found: Listing) -> list[SnippetVersion]:
    keys = {row.key for row in rows}
    return [row.version for row in found.drafts if row.key in keys]


def _tags(keys: tuple[str, ...], found: Listing) -> None:
    st.multiselect(
        "Add", found.tags, key=ADD.name, accept_new_options=True, placeholder="Choose or type a tag", width=320
    )
    rows = found.by_key
    theirs = sorted({tag for key in keys if key in rows for tag in rows[key].version.tags})
    st.multiselect("Take away", theirs, key=REMOVE.name, placeholder="Choose a tag", width=320)
    st.button("Change tags", key="change-tags", on_click=_retag, args=(keys,))


@action(TAGS)
def _retag(keys: tuple[str, ...]) -> None:
    add, remove = ADD.get(), REMOVE.get()
    if not add and not remove:
        raise Refused("no tag is chosen", fix="Choose what to add or to take away.")
    with acting(database()) as act:
        made = retag(act.session, keys, add=add, remove=remove, by=who(), at=now())
    ADD.set([])
    REMOVE.set([])
    drafts = sum(one.state == "draft" for one in made)
    waits = f"; {count(drafts, 'draft')} of them to be vetted" if drafts else ""
    done = (
        f"Changed the tags of {count(len(made), 'snippet')}{waits}." if made else "Those are their tags already."
    )
    last_act.keep(done, act.entries)
