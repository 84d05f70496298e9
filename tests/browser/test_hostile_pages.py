"""Hostile texts on every page and in the review pack, in a real Chromium: nothing runs, and nothing is fetched."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest
from playwright.sync_api import Browser, Page

from composer.home.paths import Home
from tests.browser.conftest import served
from tests.browser.looking import PATIENCE_MS, settled
from tests.hostile_home import ALIVE, CANARY, furnish
from tests.ui.test_hostile_pages import PAGES

pytestmark = pytest.mark.browser

ONE_EACH = dict(reversed(PAGES))
"""Each page once, by the first of its links."""
FOREIGN = """() => [...document.querySelectorAll('[href], [src], [action], [onerror], [onclick], [onmouseover]')]
  .filter(one => one.onerror || one.onclick && one.getAttribute('onclick') || one.getAttribute('onmouseover')
    || [one.href, one.src, one.action].some(to => typeof to === 'string'
         && !to.startsWith(location.origin) && /^(https?|mailto|javascript|ftp):/.test(to)))
  .map(one => one.outerHTML.slice(0, 200))"""
"""What leads elsewhere, or runs when it is touched."""


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of the app on a home of hostile texts."""
    home = Home(tmp_path_factory.mktemp("hostile") / "home")
    furnish(home)
    with served(home) as address:
        yield address


class Watched:
    """A page, and what hostile texts brought about on it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.seen: list[str] = []
        page.set_default_timeout(PATIENCE_MS)
        page.on("dialog", lambda one: (self.seen.append(f"dialog {one.message}"), one.dismiss()))
        page.on("request", lambda one: self.seen.append(f"request {one.url}") if _is_foreign(one.url) else None)
        page.on("popup", lambda one: self.seen.append(f"window {one.url}"))

    def look(self) -> list[str]:
        """Touch all that can be hovered over, and return what came alive."""
        for one in self.page.locator(".ic b, .ic a, .ic td, [data-testid=stMarkdownContainer]").all()[:6]:
            if one.is_visible():
                one.hover(force=True, timeout=2000, no_wait_after=True)
        titled = [f"title {ALIVE}"] if self.page.title() == ALIVE else []
        return [*self.seen, *titled, *self.page.evaluate(FOREIGN)]


def _is_foreign(url: str) -> bool:
    parts = urlsplit(url)
    return parts.netloc == CANARY or (parts.scheme.startswith("http") and parts.hostname != "127.0.0.1")


def test_nothing_of_a_hostile_text_runs_or_is_fetched_on_any_page(chromium: Browser, hostile: str) -> None:
    met = 0
    for name, link in ONE_EACH.items():
        watched = Watched(chromium.new_page(viewport={"width": 1440, "height": 2400}))
        watched.page.goto(f"{hostile}/{name}?{urlencode(link)}")
        settled(watched.page)
        assert watched.look() == [], name
        met += CANARY in watched.page.get_by_test_id("stMain").inner_text()
        watched.page.close()
    assert met > len(ONE_EACH) / 2


def test_a_table_offers_no_file_but_ours(chromium: Browser, hostile: str) -> None:
    page = chromium.new_page(viewport={"width": 1440, "height": 1600})
    page.goto(f"{hostile}/library")
    settled(page)
    page.get_by_test_id("stDataFrame").first.hover()
    toolbar = page.get_by_role("button", name="Search").first
    toolbar.wait_for()
    of_streamlit = page.get_by_role("button", name="Download as CSV", include_hidden=True).all()
    assert of_streamlit
    assert not any(one.is_visible() for one in of_streamlit)
    page.close()


def test_nothing_of_a_hostile_text_runs_or_is_fetched_in_a_review_pack(
    chromium: Browser, hostile: str, tmp_path: Path
) -> None:
    page = chromium.new_page(viewport={"width": 1440, "height": 2400})
    page.goto(f"{hostile}/candidate?candidate=3")
    settled(page)
    with page.expect_download() as coming:
        page.get_by_role("button", name="Review pack").click()
    coming.value.save_as(tmp_path / "pack.html")
    page.close()
    with _folder(tmp_path) as address:
        watched = Watched(chromium.new_page())
        watched.page.goto(f"{address}/pack.html")
        assert CANARY in watched.page.inner_text("main")
        assert watched.look() == []
        watched.page.close()


class _folder:
    """Serve a folder on loopback: an address that scripts could ask from, unlike that of a file."""

    def __init__(self, folder: Path) -> None:
        handler = type("Quiet", (http.server.SimpleHTTPRequestHandler,), {"log_message": lambda *_: None})
        self._server = http.server.ThreadingHTTPServer(
            ("127.0.0.1", 0), lambda *given: handler(*given, directory=str(folder))
        )

    def __enter__(self) -> str:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{self._server.server_port}"

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


def test_what_runs_or_is_fetched_is_noticed(chromium: Browser, tmp_path: Path) -> None:
    from tests.hostile_home import HOSTILE

    (tmp_path / "alive.html").write_text(f"<!doctype html><main>{HOSTILE}</main>")
    with _folder(tmp_path) as address:
        watched = Watched(chromium.new_page())
        watched.page.goto(f"{address}/alive.html")
        watched.page.wait_for_function(f"document.title === {ALIVE!r}")
        found = watched.look()
        watched.page.close()
    assert {one.split()[0] for one in found} >= {"request", "title", "<img", "<a"}
