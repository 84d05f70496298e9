"""The link that somebody followed before they had to sign in, which Streamlit forgets on the way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
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


class DeepLinks:
    """The last link that each browser followed, by its token; the oldest are forgotten beyond `most`."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._links: dict[bytes, DeepLink] = {}
        self._lock = Lock()

    def keep(self, browser: bytes, link: DeepLink) -> None:
        """Keep what a browser asked for, instead of what it asked for before."""
        with self._lock:
            self._links.pop(browser, None)
            self._links[browser] = link
            if len(self._links) > self._most:
                del self._links[next(iter(self._links))]

    def take(self, browser: bytes) -> DeepLink | None:
        """Return what a browser asked for, once; None where it asked for nothing."""
        with self._lock:
            return self._links.pop(browser, None)


@st.cache_resource(show_spinner=False)
def _links() -> DeepLinks:
    return DeepLinks()


def keep(path: str) -> None:
    """Keep the link that this browser followed: the page at this path, with the query it has now."""
    browser = browser_of(st.context.cookies)
    if browser is not None:
        query = {name: st.query_params.get_all(name) for name in st.query_params}
        _links().keep(browser, DeepLink(path, query))


def take() -> DeepLink | None:
    """Return the link that this browser followed, once; None where it followed none."""
    browser = browser_of(st.context.cookies)
    return None if browser is None else _links().take(browser)


def browser_of(cookies: Mapping[str, str]) -> bytes | None:
    """Return what sets browsers apart: the token that Streamlit gives each against forged requests.

    Signing in leaves the app and comes back in another session, to the bare address; this token stays.
    It does not identify a person, and somebody who copied it would only be led to a page of the app.
    """
    cookie = cookies.get(_COOKIE)
    return decode_xsrf_token_string(cookie)[0] if cookie else None
