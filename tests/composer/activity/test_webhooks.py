"""Webhook endpoints: added and removed by admins, checked, logged without their address, and signatures."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from composer.activity.webhooks import Webhook, add_webhook, list_webhooks, remove_webhook, signature, verified
from library import log, people
from library.database import Database
from library.errors import Refused
from library.people import NotAllowed

AT = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
SECRET = "correct horse"
SIGNED = "sha256=4dbe51cc5713c4b36f556c4fd60b5ec8b0ad03e6b514f3c47a207bffd194eb29"


@pytest.fixture(autouse=True)
def _secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOOK_SECRET", SECRET)


def add(database: Database, url: str) -> Webhook:
    with database.session() as session:
        return add_webhook(session, url, "HOOK_SECRET", by="Ada", at=AT)


def test_a_signature_holds_for_its_body_time_and_secret_alone() -> None:
    given = signature(SECRET, "17", b"body")
    assert verified(SECRET, "17", b"body", given)
    assert not verified(SECRET, "18", b"body", given)
    assert not verified(SECRET, "17", b"Body", given)
    assert not verified("other", "17", b"body", given)
    assert not verified(SECRET, "17", b"body", "sha256=")
    assert not verified(SECRET, "17", b"body", "é")


def test_the_signature_is_hmac_sha256_of_time_dot_body() -> None:
    # As computed by `printf '17.body' | openssl dgst -sha256 -hmac 'correct horse'`.
    assert signature(SECRET, "17", b"body") == SIGNED


@pytest.mark.parametrize(
    ("url", "variable", "says"),
    [
        ("ftp://example.org/", "HOOK_SECRET", "http"),
        ("example.org/hook", "HOOK_SECRET", "http"),
        ("http://", "HOOK_SECRET", "http"),
        ("http://[::1", "HOOK_SECRET", "http"),
        ("http://example.org/a b", "HOOK_SECRET", "http"),
        ("https://ada:pass@example.org/", "HOOK_SECRET", "password"),
        ("https://example.org/", "NOT_SET", "NOT_SET holds no secret"),
        ("https://example.org/", "s3cr3t-itself!", "no name of an environment variable"),
    ],
)
def test_what_can_not_be_told_is_refused(database: Database, url: str, variable: str, says: str) -> None:
    with pytest.raises(Refused, match=says) as refused, database.session() as session:
        add_webhook(session, url, variable, by="Ada", at=AT)
    assert "s3cr3t" not in str(refused.value)
    with database.session() as session:
        assert list_webhooks(session) == ()


def test_an_address_is_told_once_and_removed_once(database: Database) -> None:
    url = "https://hooks.example.org/T0"
    add(database, url)
    with pytest.raises(Refused, match="already"):
        add(database, url)
    with database.session() as session:
        remove_webhook(session, url, by="Ada", at=AT)
    with pytest.raises(Refused, match="no webhook endpoint"), database.session() as session:
        remove_webhook(session, url, by="Ada", at=AT)


def test_only_admins_change_hooks_and_the_log_names_them_but_no_address(database: Database) -> None:
    url = "https://hooks.example.org/T0/secret-part"
    with database.session() as session:
        people.add_person(session, "Ada", "ada@example.org", ("admin",), by="root (local)", at=AT)
        people.add_person(session, "Eve", "eve@example.org", ("reviewer",), by="Ada", at=AT)
    add(database, url)
    for change in (
        lambda session: add_webhook(session, "https://example.org", "HOOK_SECRET", by="Eve", at=AT),
        lambda session: remove_webhook(session, url, by="Eve", at=AT),
    ):
        with pytest.raises(NotAllowed), database.session() as session:
            change(session)
    with database.session() as session:
        remove_webhook(session, url, by="Ada", at=AT)
        logged = log.entries(session, only=log.LogFilter(kind="hook"))
    assert [(one.who, one.action) for one in logged] == [("Ada", "hook added"), ("Ada", "hook removed")]
    assert "secret-part" not in str(logged)
    assert (logged[0].detail["host"], logged[0].detail["actions"]) == ("hooks.example.org", [])
