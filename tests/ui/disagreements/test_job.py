"""The button of a job on authoring examples: its cost beside it, for curators alone, and how the last ended."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from tests.ui.pages import plain_text


def button(role: str = "curator", state: str = "", message: str = "", answers: int = 12) -> AppTest:
    """A page with one button, for a person of this role; there is no home to read."""

    def script(role: str, state: str, message: str, answers: int) -> None:
        from datetime import UTC, datetime

        from composer.answers.latency import Latency
        from composer.curation.cost import Cost
        from composer.curation.jobs import AuthoringJob
        from library.roles import Person
        from ui.disagreements import job
        from ui.disagreements.page_data import Offer

        at = datetime(2026, 1, 1, tzinfo=UTC)
        last = AuthoringJob(
            1, "answers", "small", "tiny", "", "", (), (), state, False, 3, 12, message, None, "Ada", at, None
        )
        cost = Cost(answers, 30.0, None, Latency(2.5, 40))
        person = Person("Ada", "", frozenset({role}))  # type: ignore[arg-type]
        job.show(Offer(cost, last if state else None), "Ask about 12", lambda: 1, person, "x")

    app = AppTest.from_function(script, args=(role, state, message, answers), default_timeout=60).run()
    assert not app.exception, app.exception
    return app


def test_the_cost_is_beside_the_button() -> None:
    app = button()
    assert plain_text(app) == "12 answers to pay, about 30 s"
    assert app.button(key="ask-x").label == "Ask about 12"
    assert plain_text(button(answers=0)).startswith("nothing to pay")


@pytest.mark.parametrize("role", ["viewer", "rater", "reviewer", "releaser"])
def test_whoever_is_no_curator_can_press_nothing_and_is_told_why(role: str) -> None:
    app = button(role)
    assert app.button(key="ask-x").disabled
    assert "only a curator may ask" in plain_text(app)


@pytest.mark.parametrize("state", ["stopped", "running", "waiting"])
def test_one_that_ended_early_can_go_on(state: str) -> None:
    app = button(state=state)
    assert app.button(key="ask-x").label == "Go on"
    assert "the answers so far are kept" in plain_text(app)


def test_one_that_failed_says_why_and_can_be_asked_again() -> None:
    app = button(state="failed", message="the server at x is gone")
    assert "The last one failed: the server at x is gone" in plain_text(app)
    assert app.button(key="ask-x").label == "Ask about 12"
