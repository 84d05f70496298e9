"""What browser tests do alike: wait until a page stands still, and keep a picture of it."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import SCREENS

PATIENCE_MS = 30_000


def settled(page: Page) -> None:
    """Wait until the script behind the page has run to its end, and the browser has drawn what it sent.

    The browser fetches the code of some elements only when it first meets them, and draws these later.
    """
    page.get_by_test_id("stApp").wait_for()
    expect(page.get_by_test_id("stApp")).to_have_attribute(
        "data-test-script-state", "notRunning", timeout=PATIENCE_MS
    )
    page.wait_for_load_state("networkidle")
    expect(page.get_by_test_id("stSkeleton")).to_have_count(0)
    shown, before = "", None
    while shown != before:
        before = shown
        page.wait_for_timeout(200)
        shown = page.get_by_test_id("stMain").inner_text()


def told(page: Page) -> str:
    """Return all that a page says, but for how long ago things were."""
    return re.sub(r"just now|\d+ (min|h|d) ago", "…", page.get_by_test_id("stMain").inner_text())


def pictured(page: Page, name: str) -> None:
    """Keep a picture of the whole page, and see that nothing on it is wider than the window, or an error."""
    SCREENS.mkdir(parents=True, exist_ok=True)
    width = page.viewport_size["width"] if page.viewport_size else 0
    height = page.evaluate("document.querySelector('[data-testid=\"stMain\"]').scrollHeight")
    page.set_viewport_size({"width": width, "height": max(1000, int(height) + 80)})
    page.wait_for_timeout(600)
    page.screenshot(path=str(SCREENS / f"{name}-{width}.png"))
    page.set_viewport_size({"width": width, "height": 1000})
    main = page.get_by_test_id("stMain")
    assert main.evaluate("e => e.scrollWidth <= e.clientWidth + 1"), f"{name} is wider than {width} pixels"
    assert page.get_by_test_id("stException").count() == 0
    assert page.get_by_text("Page not found").count() == 0
