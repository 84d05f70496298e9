"""One walk through the app as a reviewer takes it, in a real Chromium, with a picture of every page."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from composer.export import faults
from composer.home import Home
from tests.browser.conftest import SCREENS

pytestmark = pytest.mark.browser

WIDTHS = (1440, 800)
PAGES = ("inbox", "runs", "library", "prompts")


def opened(chromium: Browser, address: str, width: int = 1440) -> Page:
    page = chromium.new_page(viewport={"width": width, "height": 1000})
    page.set_default_timeout(30_000)
    page.goto(address)
    settled(page)
    return page


def settled(page: Page) -> None:
    """Wait until the script behind the page has run to its end, and the browser has drawn what it sent.

    The browser fetches the code of some elements only when it first meets them, and draws these later.
    """
    page.get_by_test_id("stApp").wait_for()
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning", timeout=30_000)
    page.wait_for_load_state("networkidle")
    expect(page.get_by_test_id("stSkeleton")).to_have_count(0)
    shown, before = "", None
    while shown != before:
        before = shown
        page.wait_for_timeout(400)
        shown = page.get_by_test_id("stMain").inner_text()


def pictured(page: Page, name: str) -> None:
    """Keep a picture of the whole page, and see that nothing on it is wider than the window."""
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


@pytest.mark.parametrize("width", WIDTHS)
def test_every_page_fits_its_window_with_data(chromium: Browser, app: str, width: int) -> None:
    for name in (*PAGES, "candidate?candidate=1"):
        page = opened(chromium, f"{app}/{name}", width)
        pictured(page, name.partition("?")[0])
        page.close()


@pytest.mark.parametrize("width", WIDTHS)
def test_every_page_says_what_to_do_next_where_there_is_nothing(
    chromium: Browser, empty_app: str, width: int
) -> None:
    for name in (*PAGES, "candidate"):
        page = opened(chromium, f"{empty_app}/{name}", width)
        pictured(page, f"{name}-empty")
        page.close()


def test_a_reviewer_reads_approves_and_exports(
    chromium: Browser, app: str, furnished: Home, tmp_path: Path
) -> None:
    page = opened(chromium, app)
    expect(page.get_by_role("heading", name="Inbox")).to_be_visible()
    page.get_by_role("link", name="relatedness → qwen2.5-coder-1.5b").click()
    settled(page)
    assert "candidate=1" in page.url

    story = page.get_by_text("sealed test examples")
    expect(story).to_contain_text("NMSE falls by")
    expect(page.get_by_text("people-anchors").first).to_be_visible()
    headings = [heading.inner_text() for heading in page.get_by_role("heading", level=2).all()]
    order = ["What changes", "What it gains and breaks", "Every example", "How sure", "Your verdict"]
    told = [next(name for name in order if heading.startswith(name)) for heading in headings]
    assert told == order

    page.get_by_label("Reason").fill("Fewer unrelated pairs rated high; the worse ones are near ties.")
    page.get_by_label("Reason").press("Tab")
    settled(page)
    approve = page.get_by_role("button", name="Approve")
    expect(approve).to_be_enabled()
    approve.click()
    settled(page)
    expect(page.get_by_text("is now the prompt of relatedness")).to_be_visible()
    pictured(page, "candidate-approved")

    page.get_by_role("link", name="See it in Prompts").click()
    settled(page)
    expect(page.get_by_role("heading", name="Prompts")).to_be_visible()
    page.get_by_role("link", name=re.compile("release 2")).first.click()
    settled(page)
    expect(page.get_by_text("People gave 5 only to two reports of the same event").first).to_be_visible()
    page.get_by_role("button", name="Write the pack").click()
    settled(page)
    expect(page.get_by_text("Written.")).to_be_visible()
    pictured(page, "prompts-exported")

    packs = list((furnished.packs / "relatedness--qwen2.5-coder-1.5b").iterdir())
    assert len(packs) == 1
    assert faults(packs[0]) == ()
    manifest = json.loads((packs[0] / "manifest.json").read_text())
    assert manifest["release"]["by"] == "Grace"
    assert manifest["release"]["reason"].startswith("Fewer unrelated pairs")
    page.close()


def test_a_link_to_an_open_row_survives_a_reload(chromium: Browser, app: str) -> None:
    page = opened(chromium, f"{app}/candidate?candidate=1&outcome=worse")
    before = page.get_by_test_id("stMain").inner_text()
    page.reload()
    settled(page)
    assert page.get_by_test_id("stMain").inner_text() == before
    page.close()
