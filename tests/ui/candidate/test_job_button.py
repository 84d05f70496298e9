"""The button of a job: it shows a finished offer, and reads nothing itself."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import Engine, event
from streamlit.testing.v1 import AppTest

from composer.home.paths import Home
from tests.ui.pages import Open, candidate_page, in_order, plain_text


def button(role: str = "reviewer", **offered: object) -> AppTest:
    """A page with one button of a job, for a person of this role; there is no home to read."""

    def script(role: str, offered: dict) -> None:  # type: ignore[type-arg]
        from library.roles import Person
        from ui.candidate import job_button
        from ui.candidate.page_data import JobOffer

        person = Person("Ada", "", frozenset({role}))  # type: ignore[arg-type]
        job_button.show(JobOffer(**offered), "Ask again", person)

    offer = {"candidate_id": 1, "kind": "noise", "examples": (), "price": 90, "seconds": 2.0, "newest": None}
    given = {**offer, "at_work": False, **offered}
    app = AppTest.from_function(script, args=(role, given), default_timeout=60).run()
    assert not app.exception, app.exception
    return app


@pytest.mark.parametrize(
    ("offered", "told"),
    [
        ({}, "90 answers, about 3 min"),
        ({"price": 1, "seconds": 0.1}, "1 answer, about 1 s"),
        ({"price": 0}, "no new answer"),
    ],
)
def test_the_cost_is_beside_the_button(offered: dict[str, float], told: str) -> None:
    app = button(**offered)
    assert plain_text(app) == told
    assert not app.button(key="job-noise-").disabled


def test_whoever_may_only_look_can_press_nothing() -> None:
    app = button(role="viewer")
    assert app.button(key="job-noise-").disabled
    assert "Ada may only look" in plain_text(app)


def test_what_is_not_possible_is_named_in_place_of_the_button() -> None:
    app = button(refused="target tiny was edited")
    assert plain_text(app) == "Ask again is not possible: target tiny was edited"
    assert not app.button


def test_an_open_row_reads_jobs_and_the_person_no_more_than_once_in_its_part_of_the_page(
    furnished: Home, visit: Open
) -> None:
    app = candidate_page(visit, furnished)
    row = str(app.dataframe[0].value["example"].iloc[0])
    app.query_params["row"] = row
    asked = statements(app.run)
    for table in ("FROM job", "FROM person"):
        # The page reads the jobs once, and so does the fragment of the examples, for the row that is open.
        assert sum(table in one for one in asked) <= 2, table
    assert "likely cause" in "".join(in_order(app))


def statements(run: Callable[[], object]) -> list[str]:
    """Return the statements of SQL that reach a database meanwhile."""
    found: list[str] = []

    def keep(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        found.append(statement)

    event.listen(Engine, "before_cursor_execute", keep)
    try:
        run()
    finally:
        event.remove(Engine, "before_cursor_execute", keep)
    return found
