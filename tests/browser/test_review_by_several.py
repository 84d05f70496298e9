"""The whole review as people take it who sign in through a real OIDC provider, in a real Chromium."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from composer.candidates.records import get_candidate
from composer.review.regressions import set_disposition
from composer.review.status import get_review
from library.database import Database, open_database
from tests.browser.deciding import (
    accept_the_rest,
    button,
    choose,
    comment,
    decide,
    expect_state,
    expect_strip,
    release,
    say,
)
from tests.browser.looking import PATIENCE_MS, pictured, settled, told
from tests.browser.people import email_of, peopled, signed_in
from tests.browser.places import Places, find_candidate, prepare

pytestmark = [
    pytest.mark.browser,
    pytest.mark.filterwarnings("ignore:get_jwt_config:DeprecationWarning"),  # of the provider, about itself
]

Opened = Callable[[str, str], Page]

COUNT_DIALOGS = """() => {
    window.dialogs = 0
    const look = () => { window.dialogs += document.querySelectorAll("[role=dialog]").length }
    new MutationObserver(look).observe(document.body, {childList: true, subtree: true})
}"""


@pytest.fixture(scope="module")
def places(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Places:
    return prepare(template, tmp_path_factory.mktemp("several") / "home")


@pytest.fixture(scope="module")
def door(places: Places) -> Iterator[str]:
    """Address of the app on that home, which people sign in to."""
    with peopled(places.home) as address:
        yield address


@pytest.fixture(scope="module")
def browsers(chromium: Browser, door: str) -> Iterator[dict[str, BrowserContext]]:
    """The browser of each person who has signed in."""
    known: dict[str, BrowserContext] = {}
    yield known
    for one in known.values():
        one.close()


@pytest.fixture
def opened(chromium: Browser, door: str, browsers: dict[str, BrowserContext]) -> Iterator[Opened]:
    """Open a page as somebody, who signs in the first time: `opened("Grace", "inbox")`."""
    pages = []

    def go(name: str, path: str) -> Page:
        link = f"{door}/{path}"
        if name in browsers:
            page = browsers[name].new_page()
            page.goto(link)
            settled(page)
        else:
            page = signed_in(chromium, link, email_of(name))
            browsers[name] = page.context
        pages.append(page)
        return page

    yield go
    for page in pages:
        page.close()


@pytest.fixture(scope="module")
def rows(places: Places) -> Iterator[Database]:
    """The database of the home, for what goes on behind the pages' back."""
    database = open_database(places.home.path)
    yield database
    database.close()


def link(candidate: int, **more: str) -> str:
    return f"candidate?candidate={candidate}" + "".join(f"&{name}={value}" for name, value in more.items())


def regressions(rows: Database, candidate: int) -> tuple[str, ...]:
    """The examples that got worse, the worst first."""
    with rows.session() as session:
        return get_candidate(session, candidate).regressions


def seen_by(rows: Database, candidate: int, name: str) -> None:
    """Let somebody call every regression acceptable."""
    with rows.session() as session:
        worse = regressions(rows, candidate)
        set_disposition(
            session, candidate, worse, "acceptable", reason="Near ties.", by=name, at=datetime.now(UTC)
        )


def test_two_people_approve_and_one_releases(opened: Opened, places: Places, rows: Database) -> None:
    here = link(places.candidates["two-people"])
    worse = regressions(rows, places.candidates["two-people"])
    grace = opened("Grace", here)
    expect_strip(grace, "Approvals 0 of 2", f"Regressions resolved 0 of {len(worse)}")
    expect(button(grace, "Approve")).to_be_disabled()
    expect(grace.get_by_text(f"Approval waits: {len(worse)} unresolved regressions")).to_be_visible()

    grace.keyboard.press("n")
    expect(grace).to_have_url(re.compile(f"row={worse[0]}"))
    settled(grace)
    reason = grace.get_by_label("Reason for the disposition")
    reason.fill("People were split on it.")
    reason.press("Escape")
    grace.keyboard.press("y")
    expect_strip(grace, f"Regressions resolved 1 of {len(worse)}")
    expect(grace).to_have_url(re.compile(f"row={worse[1]}"))
    settled(grace)
    pictured(grace, "several-a-disposition")
    accept_the_rest(grace, "Near ties, all of them.")

    decide(grace, "Approve", "Clear gain; what gets worse are near ties.")
    expect_strip(grace, "Approvals 1 of 2 (Grace)")
    expect(grace.get_by_text("You approved it.")).to_be_visible()
    expect(button(grace, "Release …")).to_be_disabled()
    expect(grace.get_by_text("Release waits: 1 more approval (the policy asks for 2 people other")).to_be_visible()
    pictured(grace, "several-one-approval")

    alan = opened("Alan", here)
    decide(alan, "Approve", "I read the fourteen, and agree.")
    expect_strip(alan, "Approvals 2 of 2 (Grace, Alan)")
    expect_state(alan, "approved")
    expect(button(alan, "Release …")).to_be_disabled()
    expect(alan.get_by_text("Alan is not a releaser.")).to_be_visible()

    grace.reload()
    settled(grace)
    button(grace, "Release …").click()
    dialog = grace.get_by_role("dialog")
    expect(dialog).to_contain_text("relatedness-two-people → qwen2.5-coder-1.5b gets the prompt of candidate")
    expect(dialog).to_contain_text("in place of the bare base")
    expect(dialog).to_contain_text("+ added")
    expect(dialog).to_contain_text("people-anchors v1")
    settled(grace)
    pictured(grace, "several-release")
    release(grace, "Two of us read it.")
    grace.get_by_role("link", name="See it in Prompts").click()
    expect(grace.get_by_role("heading", name="Prompts")).to_be_visible()
    settled(grace)
    expect(grace.locator("td.ic-here")).to_contain_text("by Grace")
    expect(grace.get_by_test_id("stMain")).to_contain_text("Two of us read it.")
    pictured(grace, "several-prompts")


def test_who_asked_for_changes_holds_a_release_up_until_it_is_dismissed(
    opened: Opened, places: Places, rows: Database
) -> None:
    here = link(places.candidates["changes"])
    seen_by(rows, places.candidates["changes"], "Alan")
    alan = opened("Alan", here)
    decide(alan, "Request changes", "Say what a tie is before this goes out.")
    expect_state(alan, "changes requested")

    grace = opened("Grace", here)
    decide(grace, "Approve", "Good enough for me.")
    expect_strip(grace, "Approvals 1 of 1 (Grace)")
    expect(button(grace, "Release …")).to_be_disabled()
    expect(grace.get_by_text("Release waits: Alan asked for changes", exact=True)).to_be_visible()
    expect(grace.get_by_role("button", name="Dismiss")).to_have_count(0)
    pictured(grace, "several-changes-requested")

    edsger = opened("Edsger", here)
    say(edsger, "Reason to dismiss", "Ties are for the next candidate; Alan is away.")
    button(edsger, "Dismiss Alan’s request changes").click()
    expect_state(edsger, "approved")
    settled(edsger)
    expect(edsger.locator(".ic-table").last).to_contain_text("asked for changes (dismissed)")
    expect(edsger.locator(".ic-table").last).to_contain_text("Ties are for the next candidate; Alan is away.")
    expect(button(edsger, "Release …")).to_be_enabled()
    pictured(edsger, "several-dismissed")
    grace.reload()
    settled(grace)
    expect(button(grace, "Release …")).to_be_enabled()


def test_a_corrected_label_makes_an_approval_stale_and_scoring_again_costs_no_answer(
    opened: Opened, places: Places, rows: Database
) -> None:
    number = places.candidates["label"]
    wrong = regressions(rows, number)[0]
    with rows.session() as session:
        after = next(row for row in get_review(session, number).candidate.rows if row.example_id == wrong)
    seen_by(rows, number, "Alan")
    grace = opened("Grace", link(number, row=wrong))
    comment(grace, "snippet people-anchors", "Is 5 too rare now?")
    expect(grace.locator(".ic-changes .ic-comment")).to_contain_text("Is 5 too rare now?")
    comment(grace, "the open example", "Who rated this?")
    expect(grace.locator(".ic-open .ic-comment")).to_contain_text("Who rated this?")
    decide(grace, "Approve", "Clear gain.")
    expect_state(grace, "approved")

    alan = opened("Alan", link(number, row=wrong))
    label = alan.get_by_label("Right label")
    label.fill(str(after.candidate_value))
    label.press("Enter")
    say(alan, "Reason for the disposition", "The raters saw another document.")
    button(alan, "Label is wrong").click()
    expect(button(alan, "Confirm the label")).to_be_disabled(timeout=PATIENCE_MS)
    expect(alan.get_by_text("Confirming waits: a second person confirms it.")).to_be_visible()
    settled(alan)
    pictured(alan, "several-label-proposed")

    grace.reload()
    settled(grace)
    expect(grace.get_by_text(f"the correction of {wrong} is open").first).to_be_visible()
    say(grace, "Why", "Right: I looked it up.")
    button(grace, "Confirm the label").click()
    expect_state(grace, "stale")
    settled(grace)
    alert = grace.get_by_test_id("stAlert")
    expect(alert).to_contain_text(f"The labelled data changed ({wrong}")
    expect(alert).to_contain_text("confirmed by Grace). It can't be released before it is scored again.")
    expect(grace.get_by_text("no new answer")).to_be_visible()
    expect(button(grace, "Release …")).to_be_disabled()
    pictured(grace, "several-stale")

    button(grace, "Score it again").click()
    expect(grace.get_by_text(f"scored again from candidate {number}")).to_be_visible(timeout=PATIENCE_MS)
    expect(grace.get_by_text(re.compile(r"Scored again as candidate \d+: 0 answers paid"))).to_be_visible()
    expect(alert).to_have_count(0)
    settled(grace)
    expect_state(grace, "needs review")
    expect_strip(grace, "Approvals 0 of 1")
    expect(grace.locator(".ic-changes .ic-comment")).to_contain_text(f"from candidate {number}")
    expect(grace.locator(".ic-changes .ic-comment")).not_to_contain_text("outdated")
    discussion = grace.get_by_test_id("stMain")
    expect(discussion).to_contain_text(re.compile(r"Who rated this\? from candidate \d+ outdated"))
    grace.get_by_role("button", name="Resolve").first.click()
    expect(grace.locator(".ic-changes .ic-comment")).to_have_count(0)
    settled(grace)
    accept_the_rest(grace, "Near ties, still.")
    decide(grace, "Approve", "As before, on the right label.")
    expect_strip(grace, "Approvals 1 of 1 (Grace)")
    expect_state(grace, "approved")
    expect(button(grace, "Release …")).to_be_enabled()
    pictured(grace, "several-scored-again")


def test_a_release_is_rolled_back_to_the_one_before(opened: Opened, places: Places) -> None:
    number = places.candidates["later"]
    grace = opened("Grace", link(number))
    decide(grace, "Approve", "Better again.")
    button(grace, "Release …").click()
    dialog = grace.get_by_role("dialog")
    expect(dialog).to_contain_text(
        f"gets the prompt of candidate {number}, in place of release 1 (candidate 2, by Ada"
    )
    expect(dialog).to_contain_text("sarcasm v1")
    release(grace, "Sarcasm was read wrong.")
    grace.get_by_role("link", name="See it in Prompts").click()
    expect(grace.get_by_role("heading", name="Prompts")).to_be_visible()
    settled(grace)
    back = grace.get_by_role("combobox", name="Roll back to", exact=True)
    expect(back).to_have_value(re.compile("Back to release 1 · candidate 2"))

    button(grace, "Roll back …").click()
    expect(dialog).to_contain_text("gets the prompt of release 1 again (candidate 2, by Ada")
    expect(dialog).to_contain_text(re.compile(r"in place of release \d+ \(candidate \d+"))
    expect(dialog).to_contain_text("removed")
    expect(dialog).to_contain_text("sarcasm v1")
    settled(grace)
    pictured(grace, "several-roll-back")
    say(dialog, "Reason", "It calls plain praise negative.")
    button(dialog, "Roll back").click()
    expect(dialog).to_have_count(0, timeout=PATIENCE_MS)
    settled(grace)
    history = grace.locator(".ic-table", has_text="figure, at its review")
    newest = history.locator("tbody tr").first
    expect(newest).to_contain_text("rollback to release 1")
    expect(newest).to_contain_text("candidate 2")
    expect(newest).to_contain_text("It calls plain praise negative.")
    expect(history).to_contain_text("rolled back by release")
    pictured(grace, "several-rolled-back")


def test_what_was_turned_down_is_not_proposed_again(opened: Opened, places: Places, rows: Database) -> None:
    number = places.candidates["no-go"]
    alan = opened("Alan", link(number))
    decide(alan, "No-go", "It rates down what people call related.")
    expect_state(alan, "no-go")
    with rows.session() as session:
        turned_down = get_candidate(session, number).versions

    again = find_candidate(rows, places.home, "no-go")
    if again is not None:
        assert again != number
        with rows.session() as session:
            assert get_candidate(session, again).versions != turned_down
    alan = opened("Alan", "inbox?state=no-go")
    expect(alan.locator(".ic-table tbody tr")).to_have_count(1)
    expect(alan.locator(".ic-table tbody tr")).to_contain_text("relatedness-no-go → qwen2.5-coder-1.5b")
    pictured(alan, "several-no-go")


def test_keys_move_through_the_rows_and_rest_while_somebody_types(
    opened: Opened, places: Places, rows: Database
) -> None:
    number = places.candidates["reading"]
    worse = regressions(rows, number)
    page = opened("Alan", link(number, show="worse"))

    def at(row: str) -> None:
        expect(page).to_have_url(re.compile(f"row={row}(&|$)"))
        settled(page)

    for key, row in (("j", worse[0]), ("j", worse[1]), ("j", worse[2]), ("k", worse[1])):
        page.keyboard.press(key)
        at(row)
    for key, row in (("n", worse[2]), ("n", worse[3]), ("p", worse[2])):
        page.keyboard.press(key)
        at(row)
    page.evaluate(COUNT_DIALOGS)
    reason = page.get_by_label("Reason for the disposition")
    reason.click()
    reason.press_sequentially("jknpyblaxgme?")
    expect(reason).to_have_value("jknpyblaxgme?")
    at(worse[2])
    reason.fill("")
    reason.press("Escape")
    page.keyboard.press("k")
    at(worse[1])
    assert page.evaluate("window.dialogs") == 0
    page.keyboard.press("?")
    keys = page.get_by_role("dialog")
    expect(keys).to_contain_text("next unresolved regression")
    expect(keys).to_contain_text("request changes")
    settled(page)
    pictured(page, "several-keys")
    page.keyboard.press("Escape")
    expect(keys).to_have_count(0)


def test_a_link_holds_candidate_base_filter_and_row_for_whoever_follows_it(
    chromium: Browser, door: str, opened: Opened, places: Places, rows: Database
) -> None:
    number = places.candidates["reading"]
    row = regressions(rows, number)[1]
    page = opened("Alan", link(number))
    choose(page, "Against", "against the bare base")
    page.get_by_role("radio", name=re.compile("^better")).click()
    expect(page).to_have_url(re.compile("base=.*show=better"))
    settled(page)
    page.goto(page.url + f"&row={row}")
    settled(page)
    expect(page.locator(".ic-open")).to_be_visible()
    before = told(page)
    page.reload()
    settled(page)
    assert told(page) == before
    other = signed_in(chromium, page.url, email_of("Edsger"))
    expect(other.get_by_role("combobox", name="Against", exact=True)).to_have_value("against the bare base")
    assert told(other).replace("Edsger", "Alan") == before
    other.context.close()


def test_a_viewer_reads_it_all_and_decides_nothing(opened: Opened, places: Places, rows: Database) -> None:
    number = places.candidates["reading"]
    page = opened("Barbara", link(number, row=regressions(rows, number)[0]))
    for name in ("Approve", "Request changes", "No-go", "Acceptable", "Blocks", "Label is wrong", "Comment"):
        expect(button(page, name)).to_be_disabled()
    expect(button(page, "Measure repeatability")).to_be_disabled()
    expect(page.get_by_text("Barbara may only look")).to_have_count(2)
    expect(page.get_by_text("Barbara is not a reviewer.")).to_be_visible()
    expect(page.get_by_text(re.compile("Approval waits: .*Barbara is not a reviewer"))).to_be_visible()
    pictured(page, "several-viewer")
