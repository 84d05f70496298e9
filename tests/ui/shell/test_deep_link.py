"""The page somebody wanted before signing in: kept per browser, given back once, never without end."""

from __future__ import annotations

from streamlit.web.server.starlette.starlette_app_utils import generate_xsrf_token_string

from ui.shell.deep_link import DeepLink, DeepLinks, browser_of

RUNS, LIBRARY, PROMPTS = (DeepLink(name, {}) for name in ("runs", "library", "prompts"))


def test_each_browser_gets_its_last_wish_once() -> None:
    links = DeepLinks()
    links.keep(b"one", RUNS)
    links.keep(b"two", LIBRARY)
    links.keep(b"one", PROMPTS)
    assert [links.take(token) for token in (b"one", b"one", b"two", b"two")] == [PROMPTS, None, LIBRARY, None]


def test_a_browser_is_known_by_its_token_whatever_mask_streamlit_puts_on_it() -> None:
    cookies = {"_streamlit_xsrf": generate_xsrf_token_string(b"0123456789abcdef", 1)}
    assert browser_of(cookies) == b"0123456789abcdef"


def test_a_browser_without_a_token_has_no_wish() -> None:
    assert browser_of({}) is None
    assert browser_of({"_streamlit_xsrf": ""}) is None


def test_the_oldest_wishes_are_forgotten() -> None:
    links = DeepLinks(most=2)
    for token in (b"one", b"two", b"three"):
        links.keep(token, RUNS)
    assert [links.take(token) for token in (b"one", b"two", b"three")] == [None, RUNS, RUNS]
