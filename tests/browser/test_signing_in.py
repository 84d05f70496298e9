"""Signing in through a real OIDC provider: who gets in, under which name, and back to which page."""

from __future__ import annotations

import json
from collections.abc import Iterator
from http.client import HTTPConnection
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect
from streamlit.web.server.starlette.starlette_app_utils import create_signed_value, decode_signed_value
from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME

from composer.home.paths import Home
from library.comments import comments_on
from library.database import open_database
from library.importing import import_file
from library.people import remove_person, set_roles
from tests.browser.conftest import served
from tests.browser.looking import pictured, settled
from tests.browser.people import (
    UNVERIFIED,
    email_of,
    leave,
    peopled,
    sign_in,
    sign_out,
    signed_in,
)
from tests.conftest import NOW

pytestmark = [
    pytest.mark.browser,
    pytest.mark.filterwarnings("ignore:get_jwt_config:DeprecationWarning"),  # of the provider, about itself
]


SECRET = "a secret for tests alone, long enough to pass"
"""What `tests.browser.people` has the app sign its cookies with."""
SNIPPETS = """snippets:
  - {key: irony, text: "Mocking or ironic praise is negative.", state: vetted}
  - {key: to-the-end, text: "Read the sentence to its end before you decide.", state: vetted}
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home with two snippets."""
    home = Home(tmp_path_factory.mktemp("peopled"))
    file = home.path / "library.yaml"
    file.write_text(SNIPPETS)
    database = open_database(home.path)
    with database.session() as session:
        import_file(session, file, by="Ada", at=NOW)
    database.close()
    return home


@pytest.fixture(scope="module")
def door(home: Home) -> Iterator[str]:
    """Address of the app on that home, which people sign in to."""
    with peopled(home) as address:
        yield address


def test_a_person_comes_back_to_the_link_they_followed_and_leaves(chromium: Browser, door: str) -> None:
    link = f"{door}/library?library=praise&snippet=irony&note=a%26b"
    page = signed_in(chromium, link, email_of("Grace"), width=800)
    assert parse_qs(urlsplit(page.url).query) == parse_qs(urlsplit(link).query)
    expect(page.get_by_placeholder("Filter by key")).to_have_value("praise")
    expect(page.get_by_role("heading", name="Library", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Grace")).to_be_visible()
    pictured(page, "signed-in")
    page.reload()
    settled(page)
    expect(page.get_by_role("button", name="Grace")).to_be_visible()
    sign_out(page, "Grace")
    pictured(page, "sign-in")
    page.goto(f"{door}/library")
    settled(page)
    expect(page.get_by_role("heading", name="Library", exact=True)).to_have_count(0)
    expect(page.get_by_role("link", name="Prompts")).to_have_count(0)
    page.context.close()


def test_a_stranger_is_told_what_to_do_and_can_sign_in_as_another(chromium: Browser, door: str) -> None:
    page = signed_in(chromium, door, "mallory@example.org")
    main = page.get_by_test_id("stMain")
    expect(main).to_contain_text("You signed in as mallory@example.org")
    expect(main).to_contain_text("composer people add NAME mallory@example.org")
    expect(page.get_by_role("link", name="Prompts")).to_have_count(0)
    pictured(page, "stranger")
    leave(page)
    sign_in(page, email_of("Alan"))
    expect(page.get_by_role("heading", name="Inbox")).to_be_visible()
    expect(page.get_by_role("button", name="Alan")).to_be_visible()
    page.context.close()


def test_an_unverified_email_does_not_get_in(chromium: Browser, door: str) -> None:
    page = signed_in(chromium, f"{door}/library", UNVERIFIED)
    expect(page.get_by_test_id("stMain")).to_contain_text("has not verified that grace@example.org is yours")
    expect(page.get_by_role("heading", name="Library", exact=True)).to_have_count(0)
    expect(page.get_by_role("button", name="Grace")).to_have_count(0)
    page.context.close()


def test_two_browsers_hold_two_people_and_who_is_removed_is_out_at_once(
    chromium: Browser, door: str, home: Home
) -> None:
    barbara = signed_in(chromium, f"{door}/inbox", email_of("Barbara"))
    alan = signed_in(chromium, f"{door}/inbox", email_of("Alan"))
    expect(barbara.get_by_role("button", name="Barbara")).to_be_visible()
    database = open_database(home.path)
    with database.session() as session:
        remove_person(session, "Barbara", by="Root (local)", at=NOW)
    database.close()
    for page in (barbara, alan):
        page.get_by_role("link", name="Library").click()
        settled(page)
    expect(barbara.get_by_test_id("stMain")).to_contain_text("nobody has added that address here")
    expect(alan.get_by_role("heading", name="Library", exact=True)).to_be_visible()
    for page in (barbara, alan):
        page.context.close()


def cookie_of(page: Page, app: str) -> dict[str, Any]:
    """Return what the cookie that somebody signed in with holds."""
    (value,) = (one["value"] for one in page.context.cookies(app) if one["name"] == USER_COOKIE_NAME)
    signed = decode_signed_value(SECRET, USER_COOKIE_NAME, value)
    assert signed is not None
    found: dict[str, Any] = json.loads(signed)
    return found


def comes_with(page: Page, app: str, content: dict[str, Any], secret: str) -> None:
    """Open a page with a cookie of this content, signed with a secret."""
    signed = create_signed_value(secret, USER_COOKIE_NAME, json.dumps(content)).decode()
    page.context.clear_cookies(name=USER_COOKIE_NAME)
    page.context.add_cookies([{"name": USER_COOKIE_NAME, "value": signed, "url": app}])
    page.goto(f"{app}/library")
    settled(page)


def test_a_forged_cookie_an_expired_session_and_a_wrong_audience_let_nobody_in(
    chromium: Browser, door: str
) -> None:
    page = signed_in(chromium, f"{door}/library", email_of("Edsger"))
    good = cookie_of(page, door)
    assert (good["aud"], good["email"]) in (("composer", email_of("Edsger")), (["composer"], email_of("Edsger")))
    comes_with(page, door, {**good, "exp": 2**40}, SECRET)
    expect(page.get_by_role("button", name="Edsger")).to_be_visible()
    heading, main = page.get_by_role("heading", name="Library", exact=True), page.get_by_test_id("stMain")
    for content, secret, said in (
        (good, "another secret, as long as the one of the app", "Sign in"),
        ({**good, "origin": "https://elsewhere.example.org"}, SECRET, "Sign in"),
        ({**good, "exp": 1, "iat": 0}, SECRET, "Your sign-in has ended"),
        ({**good, "aud": "another-app"}, SECRET, "signed you in to another app"),
    ):
        comes_with(page, door, content, secret)
        expect(main).to_contain_text(said)
        expect(heading).to_have_count(0)
        expect(page.get_by_role("button", name="Edsger")).to_have_count(0)
    page.context.close()


def test_a_role_taken_away_in_mid_session_counts_at_once(chromium: Browser, door: str, home: Home) -> None:
    page = signed_in(chromium, f"{door}/snippet?key=irony", email_of("Ada"))
    text = page.get_by_placeholder("Ask, note or suggest")
    expect(text).to_be_enabled()
    text.fill("Is this still so?")
    database = open_database(home.path)
    with database.session() as session:
        set_roles(session, "Ada", ("viewer",), by="Root (local)", at=NOW)
    page.get_by_role("button", name="Comment", exact=True).click()
    settled(page)
    expect(page.get_by_test_id("stMain")).to_contain_text("Ada has viewer")
    with database.session() as session:
        assert comments_on(session, "irony") == ()
        set_roles(session, "Ada", ("curator",), by="Root (local)", at=NOW)
    database.close()
    page.context.close()


def test_where_nobody_signs_in_the_app_answers_to_this_machine_s_names_alone(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    alone = Home(tmp_path_factory.mktemp("alone"))
    open_database(alone.path).close()
    with served(alone) as address:
        port = urlsplit(address).port
        assert upgraded(address, f"127.0.0.1:{port}") == upgraded(address, f"localhost:{port}") == 101
        assert upgraded(address, f"elsewhere.example.org:{port}") == 403


def upgraded(address: str, host: str) -> int:
    """Ask for the connection over which pages are sent, as a browser does for a page at this host."""
    connection = HTTPConnection(urlsplit(address).netloc, timeout=10)
    headers = {
        "Host": host,
        "Origin": f"http://{host}",
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-WebSocket-Protocol": "streamlit",
    }
    connection.request("GET", "/_stcore/stream", headers=headers)
    status = connection.getresponse().status
    connection.close()
    return status
