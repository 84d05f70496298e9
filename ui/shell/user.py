"""Who is looking: the person who signed in, or the one local person of a home in which nobody does."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import streamlit as st

from composer.home.person import person
from composer.home.signin import auth_file, is_loopback, read_sign_in
from library.errors import Refused
from library.people import NotAllowed, by_email, someone
from library.roles import Person
from ui.shell import deep_link
from ui.shell.context import EXAMPLE, now, own_database, this_home
from ui.shell.html import plain, safe
from ui.shell.page import html
from ui.shell.state import Key, this_run


def _identity(person: Person) -> tuple[str, bool, tuple[str, ...]]:
    return person.name, person.local, person.grants


BY_PERSON: dict[str | type, Callable[[Any], Any]] = {Person: _identity}
"""For Streamlit's caches: what is kept for one person is kept by who they are and what they may do."""

SIGNED_IN_SECONDS = 12 * 3600
"""How long somebody stays signed in, where the token of their provider does not last longer."""

# Out of the page's flow, in the row of its header, which leaves room for it.
CORNER = """<style>
[data-testid="stLayoutWrapper"]:has(> .st-key-ic-who) {
  position: fixed; top: 0.65rem; right: 1rem; width: auto; max-width: 11rem; z-index: 999991;
}
.st-key-ic-who button p { white-space: nowrap; overflow: hidden; text-overflow: ellipsis; max-width: 9rem; }
[data-testid="stHeader"] { padding-right: 12rem; }
</style>"""


@dataclass(frozen=True)
class Visitor:
    """Who opened the app; `person` is None for whoever may not see it, with the `reason`.

    `email` is the one that the provider gives for somebody who signed in, empty where nobody did; `verified` is
    False where the provider has not checked that it is theirs. `ended` is whether what they signed in with has
    expired.
    """

    person: Person | None
    email: str = ""
    verified: bool = True
    reason: str = ""
    ended: bool = False

    @property
    def is_shut_out(self) -> bool:
        """Whether this home has people who sign in to it, and its local person opened it without signing in."""
        return self.person is not None and self.person.local and not self.person.may("reviewer")


_VISITOR: Key[tuple[object, Visitor] | None] = Key("visitor", None)
"""The visitor, with the run of the script that read who it is."""


def visitor() -> Visitor:
    """Return who is there, read once in a run of the script.

    Raises `Refused` where the app can't know who it is, or must not answer.
    """
    run, known = this_run(), _VISITOR.get()
    if run is not None and known is not None and known[0] is run:
        return known[1]
    found = _read_visitor()
    if run is not None:
        _VISITOR.set((run, found))
    return found


def _read_visitor() -> Visitor:
    if not _signs_in():
        _check_alone()
        with own_database().session() as session:
            return Visitor(someone(session, person()))
    signing = read_sign_in(this_home(), st.get_option("server.port"))
    if st.user.get("is_logged_in") is not True:
        return Visitor(None)
    email = str(st.user.get("email") or "")
    if signing is not None and not _is_meant_for(signing.client_id, st.user.get("aud"), st.user.get("azp")):
        return Visitor(None, reason="Your provider signed you in to another app, not to this one.")
    if not _lasts(st.user.get("exp"), st.user.get("iat")):
        return Visitor(None, ended=True)
    if not email:
        return Visitor(None, reason="Your provider did not give your e-mail address.")
    if str(st.user.get("email_verified", True)).lower() != "true":
        return Visitor(None, email, False, f"Your provider has not verified that {email} is yours.")
    with own_database().session() as session:
        known = by_email(session, email)
    reason = "" if known else f"You signed in as {email}, and nobody has added that address here."
    return Visitor(known, email, reason=reason)


def me() -> Person:
    """Return who acts, with their roles; raises `NotAllowed` where somebody has to sign in first.

    The recorded example is there to be read: everybody is a viewer in it.
    """
    found = visitor().person
    if found is None:
        raise NotAllowed("nobody known here is signed in", fix="Load the page again, and sign in.")
    return replace(found, roles=frozenset({"viewer"}), by_task=frozenset()) if EXAMPLE.get() else found


def who() -> str:
    """Return the name under which what is done here is logged; raises `NotAllowed` as `me` does."""
    return me().name


def outside(guest: Visitor, path: str) -> None:
    """Show somebody who may not see the pages how to get in; `path` is the page they asked for."""
    if not guest.reason:
        st.title("Sign in")
        if guest.ended:
            st.warning("Your sign-in has ended: it counts for twelve hours.", icon=":material/lock:")
        st.markdown("Prompts are reviewed and released here by people who are known by name.")
        st.button("Sign in", key="ic-sign-in", type="primary", on_click=_sign_in, args=(path,))
        return
    st.title("Not known here")
    html(f'<div class="ic"><p>{safe(guest.reason)} {_way_in(guest)}</p></div>')
    st.button("Sign out", key="ic-sign-out", on_click=st.logout)


def corner(guest: Visitor) -> None:
    """Show in the page's header who is signed in, and let them sign out; where nobody can, what is missing."""
    if guest.person is None:
        return
    if not guest.person.local:
        st.html(CORNER)
        with st.container(key="ic-who"), st.popover(plain(guest.person.name), type="tertiary"):
            roles = ", ".join(guest.person.grants)
            html(f'<div class="ic ic-small"><div>{safe(guest.person.email)}</div><div>{safe(roles)}</div></div>')
            st.button("Sign out", key="ic-sign-out", on_click=st.logout)
        return
    if guest.is_shut_out:
        missing = "Nothing can be decided here: people sign in to this home, and its auth.toml is missing."
        st.warning(f"{missing} `composer app` shows what to write into it.", icon=":material/lock:")


def _signs_in() -> bool:
    return "is_logged_in" in st.user


def _is_meant_for(client: str, audience: object, party: object) -> bool:
    """Whether an id token was issued to this app, the only one of several audiences that asked for it."""
    audiences = [audience] if isinstance(audience, str) else audience
    if not isinstance(audiences, list) or client not in audiences:
        return False
    return party in (None, client) and (len(audiences) == 1 or party == client)


def _lasts(expires: object, issued: object) -> bool:
    """Whether a sign-in counts now: a working day, or as long as its id token where that is longer.

    Many providers give tokens of an hour, and Streamlit's cookie outlives any by weeks and asks nobody.
    """
    if not isinstance(expires, int | float):
        return False
    day = issued + SIGNED_IN_SECONDS if isinstance(issued, int | float) else expires
    return now().timestamp() < max(day, expires)


def _sign_in(path: str) -> None:
    deep_link.keep(path)
    st.login()


def _way_in(guest: Visitor) -> str:
    """Return what somebody who signed in and isn't let in can do about it, as HTML."""
    if not guest.email:
        return "Sign in with an account that has one."
    if not guest.verified:
        return "Verify it there, then sign in again."
    command = f"composer people add NAME {shlex.quote(guest.email)}"
    return f"Someone with the role admin lets you in with <code>{safe(command)}</code>"


def _check_alone() -> None:
    """Refuse to answer other machines in an app in which nobody signs in, however it was started."""
    if auth_file(this_home()).exists():
        raise Refused("this app was started without the home's auth.toml", fix="Start it with `composer app`.")
    if not is_loopback(st.get_option("server.address") or ""):
        raise Refused(
            "other machines can reach this app, and nobody has to sign in", fix="Start it with `composer app`."
        )
