"""The endpoint behind tokens: who may read which prompt, and what the others are told."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from starlette.testclient import TestClient

from composer.home.paths import Home
from composer.runtime.catalogue import Catalogue
from composer.runtime.endpoint import endpoint
from composer.runtime.gate import LONGEST, gate_of
from composer.runtime.sources import home_source
from library.database import Database
from library.token_acts import make_token, revoke_token
from library.token_secrets import new_secret
from library.tokens import token_named

AT = datetime(2026, 5, 1, tzinfo=UTC)
PLACE = "/prompts/small/tiny"
ROOT = "root (local)"


class Clock:
    """A time that a test sets."""

    def __init__(self) -> None:
        self.at = AT

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def client(released: Database, home: Home, clock: Clock) -> Iterator[TestClient]:
    catalogue = Catalogue(home_source(home.path), every=0, wait=60)
    app = endpoint(catalogue, ["testserver"], gate=gate_of(released, clock))
    with TestClient(app) as client:
        yield client
    catalogue.close()


def token(database: Database, name: str, *scopes: str, tasks: tuple[str, ...] = ()) -> str:
    with database.session() as session:
        return make_token(session, name, scopes or ("read",), tasks, days=30, by=ROOT, at=AT)[1]


def ask(client: TestClient, secret: str, path: str = PLACE) -> tuple[int, Any]:
    reply = client.get(path, headers={"Authorization": f"Bearer {secret}"})
    assert not secret or secret[-12:] not in reply.text
    return reply.status_code, reply.json()


def test_a_token_that_may_read_reads_and_that_is_noted(
    client: TestClient, released: Database, clock: Clock
) -> None:
    secret = token(released, "service", tasks=("small",))
    assert ask(client, secret)[0] == 200
    assert len(ask(client, secret, "/prompts")[1]["prompts"]) == 1
    reply = client.post(f"{PLACE}/parse", json={"text": "x"}, headers={"authorization": f"bearer {secret}"})
    assert reply.status_code == 200
    with released.session() as session:
        found = token_named(session, "service")
    assert found is not None
    assert found.last_used_at == AT


@pytest.mark.parametrize(
    "headers", [{}, {"Authorization": ""}, {"Authorization": "Bearer"}, {"Authorization": "Basic Y2k6eA=="},
                {"Authorization": "Bearer " + "x" * (LONGEST + 1)}, {"Cookie": "token=x"}]
)  # fmt: skip
@pytest.mark.parametrize("path", [PLACE, "/prompts", f"{PLACE}/prompt.txt", "/nowhere"])
def test_without_a_token_nothing_is_read(client: TestClient, headers: dict[str, str], path: str) -> None:
    reply = client.get(path, headers=headers)
    assert (reply.status_code, reply.headers["www-authenticate"]) == (401, 'Bearer realm="composer"')
    assert "this endpoint needs a token" in reply.json()["error"]


def test_a_truncated_token_and_another_home_s_are_refused(client: TestClient, released: Database) -> None:
    secret = token(released, "service")
    assert ask(client, secret[:-1]) == (401, {"error": "this is not a whole token"})
    assert ask(client, new_secret("service")) == (401, {"error": "this token is not one of this home"})


def test_an_expired_token_and_a_revoked_one_are_refused_at_once(
    client: TestClient, released: Database, clock: Clock
) -> None:
    expiring, revoked = token(released, "expiring"), token(released, "revoked")
    assert (ask(client, expiring)[0], ask(client, revoked)[0]) == (200, 200)
    with released.session() as session:
        revoke_token(session, "revoked", by=ROOT, at=AT)
    assert ask(client, revoked) == (401, {"error": "token revoked is revoked"})
    clock.at = AT + timedelta(days=30)
    assert ask(client, expiring) == (401, {"error": "token expiring is expired"})


def test_a_token_of_another_scope_and_one_of_another_task_are_refused(
    client: TestClient, released: Database
) -> None:
    status, said = ask(client, token(released, "checks", "check", "export"))
    assert (status, said["error"]) == (403, "this token may not read: it is for check, export for every task")
    other = token(released, "other", tasks=("other",))
    for path in (PLACE, f"{PLACE}/prompt.txt", "/prompts/small/nowhere"):
        assert ask(client, other, path) == (403, {"error": "this token may not read prompts of small"})
    assert ask(client, other, "/prompts")[1]["prompts"] == []


def test_where_no_token_is_asked_for_whoever_reaches_it_reads(released: Database, home: Home) -> None:
    catalogue = Catalogue(home_source(home.path), every=0, wait=60)
    with TestClient(endpoint(catalogue, ["testserver"])) as client:
        assert client.get(PLACE).status_code == 200
        assert json.loads(client.get("/prompts").content)["prompts"]
    catalogue.close()
