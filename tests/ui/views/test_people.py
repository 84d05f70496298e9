"""People: who may do what, changed by an admin, with a way back; the tokens of services."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from composer.home.paths import Home
from composer.registry.tasks import add_task
from library.database import Database
from library.people import add_person, people, set_roles
from library.token_acts import make_token
from library.tokens import tokens
from tests import small
from tests.ui.pages import plain_text

ROOT = "Ada (local)"
AT = datetime(2026, 3, 4, tzinfo=UTC)


@pytest.fixture
def peopled(database: Database) -> Database:
    with database.session() as session:
        add_task(session, small.task(), by=ROOT, at=AT)
        add_person(session, "Edsger", "edsger@example.org", ("admin",), by=ROOT, at=AT)
        add_person(session, "Grace", "grace@example.org", ("reviewer:small", "viewer"), by=ROOT, at=AT)
        make_token(session, "ci", ("check",), ("small",), days=30, by=ROOT, at=datetime.now(UTC))
    return database


@pytest.fixture
def opened(home: Home, visit: Callable[..., AppTest], monkeypatch: pytest.MonkeyPatch) -> Callable[..., AppTest]:
    monkeypatch.setenv("COMPOSER_PERSON", "Ada")
    return lambda **link: visit(home, "people", **link)


def roles(database: Database) -> dict[str, tuple[str, ...]]:
    with database.session() as session:
        return {one.name: one.grants for one in people(session)}


def press(app: AppTest, key: str) -> Any:
    app.button(key=key).click().run()
    assert not app.exception


def test_a_home_where_nobody_signs_in_says_what_the_first_person_changes(
    opened: Callable[..., AppTest], database: Database
) -> None:
    app = opened()
    assert "Nobody signs in here" in plain_text(app)
    app.text_input(key="new-person").set_value("Grace")
    app.text_input(key="new-email").set_value("grace@example.org")
    press(app, "add-person")
    assert roles(database) == {"Grace": ("viewer",)}


def test_roles_are_given_and_taken_and_the_last_act_is_taken_back(
    opened: Callable[..., AppTest], peopled: Database
) -> None:
    app = opened(person="Grace")
    assert "small: reviewer" in plain_text(app)
    app.multiselect(key="every-Grace-viewer-reviewer:small").set_value(["curator"]).run()
    press(app, "save-roles")
    assert roles(peopled)["Grace"] == ("curator", "reviewer:small")
    press(app, "undo-people")
    assert roles(peopled)["Grace"] == ("viewer", "reviewer:small")


def test_who_is_removed_is_brought_back_with_their_roles(
    opened: Callable[..., AppTest], peopled: Database
) -> None:
    app = opened(person="Grace")
    press(app, "remove-person")
    assert set(roles(peopled)) == {"Edsger"}
    press(app, "undo-people")
    assert roles(peopled)["Grace"] == ("viewer", "reviewer:small")
    app = opened(person="Grace")
    press(app, "remove-person")
    press(app, "back-Grace")
    assert roles(peopled)["Grace"] == ("viewer", "reviewer:small")


def test_the_second_of_two_admins_sees_the_first_one_s_change(
    opened: Callable[..., AppTest], peopled: Database
) -> None:
    app = opened(person="Grace")
    app.multiselect(key="every-Grace-viewer-reviewer:small").set_value(["curator"]).run()
    with peopled.session() as session:
        set_roles(session, "Grace", ("rater",), by="Edsger", at=AT)
    press(app, "save-roles")
    assert "were changed meanwhile: rater" in plain_text(app)
    assert roles(peopled)["Grace"] == ("rater",)


def test_a_token_is_revoked(opened: Callable[..., AppTest], peopled: Database) -> None:
    app = opened()
    assert "check for small" in plain_text(app)
    press(app, "revoke-token")
    with peopled.session() as session:
        assert tokens(session)[0].state(AT) == "revoked"


def test_who_is_no_admin_looks_and_changes_nothing(
    home: Home, peopled: Database, visit: Callable[..., AppTest], monkeypatch: pytest.MonkeyPatch
) -> None:
    app = visit(home, "people")
    app.user = {"is_logged_in": True, "email": "grace@example.org", "email_verified": True, "exp": 2**40}
    app.run()
    shown = plain_text(app)
    assert "Whoever has the role admin changes people here" in shown
    assert "edsger@example.org" not in shown
    assert not {one.key for one in app.button} & {"save-roles", "add-person", "remove-person", "revoke-token"}


def test_the_last_admin_who_would_lock_themselves_out_is_warned_and_refused(
    home: Home, peopled: Database, visit: Callable[..., AppTest]
) -> None:
    app = visit(home, "people", person="Edsger")
    app.user = {"is_logged_in": True, "email": "edsger@example.org", "email_verified": True, "exp": 2**40}
    app.run()
    app.multiselect(key="every-Edsger-admin").set_value(["viewer"]).run()
    assert "You would not be an admin any more" in plain_text(app)
    press(app, "save-roles")
    assert "Edsger is the last admin" in plain_text(app)
    assert roles(peopled)["Edsger"] == ("admin",)
