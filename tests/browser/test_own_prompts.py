"""A newcomer's job in the browser alone: a table with three raters, two prompts, and which of them is better."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from composer.home.paths import Home
from composer.models.target import Target
from composer.registry.targets import add_target
from library.database import open_database
from tests.browser.conftest import served
from tests.browser.deciding import button, say
from tests.browser.looking import PATIENCE_MS, pictured, settled
from tests.conftest import NOW
from tests.servers import ChatServer, Reply, chat

pytestmark = pytest.mark.browser

ROWS = 40
FIRST = 'Rate how urgent a message is, from 1 to 5.\nAnswer with JSON only, in the form {"urgency": N}.'
SECOND = f"An outage is a 5, a question a 2, thanks are a 1.\n{FIRST}"


def rating(number: int) -> int:
    return number % 5 + 1


def table() -> str:
    """Rows on which the first rater is at times one too high, and the third one too low."""
    lines = [
        f'"Message {n}, of desk {n % 3}",{min(rating(n) + n % 2, 5)},{rating(n)},{max(rating(n) - n % 2, 1)}'
        for n in range(ROWS)
    ]
    return "\n".join(("message,rater1,rater2,rater3", *lines)) + "\n"


def answer(request: dict[str, Any]) -> Reply:
    """The model: nearly right with the second prompt, always in the middle with the first."""
    system, user = (message["content"] for message in request["messages"])
    number = re.fullmatch(r"Message: Message (\d+), of desk \d", user)
    assert number, user
    return chat(f'{{"urgency": {rating(int(number[1])) if "outage" in system else 3}}}')


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    """Address of the app on a home that knows a server of its owner's, and nothing else."""
    home = Home(tmp_path / "home")
    with ChatServer(answer) as server:
        database = open_database(home.path)
        target = Target(name="ours", kind="server", model="m", api_base=server.api_base, parallel=4)
        with database.session() as session:
            add_target(session, target, by="Grace", at=NOW)
        database.close()
        with served(home) as address:
            yield address
    shutil.rmtree(home.path)


def make_the_task(page: Page, file: Path) -> None:
    page.get_by_role("link", name="Data", exact=True).click()
    settled(page)
    page.locator("input[type=file]").set_input_files(file)
    expect(page.get_by_text("First rows")).to_be_visible(timeout=PATIENCE_MS)
    settled(page)
    say(page, "The prompt you have", FIRST)
    expect(page.get_by_text("urgency: 1 to 5 (as the prompt says)")).to_be_visible(timeout=PATIENCE_MS)
    expect(page.get_by_text(f"{ROWS} examples: dev 12, test 28")).to_be_visible()
    settled(page)
    pictured(page, "data-draft")
    button(page, "Make the task").dblclick()
    stored = page.get_by_text(f"The task urgency is stored with {ROWS} examples.")
    expect(stored).to_be_visible(timeout=PATIENCE_MS)
    settled(page)


def put_another_beside_it(page: Page) -> None:
    page.get_by_role("link", name="Put another prompt beside that of urgency").click()
    expect(page.get_by_role("heading", name="Runs")).to_be_visible(timeout=PATIENCE_MS)
    settled(page)
    say(page, "A whole prompt", SECOND)
    expect(page.locator(".ic-sent").first).to_contain_text("An outage is a 5", timeout=PATIENCE_MS)
    settled(page)
    pictured(page, "own-prompt")
    button(page, "Start").click()
    page.get_by_role("link", name="Open candidate 1").click(timeout=2 * PATIENCE_MS)
    expect(page).to_have_url(re.compile("candidate=1"))
    settled(page)


def read_which_is_better(page: Page) -> None:
    """See the gain with its interval in a sentence and in the table, and a row with both raw answers."""
    told = re.compile(r"NMSE falls by [\d.]+ \[−[\d.]+, −[\d.]+\]: \d+ answers get better")
    expect(page.get_by_text("sealed test examples")).to_contain_text(told)
    figure = page.get_by_role("row", name=re.compile("^NMSE [\\d.]+ [\\d.]+"))
    expect(figure.first).to_contain_text(re.compile(r"−[\d.]+ \[−[\d.]+, −[\d.]+\] better"))
    expect(page.get_by_role("radio", name=re.compile("^better [1-9]"))).to_be_visible()
    button(page, "Open the first").click()
    answers = page.locator(".ic-answer")
    expect(answers.first).to_contain_text('{"urgency": 3}', timeout=PATIENCE_MS)
    expect(answers.nth(1)).to_contain_text(re.compile(r'\{"urgency": \d\}'))


def test_two_prompts_are_compared_on_ones_own_table_by_the_browser_alone(
    chromium: Browser, address: str, tmp_path: Path
) -> None:
    (tmp_path / "urgency.csv").write_text(table())
    page = chromium.new_page(viewport={"width": 1440, "height": 1000})
    page.set_default_timeout(PATIENCE_MS)
    page.goto(address)
    settled(page)
    make_the_task(page, tmp_path / "urgency.csv")
    put_another_beside_it(page)
    pictured(page, "own-candidate")
    read_which_is_better(page)
    page.close()
