"""The Models page and a prompt in use over time in the browser, with two models on a scripted server."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from composer.home.paths import Home
from composer.models.target import Target
from composer.registry.targets import add_target
from composer.release.publish import release_candidate
from composer.review.decisions import give_verdict
from composer.runs.plan import plan_proposal
from composer.runs.records import enter_run
from library.database import Database, open_database
from tests import small
from tests.browser.conftest import served
from tests.browser.deciding import SCROLLED, button
from tests.browser.looking import PATIENCE_MS, pictured, settled
from tests.composer.drift import labels
from tests.composer.matrix import several
from tests.scripted import ScriptedEngine, pretender
from tests.servers import ChatServer, Reply, chat

pytestmark = pytest.mark.browser

BY = "Grace (local)"
LARGE, LITTLE = "large", "little"
PRICES = {LARGE: 5.0, LITTLE: 0.5}
ROW = {"x": 60, "y": 52}
"""Where in a table its first row is."""


def answering() -> ChatServer:
    """A server with both models: the large one is right but on labels that come later, the little one rarely."""
    large = labels.engine(wrong=labels.new()).answer
    little = pretender(small.task(), labels.everything(), small.WORTH, skill=0.3)

    def reply(request: dict[str, Any]) -> Reply:
        system, user = (message["content"] for message in request["messages"])
        return chat((large if LARGE in request["model"] else little)(system, user))

    return ChatServer(reply)


def fill(database: Database, home: Home, folder: Path, api_base: str) -> None:
    """Measure a prompt on each model and release the large one's; the little one never met the bare base."""
    small.fill(database, folder)
    for number, (name, price) in enumerate(PRICES.items(), 1):
        target = Target(
            name=name, kind="server", model=name, api_base=api_base, price_per_million_tokens=price, parallel=4
        )
        with database.session() as session:
            add_target(session, target, by=BY, at=small.NOW)
            plan = plan_proposal(session, "small", name, ["exact", "topic"] if name == LARGE else ["topic"])
            run = enter_run(session, plan, by=BY, at=small.NOW)
        small.run(database, home, run, several.engine(0.3 / number))
    with database.session() as session:
        give_verdict(session, 1, "approve", reason="Clear gain.", by=BY, at=small.NOW)
        release_candidate(session, 1, reason="Clear gain.", by=BY, at=small.NOW)
    several.ask(database, home, "base", LARGE, 16, ScriptedEngine(labels.engine().answer))
    labels.policy(database, worst=30)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Database]]:
    """Address of the app, and the database of its home."""
    folder = tmp_path_factory.mktemp("two-models")
    home = Home(folder / "home")
    database = open_database(home.path)
    with answering() as server:
        fill(database, home, folder, server.api_base)
        with served(home) as address:
            yield address, database
    database.close()


def ask_the_little_one(page: Page) -> None:
    """See what it takes to ask the bare base there too, ask, and see both on the same examples."""
    main = page.get_by_test_id("stMain")
    expect(main).to_contain_text("Answered too few of these to be compared")
    expect(main).to_contain_text(re.compile(r"16 answers to pay.*0\.00"))
    button(page, "Ask about 16 development examples").click()
    standing = page.locator(".ic-table", has_text="others are compared with it")
    expect(standing.locator("tbody tr").nth(1)).to_contain_text("worse", timeout=2 * PATIENCE_MS)
    expect(main).to_contain_text("On the 16 of 16 development examples")
    settled(page)


def open_where_they_disagree(page: Page) -> None:
    """Open the example on which they are furthest apart, with what each answered."""
    table = page.get_by_test_id("stDataFrame")
    table.evaluate(SCROLLED)
    table.click(position=ROW)
    opened = page.locator(".ic-open")
    expect(opened.locator(".ic-answer")).to_have_count(2, timeout=PATIENCE_MS)
    for name in PRICES:
        expect(opened).to_contain_text(f"{name}, base")
    settled(page)


def test_one_prompt_is_asked_on_a_second_model_and_where_they_disagree_is_opened(
    chromium: Browser, place: tuple[str, Database]
) -> None:
    address, _ = place
    page = chromium.new_page(viewport={"width": 1440, "height": 1000})
    page.set_default_timeout(PATIENCE_MS)
    page.goto(f"{address}/matrix")
    settled(page)
    main = page.get_by_test_id("stMain")
    for words in ("release 1", "candidate 2", "16 sealed examples", "Quality against price"):
        expect(main).to_contain_text(words)
    expect(page.get_by_test_id("stVegaLiteChart")).to_have_count(2)
    pictured(page, "models")

    page.get_by_role("radio", name="side by side").click()
    settled(page)
    page.get_by_role("combobox", name="Prompt", exact=True).fill("bare base")
    page.get_by_role("option", name=re.compile("^the bare base")).click()
    expect(page).to_have_url(re.compile("prompt=base"))
    settled(page)
    ask_the_little_one(page)
    open_where_they_disagree(page)
    pictured(page, "models-side-by-side")
    page.set_viewport_size({"width": 800, "height": 1000})
    settled(page)
    pictured(page, "models-side-by-side")
    page.close()


def test_new_labels_mark_a_release_that_no_longer_does_and_the_inbox_leads_to_it(
    chromium: Browser, place: tuple[str, Database]
) -> None:
    address, database = place
    page = chromium.new_page(viewport={"width": 1440, "height": 1000})
    page.set_default_timeout(PATIENCE_MS)
    labels.arrive(database)
    page.goto(f"{address}/prompts?task=small&target={LARGE}")
    settled(page)
    expect(page.get_by_test_id("stMain")).to_contain_text("24 answers to pay")
    expect(page.get_by_text("Below its threshold")).to_have_count(0)
    button(page, "Score again on 24 new examples").click()
    expect(page.get_by_text("Below its threshold", exact=True)).to_be_visible(timeout=2 * PATIENCE_MS)
    settled(page)
    over_time = page.locator(".ic-table", has_text="since the release")
    expect(over_time.locator("tbody tr").filter(has_text="new labels")).to_have_count(1)
    pictured(page, "drift")

    page.goto(f"{address}/inbox")
    settled(page)
    expect(page.get_by_text(f"Release 1 (small → {LARGE}) is below its threshold")).to_be_visible()
    pictured(page, "inbox-with-a-mark")
    page.get_by_role("link", name="Release 1 over time").click()
    expect(page).to_have_url(re.compile(f"prompts.*target={LARGE}"))
    settled(page)
    expect(page.get_by_text("Below its threshold", exact=True)).to_be_visible()
    page.close()
