"""The recorded example: a newcomer's first page, which can only be read, and leads to no home's own pages."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from composer.home.paths import Home
from tests.ui.conftest import APP, TIMEOUT_SECONDS
from tests.ui.pages import Open, plain_text, seen


@pytest.fixture
def newcomer(recorded_example: Home, tmp_path: Path) -> Home:
    """A home in which nothing was found yet, with the recorded example."""
    shutil.copytree(recorded_example.path, tmp_path / "newcomer")
    return Home(tmp_path / "newcomer")


@pytest.fixture
def with_example(furnished: Home, recorded_example: Home) -> Home:
    """A home with candidates of its own, and the recorded example."""
    shutil.copytree(recorded_example.path, furnished.path, dirs_exist_ok=True)
    return furnished


def test_a_newcomer_begins_with_it(newcomer: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COMPOSER_HOME", str(newcomer.path))
    app = AppTest.from_file(str(APP), default_timeout=TIMEOUT_SECONDS).run()
    assert not app.exception
    assert "Recorded example" in seen(app)
    assert "sentiment → qwen2.5-coder-1.5b" in seen(app)


def test_it_shows_a_whole_review_that_nobody_can_decide_on(newcomer: Home, visit: Open) -> None:
    app = visit(newcomer, "example")
    shown = plain_text(app)
    for words in ("to be read only", "What changes", "Every example", "How sure", "Your verdict"):
        assert words in shown
    assert {app.button(key=key).disabled for key in ("approve", "no-go", "request-changes")} == {True}


def test_its_links_stay_in_it(newcomer: Home, visit: Open) -> None:
    links = re.findall(r'href="([^"#]+)"', seen(visit(newcomer, "example")))
    assert links
    assert all(link.startswith("example?row=") for link in links)


def test_a_row_opens_by_its_link(newcomer: Home, visit: Open) -> None:
    link = next(iter(re.findall(r'href="example\?row=([^"]+)"', seen(visit(newcomer, "example")))))
    assert "{&quot;rating&quot;" in plain_text(visit(newcomer, "example", row=link))


def test_other_pages_show_the_home_itself(with_example: Home, visit: Open) -> None:
    app = visit(with_example, "example")
    assert "sentiment → qwen2.5-coder-1.5b" in seen(app)
    app.switch_page("views/inbox.py").run()
    assert "sentiment" not in seen(app)
    app.switch_page("views/candidate.py")
    app.query_params["candidate"] = "1"
    app.run()
    assert "sentiment" not in seen(app)
    assert "Recorded example" not in seen(app)


def test_a_home_with_candidates_begins_in_its_inbox(with_example: Home, visit: Open) -> None:
    assert "Recorded example" not in seen(visit(with_example, "inbox"))


def test_a_home_without_it_says_so(furnished: Home, visit: Open) -> None:
    assert "This home has no recorded example" in plain_text(visit(furnished, "example"))
