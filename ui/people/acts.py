"""What the People page does, each with the way back: giving and taking roles, adding, removing, revoking."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from composer.review.role_changes import add_person, remove_person, set_roles
from library.roles import Person
from library.token_acts import revoke_token
from ui.shell.context import database, now
from ui.shell.html import plain
from ui.shell.notices import Section, action
from ui.shell.state import Key
from ui.shell.user import who

CHANGE, ADD, REMOVED, UNDO, TOKENS = (Section(one) for one in ("roles", "add", "removed", "undo-people", "tokens"))
NEW_NAME, NEW_EMAIL = Key("new-person", ""), Key("new-email", "")
NEW_ROLES: Key[list[str]] = Key("new-roles", [])


@dataclass(frozen=True)
class _Done:
    """What was done last: the person before it and after, None for one who wasn't there."""

    message: str
    before: Person | None
    after: Person | None


_LAST: Key[_Done | None] = Key("last-people-act", None)


def show_last() -> None:
    """Show what was done last, with the button that takes it back."""
    UNDO.show_refusal()
    last = _LAST.get()
    if last is None:
        return
    with st.container(border=True, horizontal=True, vertical_alignment="center", key="ic-last-act"):
        st.markdown(f":material/check: {plain(last.message)}", width="content")
        st.button("Undo", key="undo-people", type="tertiary", icon=":material/undo:", on_click=_undo, args=(last,))


@action(CHANGE)
def change(one: Person, grants: tuple[str, ...]) -> None:
    """Give somebody these roles instead of those the page showed."""
    with database().session() as session:
        after = set_roles(session, one.name, grants, by=who(), at=now(), was=one.grants)
    _LAST.set(_Done(f"{one.name} was {_roles(one)}, and is {_roles(after)}.", one, after))


@action(CHANGE)
def remove(one: Person) -> None:
    """Take every right from somebody."""
    with database().session() as session:
        remove_person(session, one.name, by=who(), at=now())
    _LAST.set(_Done(f"{one.name} can sign in no more; what they did stays under their name.", one, None))


@action(REMOVED)
def bring_back(one: Person) -> None:
    """Let somebody in again, with the roles they had."""
    _brought_back(one)


@action(ADD)
def add() -> None:
    """Add the person whose name, e-mail and roles were written."""
    with database().session() as session:
        roles = tuple(NEW_ROLES.get())
        added = add_person(session, NEW_NAME.get(), NEW_EMAIL.get(), roles, by=who(), at=now())
    for key in (NEW_NAME, NEW_EMAIL):
        key.set("")
    NEW_ROLES.set([])
    _LAST.set(_Done(f"{added.name}, {added.email}, was added: {_roles(added)}.", None, added))


@action(TOKENS)
def revoke(name: str) -> str:
    """Revoke a service token."""
    with database().session() as session:
        revoke_token(session, name, by=who(), at=now())
    return f"Token {name} can't act any more."


@action(UNDO)
def _undo(last: _Done) -> None:
    if last.before is None:
        assert last.after is not None
        with database().session() as session:
            remove_person(session, last.after.name, by=who(), at=now())
    elif last.after is None:
        _brought_back(last.before)
        return
    else:
        with database().session() as session:
            set_roles(session, last.before.name, last.before.grants, by=who(), at=now(), was=last.after.grants)
    _LAST.pop()


def _brought_back(one: Person) -> None:
    with database().session() as session:
        back = add_person(session, one.name, one.email, one.grants, by=who(), at=now())
    _LAST.set(_Done(f"{back.name} may sign in again: {_roles(back)}.", None, back))


def _roles(one: Person) -> str:
    return ", ".join(one.grants)
