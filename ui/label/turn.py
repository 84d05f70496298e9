"""One example at a time: its inputs, a button and a key for each answer, and how far the person is."""

from __future__ import annotations

from collections.abc import Collection

import streamlit as st

from composer.labelling.acts import Act
from composer.labelling.choices import MOST, Choice, choices
from composer.labelling.progress import STEP, agreement_so_far
from composer.labelling.rating import LONGEST_NOTE, Sitting, Turn, rate, sitting, skip, take_back
from ui.label import keys
from ui.shell.context import database, now
from ui.shell.html import count, plain, safe
from ui.shell.notices import Section, action
from ui.shell.page import html
from ui.shell.state import Key
from ui.shell.user import who

RATING = Section("rating")
NOTES: Key[str] = Key("note", "")
AGAIN: Key[bool] = Key("skipped-again", False)
"""Whether the person goes through what they skipped, by task."""
FINISHED: Key[bool] = Key("label-finished", False)
"""Whether the page has been shown with nothing left to rate, by task."""


@st.fragment
def show(task: str) -> None:
    """Show the example that the visitor rates now, or that nothing is left; runs by itself after each rating."""
    with database().session() as session:
        found = sitting(session, task, by=who(), skipped=AGAIN.of(task).get())
        so_far = agreement_so_far(session, task) if found.people > 1 else None
    was_finished = FINISHED.of(task).get()
    FINISHED.of(task).set(found.turn is None)
    if found.turn is None and not was_finished:
        st.rerun()  # the count in the navigation and the part for curators are outside of this
    with st.container(key="ic-label"):
        _progress(found)
        if found.turn is None:
            _nothing_left(found)
        else:
            _turn(found, found.turn)
        RATING.show_refusal()
        if found.people > 1:
            st.caption(
                f"The people agree so far with Krippendorff’s alpha {so_far.alpha:.2f}, "
                f"on the first {so_far.examples} examples that two of them rated."
                if so_far
                else f"How well people agree is shown once two of them have rated {STEP} examples."
            )


def _progress(found: Sitting) -> None:
    done = found.rated + found.skipped
    skipped = f", {found.skipped:,} skipped" if found.skipped else ""
    people = f" · {count(found.people, 'person', 'people')} so far" if found.people else ""
    st.progress(
        done / found.total if found.total else 1.0,
        text=f"{found.rated:,} of {found.total:,} rated by you{skipped}{people}",
        width=760,
    )


def _turn(found: Sitting, turn: Turn) -> None:
    offered = choices(found.task.output)
    html(inputs(turn, found.last))
    names = {one.keys: f"rate-*-{place}" for place, one in enumerate(offered) if one.keys}
    if len(offered) > MOST:
        names = {}
        _long_list(turn, offered)
    else:
        with st.container(horizontal=True, gap="small", width=760, key="ic-rate"):
            for place, one in enumerate(offered):
                st.button(
                    _named(one),
                    key=f"rate-{turn.item}-{place}",
                    on_click=_rate,
                    args=(turn.item, one.value),
                )
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            f"Skip {_hint(keys.SKIP)}", key=f"skip-{turn.item}", type="tertiary", on_click=_skip, args=(turn.item,)
        )
        _undo(found)
        if AGAIN.of(found.task.name).get() and not found.open:
            st.button("Leave the skipped", key="leave", type="tertiary", on_click=_leave, args=(found.task.name,))
    st.text_input(
        "Note",
        key=NOTES.of(turn.item).name,
        placeholder="Note, if anything is odd (n)",
        max_chars=LONGEST_NOTE,
        label_visibility="collapsed",
        width=760,
    )
    st.caption(_keys_in_words(names, undo=found.last is not None))
    keys.listen({**names, keys.SKIP: "skip-*", keys.UNDO: "undo-#"})


def inputs(turn: Turn, last: Act | None = None) -> str:
    """Return the inputs of an example as HTML, exactly as they are; an only one without its name."""
    named = len(turn.inputs) > 1
    shown = "".join(
        (f"<dt>{safe(name)}</dt>" if named else "") + f"<dd>{safe(text)}</dd>"
        for name, text in turn.inputs.items()
    )
    return f'<div class="ic ic-open ic-to-rate" data-example="{turn.item}"{_last(last)}><dl>{shown}</dl></div>'


def _last(act: Act | None) -> str:
    return "" if act is None else f' data-last="{act.id}"'


def _named(one: Choice) -> str:
    """Return a button's label: the answer, with its key where that is another."""
    own = one.keys in ("", one.words) or one.keys == one.words.replace("−", "-")
    return plain(one.words) if own else f"{plain(one.words)} {_hint(one.keys)}"


def _hint(key: str) -> str:
    return f"`{key}`"


def _keys_in_words(names: Collection[str], *, undo: bool) -> str:
    """Return what the keys do, beside those that stand on buttons."""
    told = ["a digit rates"] if any(one.isdecimal() for one in names) else []
    told += ["- and a digit rates below zero"] if any(one.startswith("-") for one in names) else []
    told += [f"{keys.SKIP} skips", *([f"{keys.UNDO} undoes"] if undo else []), f"{keys.NOTE} goes to the note"]
    return plain(f"Keys: {', '.join(told)}, Esc leaves it.")


def _long_list(turn: Turn, offered: tuple[Choice, ...]) -> None:
    by_words = {one.words: one.value for one in offered}
    picked = Key[str | None](f"pick-{turn.item}", None)
    with st.container(horizontal=True, vertical_alignment="center"):
        words = st.selectbox(
            "Answer", list(by_words), index=None, key=picked.name, label_visibility="collapsed", width=360
        )
        value = by_words.get(words or "")
        st.button("Rate", key=f"rate-{turn.item}", on_click=_rate, args=(turn.item, value), disabled=value is None)


def _undo(found: Sitting) -> None:
    if found.last is not None:
        what = _done(found.last)
        st.button(
            f"Undo {what} {_hint(keys.UNDO)}",
            key=f"undo-{found.last.id}",
            type="tertiary",
            on_click=_take_back,
            args=(found.last.id,),
        )


def _done(act: Act) -> str:
    if act.kind == "skip":
        return "the last skip"
    value = act.value if isinstance(act.value, str) else f"{act.value:g}".replace("-", "−")
    return f"the last rating, {plain(value)}"


def _nothing_left(found: Sitting) -> None:
    if not found.total:
        html(
            '<div class="ic ic-empty"><h2>Nothing waits for you here</h2><p>Others have rated all of it.</p></div>'
        )
        return
    skipped = f", and skipped {found.skipped:,}" if found.skipped else ""
    html(
        f'<div class="ic ic-empty"{_last(found.last)}><h2>You are through: {found.rated:,} rated{skipped}</h2>'
        "<p>Your ratings are stored. Once enough people have rated an example, a curator makes it part of the "
        "data, with each rating under its giver’s name.</p></div>"
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        if found.skipped:
            st.button(
                f"Go through the skipped ({found.skipped:,})",
                key="again",
                on_click=AGAIN.of(found.task.name).set,
                args=(True,),
            )
        _undo(found)
    keys.listen({keys.UNDO: "undo-#"})


@action(RATING)
def _rate(item: int, value: float | str) -> None:
    # Pressed twice it is the same rating of the same example, which is stored once.
    by, note = who(), NOTES.of(item).get()
    with database().session() as session:
        rate(session, item, value, by=by, at=now(), note=note)


@action(RATING)
def _skip(item: int) -> None:
    by = who()
    with database().session() as session:
        skip(session, item, by=by, at=now())


@action(RATING)
def _take_back(act: int) -> None:
    by = who()
    with database().session() as session:
        take_back(session, act, by=by, at=now())


def _leave(task: str) -> None:
    AGAIN.of(task).set(False)
