"""Labelling by keys in a real Chromium: each is stored once, and what two people do is not mixed."""

from __future__ import annotations

import re
import sqlite3
import time
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from composer.home.paths import Home
from composer.labelling.queueing import queue_unlabelled
from composer.registry.tasks import add_task, get_task
from library.database import open_database
from tests import small
from tests.browser.conftest import served
from tests.browser.looking import PATIENCE_MS, pictured, settled
from tests.composer.labelling import queues

pytestmark = pytest.mark.browser

SCALE = {"field": "rating", "kind": "ordinal", "low": -4, "high": 4}


@pytest.fixture
def waiting(tmp_path: Path) -> Home:
    """A home in which nineteen rows of a task from −4 to 4 wait to be rated."""
    home = Home(tmp_path / "home")
    database = open_database(home.path)
    with database.session() as session:
        add_task(session, small.task(output=SCALE), by="Ada (local)", at=small.NOW)
        queue_unlabelled(
            session, get_task(session, "small"), queues.rows(19), raters=2, by="Ada (local)", at=small.NOW
        )
    database.close()
    return home


def acts(home: Home) -> list[tuple[int, str, float | None]]:
    with sqlite3.connect(home.database) as rows:
        found = rows.execute("select queued_id, kind, value from rating order by id").fetchall()
    return list(found)


def example(page: Page) -> str:
    """Return what the card of the example says; empty where there is none."""
    return str(page.evaluate("document.querySelector('.ic-to-rate')?.innerText ?? ''"))


def pressed(page: Page, *keys: str) -> None:
    """Press keys one after the other, and wait until another example is shown, or none."""
    before = example(page)
    for key in keys:
        page.keyboard.press(key)
    deadline = time.monotonic() + PATIENCE_MS / 1000
    while example(page) == before:
        assert time.monotonic() < deadline, f"{keys} changed nothing"
        page.wait_for_timeout(20)


def test_a_queue_is_rated_by_keys_alone(chromium: Browser, waiting: Home) -> None:
    with served(waiting) as address:
        page = chromium.new_page(viewport={"width": 1440, "height": 1000})
        page.set_default_timeout(PATIENCE_MS)
        page.goto(f"{address}/label")
        settled(page)
        pressed(page, "3")
        pressed(page, "-", "2")
        page.keyboard.press("Enter")
        pressed(page, "s")
        before = example(page)
        pressed(page, "u")
        assert example(page) != before
        assert [one[1:] for one in acts(waiting)] == [
            ("rating", 3.0),
            ("rating", -2.0),
            ("skip", None),
            ("undo", None),
        ]
        with sqlite3.connect(waiting.database) as rows:  # it undid the skip, whatever buttons were still there
            assert rows.execute("select about from rating where kind = 'undo'").fetchall() == [(3,)]
        page.keyboard.press("n")
        expect(page.locator("input[aria-label='Note']:focus")).to_have_count(1, timeout=PATIENCE_MS)
        page.keyboard.type("4 or 5? u")
        page.keyboard.press("Escape")
        settled(page)
        pressed(page, "0")
        assert len(acts(waiting)) == 5

        shown = example(page)
        page.keyboard.press("4")
        page.keyboard.press("2")  # at once: nobody has seen the next example yet
        expect(page.locator(".ic-to-rate")).not_to_have_text(shown, timeout=PATIENCE_MS)
        settled(page)
        assert [one[2] for one in acts(waiting)[5:]] == [4.0]
        pictured(page, "label")

        page.reload()
        settled(page)
        expect(page.get_by_text("4 of 19 rated by you")).to_be_visible(timeout=PATIENCE_MS)
        page.get_by_role("button", name="−4", exact=True).dblclick()
        settled(page)
        assert len(acts(waiting)) == 7
        for _ in range(14):  # as fast as the page follows
            pressed(page, "1")
        expect(page.get_by_text("You are through: 19 rated")).to_be_visible(timeout=PATIENCE_MS)
        expect(page.get_by_role("link", name=re.compile("^Label$"))).to_be_visible(timeout=PATIENCE_MS)
        page.set_viewport_size({"width": 800, "height": 1000})
        settled(page)
        pictured(page, "label-through")
        page.close()
        assert len({item for item, kind, _ in acts(waiting) if kind == "rating"}) == 19
        with sqlite3.connect(waiting.database) as rows:
            assert rows.execute("select note from rating where note != ''").fetchall() == [("4 or 5? u",)]
