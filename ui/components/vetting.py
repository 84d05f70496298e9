"""Vetting drafts on a page: by whom it may be done, and why not by others, beside the button."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import streamlit as st

from composer.curation.acting import acting
from library.versions import SnippetVersion
from library.vetting import vet
from ui.components import last_act
from ui.shell.context import database, now
from ui.shell.html import plain
from ui.shell.notices import Section, action
from ui.shell.user import who

VET = Section("vet")


def button(drafts: Sequence[SnippetVersion], obstacles: Mapping[int, str]) -> None:
    """Offer to vet those of these drafts that may be; `obstacles` are why not, by the ids of the versions."""
    ready = [one for one in drafts if not obstacles.get(one.id)]
    label = "Vet" if len(drafts) <= 1 else f"Vet {len(ready):,}"
    st.button(
        label,
        key="vet",
        type="primary" if ready else "secondary",
        icon=":material/verified:",
        on_click=_vet,
        args=(tuple(ready),),
        disabled=not ready,
    )
    if why := why_not(drafts, obstacles):
        st.caption(plain(why), width="content")


def why_not(drafts: Sequence[SnippetVersion], obstacles: Mapping[int, str]) -> str:
    """Return why some of these can't be vetted by who looks, as a sentence; empty where all can."""
    if not drafts:
        return "None of them is a draft."
    reasons = Counter(obstacles[one.id] for one in drafts if obstacles.get(one.id))
    if len(drafts) == 1:
        return "".join(f"You can't vet it: {why}." for why in reasons)
    return "".join(f"{number:,} you can't: {why}. " for why, number in reasons.items()).strip()


@action(VET)
def _vet(drafts: tuple[SnippetVersion, ...]) -> None:
    with acting(database()) as act:
        vet(act.session, [one.id for one in drafts], by=who(), at=now())
    one = drafts[0]
    last_act.keep(
        f"Vetted: {one.key} v{one.version}." if len(drafts) == 1 else f"Vetted {len(drafts):,} drafts.",
        act.entries,
    )
