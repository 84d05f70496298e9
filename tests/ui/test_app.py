"""The router: who is only to rate sees the page for that and no other, blind to labels and answers."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from composer.home.paths import Home
from composer.labelling.queueing import queue_doubtful
from composer.registry.tasks import get_task
from library.database import Database
from library.people import add_person
from library.roles import Role
from tests import small
from tests.ui.conftest import APP, TIMEOUT_SECONDS
from tests.ui.pages import plain_text


@pytest.fixture
def opened_by(rows: Database, furnished: Home, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    monkeypatch.setenv("COMPOSER_HOME", str(furnished.path))
    with rows.session() as session:
        queue_doubtful(session, get_task(session, "polarity"), 3, by="Ada (local)", at=small.NOW)
    return AppTest.from_file(str(APP), default_timeout=TIMEOUT_SECONDS)


def sign_in(rows: Database, app: AppTest, *roles: Role) -> None:
    with rows.session() as session:
        add_person(session, "Uma", "uma@example.org", roles, by="Ada (local)", at=small.NOW)
    app.user = {"is_logged_in": True, "email": "uma@example.org", "email_verified": True, "exp": 2**40}
    app.run()
    assert not app.exception, app.exception


def test_a_rater_is_led_to_the_label_page_and_sees_no_other(rows: Database, opened_by: AppTest) -> None:
    sign_in(rows, opened_by, "rater")
    assert opened_by.title[0].value == "Label"
    for page in ("inbox", "candidate", "task", "activity"):
        with pytest.raises(ValueError, match="Could not find a navigation page"):
            opened_by.switch_page(f"views/{page}.py")
    assert not [key for key in ("foresee", "queue") if key in {one.key for one in opened_by.button}]


def test_a_rater_who_reads_too_sees_every_page(rows: Database, opened_by: AppTest) -> None:
    sign_in(rows, opened_by, "rater", "viewer")
    assert opened_by.title[0].value == "Inbox"
    opened_by.switch_page("views/label.py").run()
    assert "of 3 rated by you" in str(opened_by.get("progress")[0].proto.text)


def test_a_viewer_is_told_what_rating_needs(rows: Database, opened_by: AppTest) -> None:
    sign_in(rows, opened_by, "viewer")
    opened_by.switch_page("views/label.py").run()
    assert "Rating needs the role rater" in plain_text(opened_by)
