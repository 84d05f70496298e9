"""People who sign in: a real OIDC provider on loopback, a home that knows them, and the way through its form."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from urllib.parse import urlsplit

from oidc_provider_mock import User, run_server_in_thread
from playwright.sync_api import Browser, Page, expect

from composer.home.paths import Home
from composer.home.signin import auth_file
from library.database import open_database
from library.people import add_person
from library.roles import Role
from tests.browser.conftest import served
from tests.browser.looking import PATIENCE_MS, settled

PEOPLE: Mapping[str, tuple[Role, ...]] = {
    "Ada": ("curator",),
    "Grace": ("reviewer", "releaser"),
    "Alan": ("reviewer",),
    "Edsger": ("reviewer", "releaser", "admin"),
    "Barbara": ("viewer",),
}
"""Who works in a peopled home: Ada writes and proposes, Grace, Alan and Edsger review, Barbara looks on."""

UNVERIFIED = "somebody-as-grace"
"""What to type at the provider to claim Grace's e-mail without its having been verified."""

KEYS = """[auth]
redirect_uri = "http://127.0.0.1:{{port}}/oauth2callback"
cookie_secret = "a secret for tests alone, long enough to pass"
client_id = "composer"
client_secret = "known to the provider"
server_metadata_url = "{provider}/.well-known/openid-configuration"
"""


def email_of(name: str) -> str:
    """Return the e-mail that one of PEOPLE signs in with."""
    return f"{name.lower()}@example.org"


@contextmanager
def provider() -> Iterator[str]:
    """Run an OIDC provider until the block ends; gives its address. Whatever is typed there signs in as that."""
    claims = {"email": email_of("Grace"), "email_verified": False, "name": "Grace"}
    before = os.environ.get("AUTHLIB_INSECURE_TRANSPORT")
    os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"  # Authlib serves no plain http otherwise, not even on loopback
    try:
        with run_server_in_thread(user_claims=[User(sub=UNVERIFIED, claims=claims)]) as server:
            yield f"http://localhost:{server.server_port}"
    finally:
        if before is None:
            del os.environ["AUTHLIB_INSECURE_TRANSPORT"]
        else:
            os.environ["AUTHLIB_INSECURE_TRANSPORT"] = before


def populate(home: Home, at_provider: str, people: Mapping[str, tuple[Role, ...]] = PEOPLE) -> None:
    """Make a home one that these people sign in to, at this provider."""
    database = open_database(home.path)
    with database.session() as session:
        for name, roles in people.items():
            add_person(session, name, email_of(name), roles, by="Root (local)", at=datetime.now(UTC))
    database.close()
    auth_file(home).touch(0o600)
    auth_file(home).write_text(KEYS.format(provider=at_provider))


@contextmanager
def peopled(home: Home) -> Iterator[str]:
    """Make a home one that PEOPLE sign in to, and serve it with its provider until the block ends."""
    with provider() as at:
        populate(home, at)
        with served(home) as address:
            yield address


def signed_in(chromium: Browser, address: str, email: str, *, width: int = 1440) -> Page:
    """Open an address of the app in a browser of its own and sign in there; gives the page that was asked for.

    Close it with `page.context.close()`, which forgets who it was.
    """
    page = chromium.new_context(viewport={"width": width, "height": 1000}).new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.goto(address)
    sign_in(page, email)
    return page


def sign_in(page: Page, email: str) -> None:
    """Go from the app's sign-in page through the provider's form, and wait for the app."""
    app = urlsplit(page.url).netloc
    page.get_by_role("button", name="Sign in").click()
    page.get_by_placeholder("sub").fill(email)
    page.get_by_role("button", name="Authorize", exact=True).click()
    page.wait_for_url(lambda url: urlsplit(url).netloc == app and "oauth2callback" not in url)
    settled(page)


def sign_out(page: Page, name: str) -> None:
    """Sign out of the app and of the provider, and wait for the app's sign-in page."""
    page.get_by_role("button", name=name, exact=True).click()
    leave(page)


def leave(page: Page) -> None:
    """Press "Sign out" where it shows, confirm it at the provider, and wait for the app's sign-in page."""
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("button", name="End session").click()
    expect(page.get_by_role("button", name="Sign in")).to_be_visible(timeout=PATIENCE_MS)
