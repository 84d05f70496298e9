"""Rows of the library ticked and opened by hand: what the table does in a browser no other test can see."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from composer.home.paths import Home
from tests.browser.conftest import served
from tests.browser.looking import PATIENCE_MS, settled

pytestmark = pytest.mark.browser

ROW, HEADER = 31, 31
"""Pixels that the table gives to a row, and to the heads above the first."""


@pytest.fixture
def address(template: Path, tmp_path: Path) -> Iterator[str]:
    shutil.copytree(template, tmp_path / "home")
    with served(Home(tmp_path / "home")) as found:
        yield found


def click_row(page: Page, number: int, across: int) -> None:
    """Click in a row, counted from 0, so many pixels from the left of the table; the first 30 tick it."""
    table = page.get_by_test_id("stDataFrame")
    table.click(position={"x": across, "y": HEADER + ROW * number + ROW // 2})
    settled(page)


def test_ticked_rows_are_tagged_at_once_and_a_click_opens_another(chromium: Browser, address: str) -> None:
    page = chromium.new_page(viewport={"width": 1440, "height": 1000})
    page.set_default_timeout(PATIENCE_MS)
    page.goto(f"{address}/library?tag=polarity")
    settled(page)
    for number in (0, 2):
        click_row(page, number, 15)
    expect(page.get_by_text("2 snippets", exact=True)).to_be_visible()
    click_row(page, 1, 90)
    expect(page.locator(".ic-open")).to_contain_text("Read the sentence to its end before you decide.")
    assert "snippet=to-the-end" in page.url
    expect(page.get_by_text("2 snippets", exact=True)).to_be_visible()
    page.get_by_role("button", name="Tags").click()
    page.get_by_label("Add", exact=True).click()
    page.get_by_role("option", name="relatedness").click()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Change tags").click()
    settled(page)
    expect(page.get_by_text("Changed the tags of 2 snippets.")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    settled(page)
    expect(page.get_by_text("Undone: the change of tags")).to_be_visible()
    page.close()
