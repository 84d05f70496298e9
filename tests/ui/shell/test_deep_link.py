"""The page somebody wanted before signing in: kept per browser, given back once, never without end."""

from __future__ import annotations

import pytest

from ui.shell import deep_link


class Browsers:
    """Whose browser it is that asks."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.token: bytes | None = None
        monkeypatch.setattr(deep_link, "_browser", lambda: self.token)

    def wants(self, token: bytes | None, path: str) -> None:
        self.token = token
        deep_link.keep(path)

    def gets(self, token: bytes | None) -> str | None:
        self.token = token
        found = deep_link.take()
        return found.path if found else None


@pytest.fixture
def browsers(monkeypatch: pytest.MonkeyPatch) -> Browsers:
    return Browsers(monkeypatch)


def test_each_browser_gets_its_last_wish_once(browsers: Browsers) -> None:
    browsers.wants(b"one", "runs")
    browsers.wants(b"two", "library")
    browsers.wants(b"one", "prompts")
    assert [browsers.gets(token) for token in (b"one", b"one", b"two", b"two")] == [
        "prompts",
        None,
        "library",
        None,
    ]


def test_a_browser_without_a_token_has_no_wish(browsers: Browsers) -> None:
    browsers.wants(None, "runs")
    assert browsers.gets(None) is None


def test_the_oldest_wishes_are_forgotten(browsers: Browsers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deep_link, "MOST", 2)
    for token in (b"one", b"two", b"three"):
        browsers.wants(token, "runs")
    assert [browsers.gets(token) for token in (b"one", b"two", b"three")] == [None, "runs", "runs"]
