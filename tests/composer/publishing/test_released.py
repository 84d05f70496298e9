"""Pushing what is released: only releasers may, and the log says what was changed."""

from __future__ import annotations

import pytest

from composer.publishing.langfuse_registry import langfuse_registry
from composer.publishing.released import plan_push, push_release
from library import log
from library.database import Database
from library.errors import Refused
from tests import small
from tests.composer.publishing.langfuse_stub import KEYS, Held, langfuse
from tests.composer.review import acts


def pushes(database: Database) -> list[dict[str, object]]:
    with database.session() as session:
        return [one.detail for one in log.entries(session) if one.action == "pushed"]


def test_a_push_is_logged_with_registry_version_alias_and_pack(released: Database) -> None:
    with langfuse(Held()) as address:
        registry = langfuse_registry(address, KEYS)
        done = push_release(released, registry, "small", "tiny", alias="production", by="Grace", at=small.NOW)
        again = push_release(released, registry, "small", "tiny", alias="production", by="Grace", at=small.NOW)
    assert (done.version, again.version, again.plan.nothing_to_do) == (1, 1, True)
    assert pushes(released) == [
        {
            "registry": f"Langfuse at {address}",
            "name": "small.tiny",
            "version": 1,
            "alias": "production",
            "pack": done.prompt.fingerprint,
        }
    ]


def test_a_dry_run_is_not_logged(released: Database) -> None:
    with langfuse(Held()) as address:
        assert plan_push(released, langfuse_registry(address, KEYS), "small", "tiny").version is None
    assert pushes(released) == []


def test_who_may_not_release_may_not_push(released: Database) -> None:
    held = Held()
    acts.sign_in(released)
    with langfuse(held) as address, pytest.raises(Refused, match="releaser"):
        push_release(released, langfuse_registry(address, KEYS), "small", "tiny", by="Nobody", at=small.NOW)
    assert held.prompts == {}


def test_what_is_not_released_is_not_pushed(submitted: Database) -> None:
    with langfuse(Held()) as address, pytest.raises(Refused, match="nothing is released for small on tiny"):
        plan_push(submitted, langfuse_registry(address, KEYS), "small", "tiny")
