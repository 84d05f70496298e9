"""The link that somebody followed before they had to sign in, which Streamlit forgets on the way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import Lock

import streamlit as st
from streamlit.web.server.starlette.starlette_app_utils import decode_xsrf_token_string

MOST = 1000
_COOKIE = "_streamlit_xsrf"


@dataclass(frozen=True)
class DeepLink:
    """A page by its path, and the query of its link."""

    path: str
    query: Mapping[str, list[str]]


@dataclass
class _Kept:
    links: dict[bytes, DeepLink] = field(default_factory=dict)
    lock: Lock = field(default_factory=Lock)


@st.cache_resource(show_spinner=False)
def _kept() -> _Kept:
    return _Kept()


def keep(path: str) -> None:
    """Keep the link that this browser followed: the page at this path, with the query it has now."""
    browser = _browser()
    if browser is None:
        return
    query = {name: st.query_params.get_all(name) for name in st.query_params}
    with _kept().lock:
        links = _kept().links
        links.pop(browser, None)
        links[browser] = DeepLink(path, query)
        if len(links) > MOST:
            del links[next(iter(links))]


def take() -> DeepLink | None:
    """Return the link that this browser followed, once; None where it followed none."""
    browser = _browser()
    if browser is None:
        return None
    with _kept().lock:
        return _kept().links.pop(browser, None)


def _browser() -> bytes | None:
    """Return what sets browsers apart: the token that Streamlit gives each against forged requests.

    Signing in leaves the app and comes back in another session, to the bare address; this token stays.
    It does not identify a person, and somebody who copied it would only be led to a page of the app.
    """
    cookie = st.context.cookies.get(_COOKIE)
    return decode_xsrf_token_string(cookie)[0] if cookie else None
