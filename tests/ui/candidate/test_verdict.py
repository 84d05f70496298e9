"""The verdict: it needs a reason, and what it waits for is named."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from composer.home.paths import Home
from composer.registry.releases import current_release
from composer.review.decisions import give_verdict
from composer.review.verdicts import verdicts_on
from library.database import Database
from tests.ui.pages import Open, candidate_page, plain_text, seen

NOW = datetime(2026, 1, 2, tzinfo=UTC)


@pytest.mark.parametrize("key", ["request-changes", "no-go"])
def test_a_verdict_needs_a_reason(furnished: Home, visit: Open, rows: Database, key: str) -> None:
    app = candidate_page(visit, furnished)
    app.button(key=key).click().run()
    assert "A verdict needs a reason" in app.error[0].value
    with rows.session() as session:
        assert verdicts_on(session, 1) == ()


def test_approving_waits_for_a_disposition_of_each_regression_and_a_release_for_the_approval(
    furnished: Home, visit: Open, rows: Database
) -> None:
    app = candidate_page(visit, furnished)
    assert app.button(key="approve").disabled
    assert "unresolved regressions" in plain_text(app)
    app.text_input(key="disposition-rest").set_value("Near ties all of them.")
    app.button(key="acceptable-rest").click().run()
    assert not app.button(key="approve").disabled
    app.text_area(key="reason").set_value("Clear gain; those that get worse do so by little.")
    app.button(key="approve").click().run()
    assert not app.button(key="release").disabled
    assert "<b>Approvals</b> 1 of 1 (Ada (local))" in seen(app)
    assert current(rows) is None


def test_requested_changes_are_listed_and_an_admin_can_dismiss_them(
    furnished: Home, visit: Open, rows: Database
) -> None:
    with rows.session() as session:
        give_verdict(session, 1, "request changes", reason="Shorter, please.", by="Bob", at=NOW)
    app = candidate_page(visit, furnished)
    assert "Settle this first: Bob asked for changes" in seen(app)
    assert "Shorter, please." in seen(app)
    assert app.button(key=next(b.key for b in app.button if str(b.key).startswith("dismiss-"))).label == (
        "Dismiss Bob’s request changes"
    )


def current(rows: Database) -> int | None:
    with rows.session() as session:
        release = current_release(session, "relatedness", "qwen2.5-coder-1.5b")
    return release.candidate_id if release else None
