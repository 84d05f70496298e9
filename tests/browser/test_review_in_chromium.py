"""One walk through the app as a reviewer takes it, in a real Chromium, with a picture of every page."""

from __future__ import annotations

import json
import re
import sqlite3

import pytest
from playwright.sync_api import Browser, Page, expect

from composer.home.paths import Home
from composer.release.verification import faults
from tests.browser.deciding import (
    accept_the_rest,
    button,
    decide,
    expect_state,
    expect_strip,
    release,
    say,
)
from tests.browser.looking import PATIENCE_MS, pictured, settled, told

pytestmark = pytest.mark.browser

WIDTHS = (1440, 800)
PAGES = ("inbox", "runs", "data", "library", "prompts", "task", "activity")


def opened(chromium: Browser, address: str) -> Page:
    page = chromium.new_page(viewport={"width": WIDTHS[0], "height": 1000})
    page.set_default_timeout(PATIENCE_MS)
    page.goto(address)
    settled(page)
    return page


def pictured_at_every_width(page: Page, name: str) -> None:
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 1000})
        settled(page)
        pictured(page, name)
    page.close()


def test_every_page_fits_its_window_with_data(chromium: Browser, app: str) -> None:
    compared = "compare?task=relatedness&columns=candidate:1,base"
    library = ("library?part=dead+weight", "library?part=new+draft", "snippet?key=irony")
    others = ("task?name=polarity", "candidate?candidate=1", compared, "runs?how=Pick+by+hand", *library)
    for name in (*PAGES, *others):
        pictured_at_every_width(opened(chromium, f"{app}/{name}"), name.partition("&")[0].replace("?", "-"))


def test_a_composition_picked_by_hand_is_ordered_and_previewed(chromium: Browser, app: str) -> None:
    page = opened(chromium, f"{app}/runs?how=Pick+by+hand")
    page.get_by_label("Task").first.click()
    page.get_by_role("option", name="relatedness").click()
    settled(page)
    for key in ("json-alone", "lean-low"):
        adding = page.get_by_label("Add a snippet")
        adding.click()
        adding.fill(key)
        page.get_by_role("option", name=key).click()
        settled(page)
    page.get_by_role("button", name="arrow_upward").nth(1).click()
    settled(page)
    shown = page.locator(".ic-diff").first.inner_text()
    assert shown.index("take the lower one") < shown.index("Write the JSON object")
    assert page.get_by_role("button", name="Start").is_enabled()


def test_every_page_says_what_to_do_next_where_there_is_nothing(chromium: Browser, empty_app: str) -> None:
    for name in (*PAGES, "candidate", "snippet"):
        pictured_at_every_width(opened(chromium, f"{empty_app}/{name}"), f"{name}-empty")


def test_back_after_filters_shows_what_the_link_holds(chromium: Browser, app: str) -> None:
    page = opened(chromium, f"{app}/inbox")
    for act in (
        lambda: page.get_by_role("radio", name=re.compile("^released")).click(),
        lambda: say(page, "Filter", "polarity"),
        lambda: page.get_by_role("radio", name=re.compile("^all")).click(),
    ):
        act()
        settled(page)
    for state in ("state=released", "inbox$"):
        page.go_back()
        expect(page).to_have_url(re.compile(state))
        settled(page)
        fresh = opened(chromium, page.url)
        assert told(page) == told(fresh)
        assert page.get_by_label("Filter", exact=True).input_value() == (
            fresh.get_by_label("Filter", exact=True).input_value()
        )
        fresh.close()
    page.close()


def test_a_comment_sent_by_a_double_click_is_written_once(chromium: Browser, app: str, furnished: Home) -> None:
    page = opened(chromium, f"{app}/candidate?candidate=1")
    texts = [f"What became of rating {number}?" for number in (5, 4, 3, 2)]
    for text in texts:
        page.get_by_label("Comment", exact=True).fill(text)
        button(page, "Comment").dblclick()
        expect(page.get_by_text(text).first).to_be_visible()
        settled(page)
        expect(page.get_by_text(text)).to_have_count(1)
        expect(page.get_by_label("Comment", exact=True)).to_have_value("")
    with sqlite3.connect(furnished.database) as rows:
        assert rows.execute("select text from comment").fetchall() == [(text,) for text in texts]
    page.close()


def test_a_reviewer_reads_approves_releases_and_exports(chromium: Browser, app: str, furnished: Home) -> None:
    page = opened(chromium, app)
    expect(page.get_by_role("heading", name="Inbox")).to_be_visible()
    page.get_by_role("link", name="relatedness → qwen2.5-coder-1.5b").click()
    expect(page).to_have_url(re.compile("candidate=1"))
    settled(page)

    story = page.get_by_text("sealed test examples")
    expect(story).to_contain_text("NMSE falls by")
    expect(page.get_by_text("people-anchors").first).to_be_visible()
    headings = [heading.inner_text() for heading in page.get_by_role("heading", level=2).all()]
    order = ["What changes", "What it gains and breaks", "Every example", "How sure", "Discussion", "Your verdict"]
    found = [next(name for name in order if heading.startswith(name)) for heading in headings]
    assert found == order

    page.locator("path[aria-label*='loss after'][aria-label*='outcome: worse']").last.click(force=True)
    expect(page).to_have_url(re.compile("row="))
    opened_row = re.search("row=([^&#]+)", page.url)
    assert opened_row
    expect(page.get_by_text(f"{opened_row[1]} is open under Every example")).to_be_visible()
    settled(page)

    expect(button(page, "Approve")).to_be_disabled()
    accept_the_rest(page, "Near ties, all of them.")
    decide(page, "Approve", "Fewer unrelated pairs rated high.")
    expect_state(page, "approved")
    expect_strip(page, "Approvals 1 of 1 (Grace (local))")
    pictured(page, "candidate-approved")
    button(page, "Release …").click()
    expect(page.get_by_role("dialog")).to_contain_text("in place of the bare base")
    settled(page)
    pictured(page, "candidate-release")
    release(page, "Fewer unrelated pairs rated high; the worse ones are near ties.")

    page.get_by_role("link", name="See it in Prompts").click()
    expect(page.get_by_role("heading", name="Prompts")).to_be_visible()
    settled(page)
    expect(page.locator("td.ic-here")).to_contain_text("release 2")
    expect(page.get_by_text("People gave 5 only to two reports of the same event").first).to_be_visible()
    button(page, "Write the pack").click()
    expect(page.get_by_text("Written.")).to_be_visible()
    settled(page)
    pictured(page, "prompts-exported")

    packs = list((furnished.packs / "relatedness--qwen2.5-coder-1.5b").iterdir())
    assert len(packs) == 1
    assert faults(packs[0]) == ()
    manifest = json.loads((packs[0] / "manifest.json").read_text())
    assert manifest["release"]["by"] == "Grace (local)"
    assert manifest["release"]["reason"].startswith("Fewer unrelated pairs")
    page.close()


def test_a_link_to_a_filter_survives_a_reload(chromium: Browser, app: str) -> None:
    page = opened(chromium, f"{app}/candidate?candidate=1&show=better&diff=side%20by%20side")
    before = told(page)
    page.reload()
    settled(page)
    assert told(page) == before
    page.close()
