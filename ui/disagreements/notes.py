"""What a curator collects for a draft, kept whatever page is open: the examples that it is from, and two notes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from ui.shell.html import count
from ui.shell.state import Key

_PICKED: Key[tuple[str, ...]] = Key("draft-examples", ())
_WORDING: Key[str] = Key("draft-wording", "")
"""The snippet of the prompt in use that is worded anew; empty for a new snippet."""
_MISUNDERSTOOD, _ATTEND = Key("draft-misunderstood", ""), Key("draft-attend", "")


@dataclass(frozen=True)
class Notes:
    """The examples that a draft is written from, in the order picked, and what was noted of them."""

    examples: tuple[str, ...]
    misunderstood: str
    attend: str


def picked(task: str, target: str) -> tuple[str, ...]:
    """Return the examples that the draft for a task and target is written from."""
    return _PICKED.of(f"{task}-{target}").get()


def notes(task: str, target: str) -> Notes:
    """Return all that was collected for the draft for a task and target."""
    own = f"{task}-{target}"
    return Notes(picked(task, target), _MISUNDERSTOOD.of(own).get(), _ATTEND.of(own).get())


def clear(task: str, target: str) -> None:
    """Forget what was collected: it was written into a draft."""
    own = f"{task}-{target}"
    for key in (_PICKED.of(own), _MISUNDERSTOOD.of(own), _ATTEND.of(own), _WORDING.of(own)):
        key.pop()
        st.session_state.pop(_field(key), None)


def show_pick(task: str, target: str, example: str) -> None:
    """Offer to write from one example, or no longer."""
    known = picked(task, target)
    field = f"pick-{task}-{target}-{example}"
    st.session_state[field] = example in known
    st.checkbox("Write from this example", key=field, on_change=_toggle, args=(task, target, example))


def _toggle(task: str, target: str, example: str) -> None:
    key, known = _PICKED.of(f"{task}-{target}"), picked(task, target)
    _keep(key, tuple(one for one in known if one != example) if example in known else (*known, example))


def _keep(key: Key[tuple[str, ...]], values: tuple[str, ...]) -> None:
    key.set(values)
    st.session_state[_field(key)] = list(values)


def show(task: str, target: str, offered: Sequence[str]) -> None:
    """Show what the draft is written from, and take both notes; `offered` are the examples that may be added."""
    own = f"{task}-{target}"
    key = _PICKED.of(own)
    field = _field(key)
    options = list(dict.fromkeys([*key.get(), *offered]))
    if field not in st.session_state:
        st.session_state[field] = list(key.get())
    number = count(len(key.get()), "example")
    st.multiselect(
        f"Written from {number}",
        options,
        key=field,
        on_change=_picked_by_list,
        args=(key,),
        placeholder="Open an example above and tick “Write from this example”, or choose some here",
    )
    left, right = st.columns(2, gap="medium")
    with left:
        _text(
            _MISUNDERSTOOD.of(own),
            "What did the model misunderstand?",
            "It takes any mention of a fault for a bad review, also where the fault is denied.",
        )
    with right:
        _text(
            _ATTEND.of(own),
            "What should it attend to?",
            "Whether the sentence says that something is wrong, or that nothing is.",
        )


def _picked_by_list(key: Key[tuple[str, ...]]) -> None:
    key.set(tuple(st.session_state[_field(key)]))


def show_wording(task: str, target: str, keys: Sequence[str]) -> str:
    """Ask whether the draft is a new snippet or another wording of one in the prompt; returns that one's key."""
    key = _WORDING.of(f"{task}-{target}")
    if not keys:
        return ""
    field = _field(key)
    if st.session_state.get(field) not in ("", *keys):
        st.session_state[field] = key.get() if key.get() in keys else ""
    return st.selectbox(
        "What is written",
        ["", *keys],
        key=field,
        format_func=lambda one: f"another wording of {one}, which is in the prompt" if one else "a new snippet",
        on_change=_keep_text,
        args=(key,),
        width=420,
    )


def _text(key: Key[str], label: str, example: str) -> None:
    # Streamlit forgets a field that is not on the page for a moment: what was typed is kept beside it.
    field = _field(key)
    if field not in st.session_state:
        st.session_state[field] = key.get()
    st.text_area(label, key=field, on_change=_keep_text, args=(key,), height=96, placeholder=f"Such as: {example}")


def _keep_text(key: Key[str]) -> None:
    key.set(st.session_state[_field(key)])


def _field(key: Key[str] | Key[tuple[str, ...]]) -> str:
    return f"{key.name}-field"
