"""What a reviewer does on the Candidate page, and what it then says."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

from tests.browser.looking import PATIENCE_MS, settled


def button(page: Page | Locator, name: str) -> Locator:
    """Return the button of this name, whatever key it has beside."""
    return page.get_by_role("button", name=re.compile(rf"^{re.escape(name)}( Shortcut \S+)?$"))


def expect_strip(page: Page, *told: str) -> None:
    """See that the line at the page's top says all of this, be it of approvals or of regressions seen."""
    strip = page.locator(".ic-gates").first
    for one in told:
        expect(strip).to_contain_text(one, timeout=PATIENCE_MS)


def expect_state(page: Page, state: str) -> None:
    """See that the candidate's mark beside its name says this."""
    expect(page.locator(".ic-head .ic-tag")).to_have_text(state, timeout=PATIENCE_MS)


def say(page: Page | Locator, label: str, text: str) -> None:
    """Write into a field and leave it, which is when the app hears of it."""
    field = page.get_by_label(label, exact=True)
    field.fill(text)
    field.press("Tab")


SCROLLED = """box => new Promise(done => {
    box.scrollIntoView({block: "center"})
    requestAnimationFrame(() => requestAnimationFrame(done))
})"""


def choose(page: Page, label: str, option: str) -> None:
    """Choose an option of a select box; its list closes where the page scrolls, so that comes first."""
    box = page.get_by_role("combobox", name=label, exact=True)
    box.evaluate(SCROLLED)
    box.fill(option)
    page.get_by_role("option", name=option, exact=True).click()
    expect(page.get_by_role("option")).to_have_count(0)
    settled(page)


def comment(page: Page, on: str, text: str) -> None:
    """Comment on something, named as the page offers it, and wait until the page says so."""
    choose(page, "Comment on", on)
    page.get_by_label("Comment", exact=True).fill(text)
    button(page, "Comment").click()
    expect(page.get_by_text("Commented.")).to_be_visible(timeout=PATIENCE_MS)
    settled(page)


def accept_the_rest(page: Page, text: str) -> None:
    """Give all unresolved regressions the disposition acceptable, for one reason."""
    page.get_by_text(re.compile("Accept all .* for one reason")).click()
    say(page, "Acceptable because", text)
    page.get_by_role("button", name=re.compile(r"All \d+ are acceptable")).click()
    seen = page.locator(".ic-gates").first
    expect(seen).to_contain_text(re.compile(r"Regressions resolved (\d+) of \1(?!\d)"), timeout=PATIENCE_MS)
    settled(page)


def decide(page: Page, verdict: str, reason: str) -> None:
    """Give a verdict with its reason, and wait until the list of verdicts has it."""
    say(page, "Reason", reason)
    expect(button(page, verdict)).to_be_enabled()
    button(page, verdict).click()
    expect(page.locator(".ic-table").last).to_contain_text(reason, timeout=PATIENCE_MS)
    settled(page)


def release(page: Page, reason: str) -> None:
    """Make the release in the dialog that is open, and wait until it is done."""
    dialog = page.get_by_role("dialog")
    say(dialog, "Reason", reason)
    button(dialog, "Release").click()
    expect(dialog).to_have_count(0, timeout=PATIENCE_MS)
    expect_state(page, "released")
    settled(page)
