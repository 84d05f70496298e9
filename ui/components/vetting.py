"""Vetting drafts on a page: by whom it may be done, and why not by others, beside the button."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial

import streamlit as st

from composer.curation.acting import acting
from library.first_vetting import FirstYes, first_yes
from library.smuggling import smuggled
from library.versions import SnippetVersion
from library.vetting import vet
from ui.components import last_act
from ui.shell.context import database, now
from ui.shell.html import ago, plain, safe
from ui.shell.notices import Outcome, Section, action, written
from ui.shell.page import html
from ui.shell.state import Key
from ui.shell.user import who

VET = Section("vet")
WHY = Key("vet-reason", "")
ONE_BY_ONE = "two people have to vet it, each on its page"


def button(drafts: Sequence[SnippetVersion], obstacles: Mapping[int, str]) -> None:
    """Offer to vet those of these drafts that may be; `obstacles` are why not, by the ids of the versions.

    One that two people have to vet is vetted by itself, with a reason.
    """
    if len(drafts) > 1:
        obstacles = {one.id: _in_a_row(one, obstacles) for one in drafts}
    ready = [one for one in drafts if not obstacles.get(one.id)]
    if len(ready) == len(drafts) == 1 and smuggled(ready[0].text):
        with st.popover("Vet", icon=":material/verified:", type="primary"):
            _form(ready[0], _first(ready[0]))
        return
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


def warning(one: SnippetVersion) -> None:
    """Say why two people have to vet a draft, and who said yes first; nothing where one is enough."""
    if found := smuggled(one.text):
        why = "".join(
            f'<li>It {safe(each.what)}. <span class="ic-mute">{safe(each.why)}</span></li>' for each in found
        )
        first = _first(one)
        said = "nobody has said yes yet" if first is None else f"{_said(first)}, and one more has to"
        html(
            f'<div class="ic"><p class="ic-next"><b>Two people have to vet it</b>'
            f"v{one.version} may carry another task into a prompt; {said}.</p><ul>{why}</ul></div>"
        )


def _said(first: FirstYes) -> str:
    return (
        f'{safe(first.by)} said yes {ago(first.at, now())} (<span class="ic-verbatim">{safe(first.reason)}</span>)'
    )


def _in_a_row(one: SnippetVersion, obstacles: Mapping[int, str]) -> str:
    return obstacles.get(one.id) or (ONE_BY_ONE if smuggled(one.text) else "")


def _first(one: SnippetVersion) -> FirstYes | None:
    with database().session() as session:
        return first_yes(session, [one]).get(one.id)


def _form(one: SnippetVersion, first: FirstYes | None) -> None:
    stays = "it stays a draft until somebody else says yes too" if first is None else f"{first.by} said yes first"
    st.caption(plain(f"v{one.version} may carry another task into a prompt: {stays}."))
    st.text_input("Why", key=WHY.of(one.id).name, placeholder="Why it may stand in a prompt all the same")
    st.button(
        "Say yes, the first of two" if first is None else "Vet, the second of two",
        key="vet",
        on_click=_say,
        args=(one,),
    )


@written(VET, lambda one: WHY.of(one.id))
def _say(reason: str, one: SnippetVersion) -> Outcome:
    with acting(database()) as act:
        (done,) = vet(act.session, [one.id], by=who(), at=now(), reason=reason)
    said = "Vetted" if done.state == "vetted" else "Said yes, and one more has to"
    return Outcome("", partial(last_act.keep, f"{said}: {one.key} v{one.version}.", act.entries))


@action(VET)
def _vet(drafts: tuple[SnippetVersion, ...]) -> None:
    with acting(database()) as act:
        vet(act.session, [one.id for one in drafts], by=who(), at=now())
    one = drafts[0]
    last_act.keep(
        f"Vetted: {one.key} v{one.version}." if len(drafts) == 1 else f"Vetted {len(drafts):,} drafts.",
        act.entries,
    )
