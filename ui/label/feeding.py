"""For curators: how far everybody is, and what the ratings would make of the data, before it is stored."""

from __future__ import annotations

import streamlit as st

from composer.evaluation.formatting import bracketed
from composer.labelling.feeding import Feed, feed, foresee
from composer.labelling.progress import Progress, progress
from composer.registry.tasks import get_task
from ui.components.new_labels import arrived
from ui.shell.context import database, now
from ui.shell.html import count, plain, safe, table
from ui.shell.notices import Section, action
from ui.shell.page import html, section
from ui.shell.state import Key
from ui.shell.user import who

FEEDING = Section("feeding")
FORESEEN: Key[Feed | None] = Key("foreseen", None)
ENOUGH: Key[int | None] = Key("enough", None)
"""How many ratings are enough, by task; None is as many as were asked for."""


def show(task: str) -> None:
    """Show how far everybody is, and let a curator make what is rated enough part of the data."""
    with database().session() as session:
        found = progress(session, task)
    section("Everybody", _ready(found))
    html(people(found))
    if found.alpha is not None:
        ends = bracketed(*(f"{end:.2f}" for end in (found.alpha.low, found.alpha.high)))
        told = f"Krippendorff’s alpha {found.alpha.value:.2f} {ends}".replace("-", "−")
        st.caption(plain(f"{told}, of the first {found.alpha_of:,} examples with two ratings"))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.number_input(
            "Ratings that are enough",
            min_value=1,
            value=None,
            placeholder="as many as were asked for",
            key=ENOUGH.of(task).name,
            on_change=_forget,
            args=(task,),
            width=260,
        )
        st.button("What would change", key="foresee", on_click=_foresee, args=(task,), disabled=not found.rated)
    planned = FORESEEN.of(task).get()
    if planned is not None:
        html(changes(planned))
        st.button(
            "Make these the data",
            key="feed",
            type="primary",
            icon=":material/input:",
            on_click=_feed,
            args=(task,),
        )
    FEEDING.show_refusal()


def people(found: Progress) -> str:
    """Return who rated how much as an HTML table; empty where nobody did anything."""
    if not found.raters:
        return '<div class="ic ic-mute">Nobody has rated anything yet.</div>'
    gone = ' <span class="ic-mute">no longer here; the ratings count</span>'
    rows = [
        f"<tr><td>{safe(one.name)}{'' if one.here else gone}"
        f'</td><td class="ic-num">{one.rated:,}</td><td class="ic-num">{one.skipped:,}</td></tr>'
        for one in found.raters
    ]
    return f'<div class="ic ic-pairs"><div>{table(("person", "#rated", "#skipped"), rows)}</div></div>'


def changes(found: Feed) -> str:
    """Return what ratings would make of the data, as an HTML list."""
    lines = [
        f"{count(len(found.new), 'new example')}",
        f"{count(len(found.relabelled), 'example')} with another label, "
        f"{len(found.confirmed):,} that keep theirs and get more ratings",
        f"{found.waiting:,} wait for more ratings",
    ]
    if found.tied:
        lines.append(f"people are tied on {len(found.tied):,}: one more person decides")
    if found.unfit:
        lines.append(
            f"{len(found.unfit):,} left in the queue: the data hold another text under that id, or an input lacks"
        )
    if found.gone:
        lines.append(f"ratings of {', '.join(found.gone)} count, who can no longer sign in here")
    lines.append(f"the data after that: {found.dataset.summary}")
    lines += found.dataset.moves
    if found.stale:
        lines.append(
            f"{count(found.stale, 'candidate rests', 'candidates rest')} on the data of now and "
            f"{'becomes' if found.stale == 1 else 'become'} stale"
        )
    return f'<div class="ic"><ul>{"".join(f"<li>{safe(line)}</li>" for line in lines)}</ul></div>'


def _ready(found: Progress) -> str:
    return safe(f"{found.ready:,} of {found.waiting:,} rated by enough people")


def _forget(task: str) -> None:
    FORESEEN.of(task).pop()


@action(FEEDING)
def _foresee(task: str) -> None:
    by, raters = who(), ENOUGH.of(task).get()
    with database().session() as session:
        found = foresee(session, get_task(session, task), raters=raters, by=by)
    FORESEEN.of(task).set(found)


@action(FEEDING)
def _feed(task: str) -> str | None:
    by, raters, planned = who(), ENOUGH.of(task).get(), FORESEEN.of(task).get()
    if planned is None:  # pressed twice: it was done by the first press
        return None
    with database().session() as session:
        done = feed(session, get_task(session, task), raters=raters, by=by, at=now())
    FORESEEN.of(task).pop()
    return f"The data of {task} are stored: {done.dataset.summary}.{arrived(task)}"
