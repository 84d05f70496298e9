"""Library: the snippets a prompt may be made of, what each is worth, and what curators do to them."""

from __future__ import annotations

import streamlit as st

from library.roles import Person
from library.versions import SnippetVersion
from ui.components import last_act
from ui.components.library_data import LibraryData, library_data
from ui.drafting import editor
from ui.drafting.start import Start
from ui.library import bulk, dead_weight, filters, importing, reading_pane, table
from ui.library.table import OPENED
from ui.shell import notices, query_params
from ui.shell.notices import refusals
from ui.shell.page import empty
from ui.shell.user import me

SNIPPETS, NEW, DEAD_WEIGHT, IMPORT = PARTS = ("snippets", "new draft", "dead weight", "import")


def everything(data: LibraryData, person: Person) -> None:
    """Show the filter line, the table, what can be done to its rows, and the snippet that is open."""
    chosen = filters.show(data)
    rows = filters.narrowed(filters.of_state(data, chosen.state), chosen)
    worths = filters.worths_at(data.worth, chosen.place)
    rows = filters.ordered(rows, chosen.order, worths, data.used)
    with st.container(key="ic-library"):
        left, right = st.columns([9, 5], gap="medium")
    with left:
        acts = st.container()
        ticked = []
        if rows:
            ticked = table.show(rows, worths, data.used)
        else:
            st.caption(_none_fits(chosen))
        with acts:
            bulk.show(ticked, rows, data, person)
    with right, refusals():
        opened = st.query_params.get(OPENED) or (rows[0].key if rows else None)
        if opened:
            reading_pane.show(opened, data)


def opened(made: SnippetVersion) -> None:
    """Open a draft that was just stored, among the drafts."""
    st.query_params.from_dict({"state": "draft", OPENED: made.key})


def _none_fits(chosen: filters.Chosen) -> str:
    if chosen.state == "waits for me" and chosen == filters.Chosen("waits for me", order=chosen.order):
        return "No draft waits for you: what others write is listed here until it is vetted or rejected."
    return "None fits this filter."


st.title("Library", anchor=False)
notices.show_message("box")
last_act.show(prompts=True)
person = me()
data = library_data(person)
if not data.listing.snippets:
    empty(
        "The library is empty",
        "A snippet is one instruction on one line that people have vetted. Prompts are made of nothing else.",
        "Import a file below, write a first draft, or load the starter library with `composer demo`.",
    )
    part = query_params.segments("Part", "part", (IMPORT, NEW), IMPORT, str.capitalize)
else:
    part = query_params.segments("Part", "part", PARTS, SNIPPETS, str.capitalize)
if part == DEAD_WEIGHT:
    dead_weight.show(data, person)
elif part == NEW:
    editor.show(Start(), on_saved=opened)
elif part == IMPORT:
    importing.show()
else:
    everything(data, person)
