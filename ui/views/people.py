"""People: who may do what, for every task or for one, and the tokens by which services act."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from composer.registry.tasks import task_names
from library.people import people, removed_people
from library.roles import ROLES, TASK_ROLES, Person
from library.tokens import Token, tokens
from ui.people import acts
from ui.people.table import csv, fits, table, tokens_table
from ui.shell import notices
from ui.shell.context import database, now
from ui.shell.html import count, plain
from ui.shell.page import empty, html, section
from ui.shell.user import me

NOBODY = "Nobody"


def listed(found: Sequence[Person], person: Person) -> None:
    """Show the people with a filter, and save them."""
    with st.container(horizontal=True, vertical_alignment="center"):
        wanted = st.text_input(
            "Filter",
            key="people",
            bind="query-params",
            placeholder="Filter by name, role or task",
            label_visibility="collapsed",
            width=260,
        )
        fitting = [one for one in found if fits(one, wanted or "")]
        content = csv(fitting, person)
        st.download_button(
            "CSV", content, "people.csv", "text/csv", key="csv", icon=":material/download:", on_click="ignore"
        )
    if not fitting:
        st.caption(f"None of {count(len(found), 'person', 'people')} fits this filter.")
        return
    html(table(fitting, person))


def editor(found: Sequence[Person], names: Sequence[str], person: Person) -> None:
    """Give and take the roles of the person whom the link names, or remove them."""
    section("Give and take roles")
    chosen = st.selectbox(
        "Person", [NOBODY, *(one.name for one in found)], key="person", bind="query-params", width=260
    )
    acts.CHANGE.show_refusal()
    one = next((each for each in found if each.name == chosen), None)
    if one is None:
        st.caption("Pick a person here, or by their name in the table.")
        return
    shown = f"{one.name}-{'-'.join(one.grants)}"  # what is picked here is of the roles that are shown
    everywhere = st.multiselect(
        "For every task", ROLES, [role for role in ROLES if role in one.roles], key=f"every-{shown}", width=560
    )
    by_task = [f"{role}:{task}" for task in dict.fromkeys((*names, *one.tasks)) for role in TASK_ROLES]
    held = [grant for grant in one.grants if ":" in grant]
    alone = st.multiselect(
        "For one task alone",
        by_task,
        held,
        key=f"task-{shown}",
        width=560,
        placeholder="Such as reviewer:polarity",
    )
    wanted = (*everywhere, *alone)
    leaves = one.name == person.name and "admin" in one.roles and "admin" not in everywhere
    if leaves:
        others = [each.name for each in found if each.may("admin") and each.name != one.name]
        way = f"{others[0]} could give it back." if others else "Give the role to somebody else first."
        st.warning(plain(f"You would not be an admin any more. {way}"), icon=":material/lock:")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            "Save",
            key="save-roles",
            type="primary",
            on_click=acts.change,
            args=(one, wanted),
            disabled=set(wanted) == set(one.grants),
        )
        st.button("Remove from this home", key="remove-person", on_click=acts.remove, args=(one,))
        st.caption("An approval of theirs counts while they hold the role for its task.", width="content")


def adding() -> None:
    """Take a new person."""
    section("Add a person")
    acts.ADD.show_refusal()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input("Name", key=acts.NEW_NAME.name, placeholder="Grace Hopper", width=220)
        st.text_input(
            "E-mail they sign in with", key=acts.NEW_EMAIL.name, placeholder="grace@example.org", width=240
        )
        st.multiselect("Roles for every task", ROLES, key=acts.NEW_ROLES.name, placeholder="viewer", width=300)
        st.button("Add", key="add-person", on_click=acts.add)


def gone(found: Sequence[Person]) -> None:
    """List who was removed, each with the way back."""
    if not found:
        return
    section("Removed", count(len(found), "person", "people"))
    acts.REMOVED.show_refusal()
    for one in found:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"{plain(one.name)} {plain(one.email)} {plain(', '.join(one.grants))}", width="content")
            st.button("Bring back", key=f"back-{one.name}", type="tertiary", on_click=acts.bring_back, args=(one,))


def services(found: Sequence[Token], *, may: bool) -> None:
    """List the tokens of services, and revoke one."""
    section("Tokens of CI and services", count(len(found), "token", "tokens") if found else "")
    acts.TOKENS.show_refusal()
    if not found:
        html(
            '<div class="ic"><p>CI and services act by tokens, each for a few things alone and never to decide. '
            "<code>composer tokens new NAME --may check --task TASK</code> makes one.</p></div>"
        )
        return
    at = now()
    html(tokens_table(found, at))
    active = [one.name for one in found if one.state(at) == "active"]
    if may and active:
        with st.container(horizontal=True, vertical_alignment="bottom"):
            name = st.selectbox("Token", active, key="token", width=260)
            st.button("Revoke", key="revoke-token", on_click=acts.revoke, args=(name,))
            st.caption("It acts no more from then on, and that can't be undone.", width="content")


st.title("People", anchor=False)
notices.show_message("toast")
person = me()
with database().session() as session:
    found, removed, names = people(session), removed_people(session), task_names(session)
    known = tokens(session)
may = person.may("admin")
acts.show_last()
if found:
    listed(found, person)
else:
    empty(
        "Nobody signs in here",
        "One local person does everything, and never counts as two. The first person you add makes this a home "
        "that people sign in to: from then on only they decide, each by their roles, and you still keep the "
        "library and the people on this machine.",
        "It takes an OpenID Connect provider in the home's `auth.toml`; `composer app` says what it has to hold.",
    )
if may:
    if found:
        editor(found, names, person)
    adding()
    gone(removed)
else:
    st.caption("Whoever has the role admin changes people here.")
services(known, may=may)
