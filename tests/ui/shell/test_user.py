"""Who is looking: the local person, someone who signed in, and those who are let in no further than the door."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
import streamlit as st
from sqlalchemy import Engine, event
from streamlit.testing.v1 import AppTest

from composer.home.paths import Home
from composer.home.signin import auth_file
from library.database import Database
from library.people import NotAllowed, add_person, remove_person, set_roles
from library.roles import Role
from tests.ui.conftest import APP, TIMEOUT_SECONDS
from tests.ui.pages import seen
from ui.shell.user import me, visitor, who

Seen = Callable[..., AppTest]
GRACE = {"is_logged_in": True, "email": "Grace@example.org", "email_verified": True, "exp": 2**40}
AT = datetime(2026, 3, 4, tzinfo=UTC)


def add(database: Database, name: str, *roles: Role) -> None:
    with database.session() as session:
        add_person(session, name, f"{name.lower()}@example.org", roles, by="Ada (local)", at=AT)


@pytest.fixture
def at_the_door(home: Home, database: Database, monkeypatch: pytest.MonkeyPatch) -> Seen:
    """Open the app as whoever the provider says is there: claims by name, or nobody for none."""
    monkeypatch.setenv("COMPOSER_HOME", str(home.path))
    monkeypatch.setenv("COMPOSER_PERSON", "Ada")

    def opened(**claims: Any) -> AppTest:
        app = AppTest.from_file(str(APP), default_timeout=TIMEOUT_SECONDS)
        app.user = {"exp": 2**40, **claims} if claims else {}
        app.run()
        assert not app.exception, app.exception
        return app

    return opened


@pytest.fixture
def claimed(home: Home, database: Database, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Let the provider say this of who is there."""
    monkeypatch.setenv("COMPOSER_HOME", str(home.path))
    monkeypatch.setenv("COMPOSER_PERSON", "Ada")
    return lambda **claims: monkeypatch.setattr(st, "user", {"exp": 2**40, **claims} if claims else {})


def buttons(app: AppTest) -> list[str]:
    return [one.label for one in app.button]


def test_where_nobody_signs_in_the_local_person_acts(claimed: Callable[..., None]) -> None:
    claimed()
    assert who() == "Ada (local)"
    assert me().may("releaser")


def test_a_person_acts_under_their_own_name_with_the_roles_they_have_now(
    claimed: Callable[..., None], database: Database
) -> None:
    add(database, "Grace", "reviewer")
    add(database, "Alan")
    claimed(**GRACE)
    assert who() == "Grace"
    assert me().roles == {"reviewer"}
    with database.session() as session:
        remove_person(session, "Grace", by="Ada (local)", at=AT)
    with pytest.raises(NotAllowed):
        who()


@pytest.mark.parametrize(
    "claims",
    [
        {"is_logged_in": False},
        {"is_logged_in": False, "email": "grace@example.org"},
        {"is_logged_in": "yes", "email": "grace@example.org"},
        {"is_logged_in": True},
        {"is_logged_in": True, "email": "mallory@example.org"},
        {"is_logged_in": True, "email": "grace@example.org", "email_verified": False},
        {"is_logged_in": True, "email": "grace@example.org", "email_verified": "false"},
        {"is_logged_in": True, "email": "grace@example.org", "email_verified": None},
        {**GRACE, "exp": 1},
        {**GRACE, "exp": None},
        {**GRACE, "exp": "2200-01-01"},
    ],
)
def test_nobody_else_acts_as_anybody(
    claimed: Callable[..., None], database: Database, claims: dict[str, Any]
) -> None:
    add(database, "Grace", "reviewer")
    claimed(**claims)
    with pytest.raises(NotAllowed, match="nobody known here is signed in"):
        who()


def test_where_nobody_was_added_nobody_who_signs_in_gets_in(claimed: Callable[..., None]) -> None:
    claimed(**GRACE)
    with pytest.raises(NotAllowed):
        me()


def test_whoever_hasn_t_signed_in_sees_the_door_alone(at_the_door: Seen) -> None:
    app = at_the_door(is_logged_in=False)
    assert [title.value for title in app.title] == ["Sign in"]
    assert buttons(app) == ["Sign in"]
    assert "No candidate yet" not in seen(app)


def test_a_stranger_reads_which_email_and_who_can_add_it(at_the_door: Seen, database: Database) -> None:
    add(database, "Grace")
    app = at_the_door(is_logged_in=True, email="<b>@example.org")
    assert "You signed in as &lt;b&gt;@example.org" in seen(app)
    assert "composer people add NAME &#x27;&lt;b&gt;@example.org&#x27;" in seen(app)
    assert buttons(app) == ["Sign out"]
    assert "No candidate yet" not in seen(app)


def test_an_expired_sign_in_acts_no_more_and_leads_to_another(at_the_door: Seen, database: Database) -> None:
    add(database, "Grace", "admin")
    app = at_the_door(**{**GRACE, "exp": 1})
    assert "Your sign-in has ended" in app.warning[0].value
    assert buttons(app) == ["Sign in"]
    assert "No candidate yet" not in seen(app)


@pytest.mark.parametrize(("hours", "lasts"), [(1, True), (11, True), (13, False)])
def test_a_token_of_an_hour_is_a_sign_in_of_half_a_day(
    claimed: Callable[..., None], database: Database, hours: int, lasts: bool
) -> None:
    add(database, "Grace", "admin")
    issued = datetime.now(UTC).timestamp() - hours * 3600
    claimed(**{**GRACE, "iat": issued, "exp": issued + 3600})
    assert (visitor().person is not None, visitor().ended) == (lasts, not lasts)


SETTINGS = """[auth]
redirect_uri = "http://localhost:{port}/oauth2callback"
cookie_secret = "a secret for tests alone, long enough to pass"
client_id = "composer"
client_secret = "known to the provider"
server_metadata_url = "http://localhost:9/.well-known/openid-configuration"
"""


@pytest.mark.parametrize(
    ("audience", "opens"),
    [
        ({"aud": "composer"}, True),
        ({"aud": ["composer"], "azp": "composer"}, True),
        ({"aud": ["other", "composer"], "azp": "composer"}, True),
        ({"aud": "other"}, False),
        ({"aud": "other", "azp": "composer"}, False),
        ({"aud": ["other", "composer"]}, False),
        ({"aud": "composer", "azp": "other"}, False),
        ({"aud": ["other"]}, False),
        ({"aud": None}, False),
        ({}, False),
    ],
)
def test_a_sign_in_of_another_audience_opens_nothing(
    at_the_door: Seen, home: Home, database: Database, audience: dict[str, Any], opens: bool
) -> None:
    add(database, "Grace")
    auth_file(home).write_text(SETTINGS)
    auth_file(home).chmod(0o600)
    app = at_the_door(**GRACE, **audience)
    assert ("No candidate yet" in seen(app)) == opens
    assert ("signed you in to another app" in seen(app)) != opens


def test_an_unverified_email_opens_nothing(at_the_door: Seen, database: Database) -> None:
    add(database, "Grace")
    app = at_the_door(**{**GRACE, "email_verified": False})
    assert "has not verified that Grace@example.org is yours" in seen(app)
    assert "composer people add" not in seen(app)
    assert buttons(app) == ["Sign out"]


def test_somebody_known_sees_the_pages_and_can_sign_out(at_the_door: Seen, database: Database) -> None:
    add(database, "Grace", "releaser", "reviewer")
    app = at_the_door(**GRACE)
    assert "No candidate yet" in seen(app)
    assert "<div>reviewer, releaser</div>" in seen(app)
    assert "Sign out" in buttons(app)


def test_people_without_a_provider_leave_a_line_that_says_what_is_missing(
    at_the_door: Seen, database: Database
) -> None:
    assert not at_the_door().warning
    add(database, "Grace")
    app = at_the_door()
    assert "Nothing can be decided here" in app.warning[0].value
    assert "No candidate yet" in seen(app)


def asked_for_people(app: AppTest) -> int:
    """Run a page, and count how often it asks the database for people."""
    asked = []

    def count(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        asked.append(statement)

    event.listen(Engine, "before_cursor_execute", count)
    app.run()
    event.remove(Engine, "before_cursor_execute", count)
    assert not app.exception
    return sum("FROM person" in one for one in asked)


def test_who_is_there_is_read_once_in_each_run_of_a_page(at_the_door: Seen, database: Database) -> None:
    app = at_the_door()
    assert asked_for_people(app) == 1
    add(database, "Grace", "releaser")
    app = at_the_door(**GRACE)
    assert asked_for_people(app) == 1
    assert "<div>releaser</div>" in seen(app)


def test_a_change_of_roles_shows_in_the_next_run(at_the_door: Seen, database: Database) -> None:
    add(database, "Grace", "releaser")
    add(database, "Alan")
    app = at_the_door(**GRACE)
    with database.session() as session:
        set_roles(session, "Grace", ("reviewer",), by="Ada (local)", at=AT)
    app.run()
    assert "<div>reviewer</div>" in seen(app)
    with database.session() as session:
        remove_person(session, "Grace", by="Ada (local)", at=AT)
    app.run()
    assert "nobody has added that address" in seen(app)


def test_an_app_started_without_the_home_s_provider_shows_nothing(at_the_door: Seen, home: Home) -> None:
    auth_file(home).write_text("[auth]\n")
    auth_file(home).chmod(0o600)
    app = at_the_door()
    assert "started without the home" in app.error[0].value
    assert "No candidate yet" not in seen(app)


def test_settings_that_could_be_forged_let_nobody_in(at_the_door: Seen, home: Home, database: Database) -> None:
    add(database, "Grace")
    auth_file(home).write_text("[auth]\n")
    auth_file(home).chmod(0o600)
    app = at_the_door(**GRACE)
    assert "lacks redirect" in app.error[0].value.replace("\\", "")
    assert "No candidate yet" not in seen(app)


def test_an_app_that_others_can_reach_shows_nothing_unless_people_sign_in(
    at_the_door: Seen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(st, "get_option", lambda name: {"server.address": "0.0.0.0"}.get(name))
    app = at_the_door()
    assert "Other machines can reach this app" in app.error[0].value
    assert "No candidate yet" not in seen(app)
