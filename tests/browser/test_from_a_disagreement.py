"""From a disagreement to a snippet, its vetting, a run that picks it, and a candidate that shows it.

All in the browser, on the real 0.5B model: the prompt leaves the format open, so no answer can be read.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from composer.home.paths import Home
from tests.browser.conftest import served
from tests.browser.deciding import button, say
from tests.browser.looking import PATIENCE_MS, pictured, settled
from tests.browser.small_homes import polarity_home

pytestmark = [pytest.mark.browser, pytest.mark.model]

TARGET = "qwen2.5-coder-0.5b"
AUTHORING = 6
MODEL_MS = 300_000
"""How long the model may take for all that one press asks of it, beside other tests."""
LINE = 'Answer with JSON only, in the form {"label": "positive"} or {"label": "negative"}.'
KEY = "one-json-object"
OTHERS = """snippets:
- {key: be-careful, text: Be careful and precise., state: vetted, tags: [polarity]}
- {key: doubt-negative, text: "When in doubt, choose negative.", state: vetted, tags: [polarity]}
"""


@pytest.fixture
def address(tmp_path: Path, model_05b: Path) -> Iterator[str]:
    """Address of the app on a home with a few examples, and a library that says nothing of the format."""
    home = Home(tmp_path / "home")
    splits = {"authoring": AUTHORING / 200, "dev": 0.4, "test": 0.6 - AUTHORING / 200}
    data = {"sample": {"dev": 8, "test": 8}, "splits": splits}
    polarity_home(home, data, [TARGET], OTHERS)
    with served(home) as address:
        yield address
    shutil.rmtree(home.path)


def read_disagreements(page: Page) -> None:
    """Ask the model, and see that each of its answers is malformed, with the answer as it is."""
    button(page, f"Ask about {AUTHORING} authoring examples").click()
    asked = page.get_by_text(f"{AUTHORING} malformed")
    expect(asked).to_be_visible(timeout=MODEL_MS)
    settled(page)
    pictured(page, "disagreements")
    page.get_by_text("Write from this example").click()
    expect(page.get_by_text("Written from 1 example")).to_be_visible(timeout=PATIENCE_MS)
    settled(page)


def write_a_draft(page: Page) -> None:
    """Say what was misunderstood, distil it into a line, try that, and save it."""
    say(page, "What did the model misunderstand?", "It explains, where a program reads the answer.")
    settled(page)
    say(page, "What should it attend to?", "The form of the answer.")
    settled(page)
    say(page, "Text", LINE)
    settled(page)
    say(page, "Key", KEY)
    settled(page)
    button(page, "Try it").click()
    expect(page.get_by_text("What it fixes and breaks")).to_be_visible(timeout=MODEL_MS)
    settled(page)
    pictured(page, "draft-tried")
    for reason in page.get_by_label(re.compile("^Reason")).all():
        reason.fill("The task leaves the format open.")
        reason.press("Tab")
        settled(page)
    button(page, "Save the draft").click()
    saved = page.get_by_role("link", name=f"{KEY} v1")
    expect(saved).to_be_visible(timeout=PATIENCE_MS)
    saved.click()
    expect(page).to_have_url(re.compile(f"snippet.*key={KEY}"))
    settled(page)


def vet_it(page: Page) -> None:
    expect(page.get_by_test_id("stMain")).to_contain_text("It explains, where a program reads the answer.")
    pictured(page, "snippet-draft")
    button(page, "Vet").click()
    expect(page.get_by_text(f"Vetted: {KEY} v1.")).to_be_visible(timeout=PATIENCE_MS)
    settled(page)


def run_and_open(page: Page, address: str) -> None:
    """Start a search of a few answers, and open the candidate that it puts up."""
    page.goto(f"{address}/runs?task=polarity")
    settled(page)
    say(page, "Budget, answers", "40")
    settled(page)
    button(page, "Start").click()
    page.get_by_role("link", name="Open candidate 1").click(timeout=MODEL_MS)
    expect(page).to_have_url(re.compile("candidate=1"))
    settled(page)


def test_a_disagreement_becomes_a_snippet_that_a_run_picks_and_a_candidate_shows(
    chromium: Browser, address: str
) -> None:
    page = chromium.new_page(viewport={"width": 1440, "height": 1000})
    page.set_default_timeout(PATIENCE_MS)
    page.goto(f"{address}/disagreements?task=polarity&target={TARGET}")
    settled(page)
    read_disagreements(page)
    write_a_draft(page)
    vet_it(page)
    run_and_open(page, address)
    changed = page.locator(".ic-changes")
    for part in ("+ added", KEY, LINE):
        expect(changed).to_contain_text(part)
    pictured(page, "candidate-of-a-draft")
    page.close()
