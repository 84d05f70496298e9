"""Dispositions of regressions: stored, required to have a reason, and shown where they block."""

from __future__ import annotations

from datetime import UTC, datetime

from composer.home.paths import Home
from composer.review.regressions import dispositions, set_disposition
from library.database import Database
from tests.ui.pages import Open, candidate_page, seen

NOW = datetime(2026, 1, 2, tzinfo=UTC)


def test_a_disposition_is_stored_and_leads_to_the_next_regression(
    furnished: Home, visit: Open, rows: Database
) -> None:
    app = candidate_page(visit, furnished)
    app.button(key="onward").click().run()
    first = app.query_params["row"]
    app.text_input(key=f"disposition-{first}").set_value("People were split on it.")
    app.button(key="acceptable").click().run()
    with rows.session() as session:
        given = dispositions(session, 1)
    assert (given[first].kind, given[first].reason) == ("acceptable", "People were split on it.")
    assert app.query_params["row"] != first
    assert "<b>Regressions resolved</b> 1 of " in seen(app)


def test_a_disposition_needs_a_reason(furnished: Home, visit: Open, rows: Database) -> None:
    app = candidate_page(visit, furnished)
    app.button(key="onward").click().run()
    app.button(key="blocks").click().run()
    assert "A disposition needs a reason" in app.error[0].value
    with rows.session() as session:
        assert dispositions(session, 1) == {}


def test_what_blocks_says_so_at_the_top_and_at_the_verdict(furnished: Home, visit: Open, rows: Database) -> None:
    row = candidate_page(visit, furnished).dataframe[0].value["example"].iloc[0]
    with rows.session() as session:
        set_disposition(session, 1, [row], "blocks", reason="Plainly wrong.", by="Ada", at=NOW)
    shown = seen(candidate_page(visit, furnished, row=row))
    assert f"Settle this first: Ada marked {row} as blocking" in shown
    assert "Plainly wrong." in shown
