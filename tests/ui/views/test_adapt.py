"""The Adapt page: what is frozen and what it takes before a start, and how adaptations ended."""

from __future__ import annotations

from pathlib import Path

import pytest

from composer.adaptation import list_adaptations
from composer.adaptation import worker as adaptations
from composer.home.paths import Home
from composer.models.target import Target
from composer.registry.targets import add_target
from library.database import Database
from tests import small
from tests.composer.adaptation import carrying
from tests.scripted import connecting
from tests.ui.pages import Open, plain_text, seen


@pytest.fixture
def carried(database: Database, tmp_path: Path, home: Home) -> Home:
    """A home with a candidate for one target and a no-go for another."""
    carrying.furnished(database, tmp_path, home)
    adaptations.work(database, home, carrying.entered(database), connect=connecting(carrying.model()))
    with database.session() as session:
        add_target(
            session, Target(name="third", kind="embedded", model="qwen2.5-coder-1.5b"), by="A", at=small.NOW
        )
    return home


def test_a_home_with_nothing_to_carry_says_what_it_needs(home: Home, visit: Open) -> None:
    shown = seen(visit(home, "adapt"))
    assert "Nothing to carry over yet" in shown
    assert "None yet." in shown


def test_one_that_ended_shows_its_sides_its_candidate_and_what_it_took(carried: Home, visit: Open) -> None:
    app = visit(carried, "adapt", adaptation="1")
    assert not app.exception
    shown = plain_text(app)
    for words in ("Adaptation 1", "candidate", "plain transfer", "what the new target has now", "of a full run"):
        assert words in shown
    assert [link.value for link in app.page_link] == ["Open candidate 2"]


def test_what_is_frozen_and_what_it_takes_is_shown_and_starting_enters_it(
    carried: Home, database: Database, visit: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[int] = []
    monkeypatch.setattr(adaptations, "start", lambda _home, number: started.append(number))
    app = visit(carried, "adapt")
    app.multiselect(key=f"to-small-{carrying.OLD}").select("third").run()
    assert not app.exception
    shown = plain_text(app)
    assert "What is frozen" in shown
    assert "answers" in shown
    next(one for one in app.button if one.label == "Start").click().run()
    assert not app.exception
    with database.session() as session:
        newest = list_adaptations(session)[0]
    assert (newest.target, started) == ("third", [newest.id])
