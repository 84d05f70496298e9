"""A stale candidate: why it is stale, and scoring it again."""

from __future__ import annotations

from datetime import UTC, datetime

from composer.home.paths import Home
from composer.registry.tasks import add_task, get_task
from library.database import Database
from tests.ui.pages import Open, candidate_page, plain_text, seen

NOW = datetime(2026, 1, 2, tzinfo=UTC)


def test_what_changed_under_a_candidate_makes_it_stale_and_scoring_again_repairs_it(
    furnished: Home, visit: Open, rows: Database
) -> None:
    with rows.session() as session:
        edited = get_task(session, "relatedness").model_copy(update={"title": "Another"})
        add_task(session, edited, by="Ada", at=NOW)
    app = candidate_page(visit, furnished)
    assert "task relatedness was edited" in plain_text(app)
    assert app.button(key="approve").disabled
    assert "no new answer" in plain_text(app)
    app.button(key="job-rescore-").click().run()
    assert app.query_params["candidate"] != "1"
    assert "scored again from" in seen(app)
    assert not app.warning
