"""A prompt carried to another model in the browser, on real models: to a candidate, and to a no-go."""

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

SMALL, SMALLEST = "qwen2.5-coder-0.5b", "smollm2-135m"
MODEL_MS = 400_000
"""How long a model may take for a whole adaptation, beside other tests."""
LIBRARY = """snippets:
- key: one-json-object
  text: 'Answer with JSON only, in the form {"label": "positive"} or {"label": "negative"}.'
  state: vetted
  tags: [polarity]
- {key: be-careful, text: Be careful and precise., state: vetted, tags: [polarity]}
- {key: doubt-negative, text: "When in doubt, choose negative.", state: vetted, tags: [polarity]}
"""


@pytest.fixture
def address(tmp_path: Path, model_05b: Path, model_135m: Path) -> Iterator[str]:
    """Address of the app on a home with two targets, where the bare base is in use on both."""
    home = Home(tmp_path / "home")
    polarity_home(home, {"sample": {"dev": 12, "test": 16}}, [SMALL, SMALLEST], LIBRARY)
    with served(home) as address:
        yield address
    shutil.rmtree(home.path)


def carry(page: Page, target: str) -> None:
    """Choose where to and a small budget, see what is frozen, and start."""
    page.get_by_role("combobox", name="To", exact=True).fill(target)
    page.get_by_role("option", name=target, exact=True).click()
    page.keyboard.press("Escape")  # the list of a choice of several stays open
    settled(page)
    page.get_by_text("Budget, strategy and seed").click()
    say(page, "Budget, answers", "40")
    settled(page)
    expect(page.get_by_text("2 · What is frozen")).to_be_visible(timeout=PATIENCE_MS)
    pictured(page, f"adapt-to-{target}")
    button(page, "Start").click()


def test_one_model_ends_in_a_candidate_and_another_in_a_no_go(chromium: Browser, address: str) -> None:
    page = chromium.new_page(viewport={"width": 1440, "height": 1000})
    page.set_default_timeout(PATIENCE_MS)
    page.goto(f"{address}/adapt?task=polarity&from={SMALLEST}")
    settled(page)
    carry(page, SMALL)
    opened = page.get_by_role("link", name="Open candidate 1")
    expect(opened).to_be_visible(timeout=MODEL_MS)
    main = page.get_by_test_id("stMain")
    for words in ("plain transfer", "adapted", "of a full run"):
        expect(main).to_contain_text(words)
    pictured(page, "adapted-to-a-candidate")

    page.goto(f"{address}/adapt?task=polarity&from={SMALL}")
    settled(page)
    carry(page, SMALLEST)
    expect(page.get_by_text(re.compile("no composition does better than always answering")).first).to_be_visible(
        timeout=MODEL_MS
    )
    expect(main).to_contain_text(f"No-go: there is nothing to review for {SMALLEST}.")
    pictured(page, "adapted-to-a-no-go")
    page.close()
