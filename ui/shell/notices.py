"""A page's notices: what an act did, and what was refused. Each is shown once, in the section it belongs to.

An act is a callback of a widget. Streamlit runs it before the script of the page, so its message
is kept until the page gets there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from typing import Concatenate, Literal, ParamSpec

import streamlit as st

from library import disk
from library.errors import Refused
from ui.shell.html import plain
from ui.shell.presses import presses
from ui.shell.state import Key

Arguments = ParamSpec("Arguments")

_MESSAGE: Key[str] = Key("notice", "")
_REFUSED: Key[dict[str, str]] = Key("refusals", {})
"""What was refused and not shown yet, by section."""


@dataclass(frozen=True)
class Section:
    """A part of a page in which the refusals of its acts are shown."""

    name: str

    def of(self, part: object) -> Section:
        """Return the section of one object, such as one kind of job."""
        return Section(f"{self.name} {part}")

    def show_refusal(self) -> bool:
        """Show what was refused in this section's last act, once; returns whether anything was."""
        refused = _take(self)
        if refused:
            _error(refused)
        return bool(refused)


def action(section: Section) -> Callable[[Callable[Arguments, str | None]], Callable[Arguments, None]]:
    """Make an act of a function: it returns the message for the page, None for none.

    Where it raises `Refused`, the section shows that.
    """

    def decorate(function: Callable[Arguments, str | None]) -> Callable[Arguments, None]:
        @wraps(function)
        def act(*args: Arguments.args, **kwargs: Arguments.kwargs) -> None:
            with refused_in(section):
                message = function(*args, **kwargs)
                if message is not None:
                    remember(message)

        return act

    return decorate


@dataclass(frozen=True)
class Outcome:
    """What an act with a text did: the message for the page, and what else the page makes of it."""

    message: str
    then: Callable[[], None] = lambda: None


def written(
    section: Section, field: Callable[..., Key[str]]
) -> Callable[[Callable[Concatenate[str, Arguments], Outcome]], Callable[Arguments, None]]:
    """Make an act of a function that takes the text of a field, which `field` returns for the other arguments.

    However often its button is pressed it is done once, and then the field is emptied; where it raises `Refused`,
    the section shows that and the text stays. The function must not look at the session state once it has changed
    anything: what is to be changed there it leaves to its `Outcome`.
    """

    def decorate(function: Callable[Concatenate[str, Arguments], Outcome]) -> Callable[Arguments, None]:
        name = f"{function.__module__}.{function.__qualname__}"

        @wraps(function)
        def act(*args: Arguments.args, **kwargs: Arguments.kwargs) -> None:
            key, known = field(*args, **kwargs), presses()
            text = key.get()

            def rest() -> None:
                key.set("")
                outcome.then()
                remember(outcome.message)

            with known.turn, refused_in(section):
                if not known.is_again(name, text):
                    outcome = function(text, *args, **kwargs)
                    known.note(name, text, rest)
                elif text:  # which the browser sent once more
                    key.set("")
                known.end()

        return act

    return decorate


@contextmanager
def refused_in(section: Section) -> Iterator[None]:
    """Keep what is refused inside for its section, in place of what was refused there before."""
    _take(section)
    try:
        with disk.in_plain_words():
            yield
    except Refused as refused:
        _REFUSED.set({**_REFUSED.get(), section.name: str(refused)})


@contextmanager
def refusals() -> Iterator[None]:
    """Show a refusal, or what a disk didn't do, where it happens, and go on below it."""
    try:
        with disk.in_plain_words():
            yield
    except Refused as refused:
        show_refusal(refused)


def show_refusal(refused: Refused) -> None:
    """Show what was refused, where, and what to do, as plain text."""
    _error(str(refused))


def show_rest() -> None:
    """Show what was refused in a section that is no longer on the page, at the end of a page's script."""
    presses().page_is_shown()
    for text in _REFUSED.pop().values():
        st.toast(_sentence(text), icon=":material/block:", duration="infinite")


def remember(message: str) -> None:
    """Keep what an act did for the next run of the page, in place of what was kept before."""
    _MESSAGE.set(message)


def is_waiting() -> bool:
    """Whether an act has left a message that the page has not shown: it has something new to show elsewhere too.

    A fragment, which Streamlit runs by itself after an act in it, asks this to run the whole page.
    """
    return bool(_MESSAGE.get())


def show_message(kind: Literal["toast", "box"]) -> None:
    """Show what the last act did, once, as plain text: in the corner of the window, or here."""
    message = _MESSAGE.pop()
    if not message:
        return
    if kind == "toast":
        st.toast(plain(message), icon=":material/check:", duration="long")
    else:
        st.success(plain(message), icon=":material/check:", width=760)


def _take(section: Section) -> str:
    waiting = dict(_REFUSED.get())
    text = waiting.pop(section.name, "")
    if text:
        _REFUSED.set(waiting)
    return text


def _error(text: str) -> None:
    st.error(_sentence(text), icon=":material/block:")


def _sentence(text: str) -> str:
    return plain(text[:1].upper() + text[1:])
