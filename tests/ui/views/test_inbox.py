"""The Inbox: whom each candidate waits for, tabs and filters that the link holds, and rows to download."""

from __future__ import annotations

from datetime import UTC, datetime

from streamlit.testing.v1 import AppTest

from composer.home.paths import Home
from composer.registry.tasks import add_task, get_task
from composer.review.decisions import give_verdict
from composer.tables import CandidateRow
from library.database import Database
from library.errors import Refused
from library.people import add_person
from tests.ui.pages import Open, seen

RELATEDNESS, POLARITY = "relatedness → qwen2.5-coder-1.5b", "polarity → qwen2.5-coder-0.5b"
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def tabs(app: AppTest) -> list[str]:
    return list(app.button_group(key="state").options)


def open_tab(app: AppTest) -> str:
    return str(app.session_state["state"])


def decide(rows: Database, kind: str, by: str = "Grace (local)") -> None:
    with rows.session() as session:
        give_verdict(session, 1, kind, reason="Look at it.", by=by, at=NOW)  # type: ignore[arg-type]


def test_an_empty_inbox_says_what_a_candidate_is_and_leads_to_a_run(home: Home, visit: Open) -> None:
    app = visit(home, "inbox")
    assert "A candidate is a composition of vetted snippets" in seen(app)
    assert [link.value for link in app.page_link] == ["Start a run"]


def test_what_waits_for_me_comes_first_with_gain_gates_and_link(furnished: Home, visit: Open) -> None:
    app = visit(furnished, "inbox")
    shown = seen(app)
    assert open_tab(app) == "needs me"
    assert RELATEDNESS in shown
    assert 'href="candidate?candidate=1"' in shown
    assert "better</span>" in shown
    assert "<b>you</b>" in shown
    assert "polarity" not in shown


def test_every_tab_says_how_many_it_holds(furnished: Home, visit: Open, rows: Database) -> None:
    counted = [
        "needs me 1",
        "mine 0",
        "approved 0",
        "stale 0",
        "no-go 0",
        "not let through 0",
        "released 1",
        "all 2",
    ]
    assert tabs(visit(furnished, "inbox")) == counted
    decide(rows, "no-go")
    after = [
        "needs me 0",
        "mine 0",
        "approved 0",
        "stale 0",
        "no-go 1",
        "not let through 0",
        "released 1",
        "all 2",
    ]
    assert tabs(visit(furnished, "inbox")) == after


def test_where_nothing_waits_for_me_all_are_shown(furnished: Home, visit: Open, rows: Database) -> None:
    decide(rows, "request changes", by="Ada (local)")
    app = visit(furnished, "inbox")
    assert open_tab(app) == "all"
    shown = seen(app)
    assert RELATEDNESS in shown
    assert POLARITY in shown
    assert "you asked for changes" in shown


def test_somebody_without_the_role_is_not_waited_for(furnished: Home, visit: Open, rows: Database) -> None:
    with rows.session() as session:
        add_person(session, "Max", "max@example.org", ("admin",), by="Ada (local)", at=NOW)
    assert tabs(visit(furnished, "inbox"))[0] == "needs me 0"


def test_the_link_holds_tab_filter_task_and_target(furnished: Home, visit: Open) -> None:
    assert POLARITY in seen(visit(furnished, "inbox", state="released"))
    both = seen(visit(furnished, "inbox", state="all", inbox="qwen 0.5b"))
    assert POLARITY in both
    assert RELATEDNESS not in both
    for link in ({"task": "relatedness"}, {"target": "qwen2.5-coder-1.5b"}):
        app = visit(furnished, "inbox", state="all", **link)
        assert RELATEDNESS in seen(app)
        assert POLARITY not in seen(app)
        assert tabs(app)[-1] == "all 1"


def test_what_is_chosen_is_written_to_the_link(furnished: Home, visit: Open) -> None:
    app = visit(furnished, "inbox", state="all")
    app.selectbox(key="task").set_value("polarity").run()
    assert app.query_params["task"] == "polarity"
    assert RELATEDNESS not in seen(app)
    app.selectbox(key="task").set_value("every task").run()
    assert RELATEDNESS in seen(app)


def test_a_filter_that_nothing_fits_says_so(furnished: Home, visit: Open) -> None:
    assert "None of 2 candidates fits with this filter" in seen(
        visit(furnished, "inbox", state="all", inbox="nowhere")
    )
    assert "under “stale” with this filter" in seen(visit(furnished, "inbox", state="stale", inbox="polarity"))


def test_an_empty_tab_says_what_it_would_hold(furnished: Home, visit: Open) -> None:
    assert "No candidate is stale." in seen(visit(furnished, "inbox", state="stale"))


def test_a_release_that_went_stale_is_found_under_both_tabs(furnished: Home, visit: Open, rows: Database) -> None:
    with rows.session() as session:
        edited = get_task(session, "polarity").model_copy(update={"title": "Another"})
        add_task(session, edited, by="Ada", at=NOW)
    for tab in ("stale", "released"):
        shown = seen(visit(furnished, "inbox", state=tab))
        assert POLARITY in shown
        assert "released</span>" in shown
        assert 'title="task polarity was edited"' in shown


def test_one_unreadable_candidate_hides_none_of_the_others(furnished: Home, rows: Database, visit: Open) -> None:
    with rows.session() as session:
        row = session.get_one(CandidateRow, 2)
        row.versions = [999]
        session.add(row)
    shown = seen(visit(furnished, "inbox", state="all"))
    assert "no snippet version with the number 999" in shown
    assert "needs review" in shown
    assert Refused.__name__ not in shown


def test_candidates_of_one_task_lead_to_their_comparison(furnished: Home, visit: Open) -> None:
    app = visit(furnished, "inbox", state="all")
    app.multiselect(key="to-compare").set_value([1]).run()
    (link,) = [one for one in app.get("page_link") if "Side by side" in one.proto.label]
    assert not link.proto.disabled
    assert "task=relatedness" in link.proto.query_string
    assert "columns=candidate%3A1%2Cbase" in link.proto.query_string
    app.multiselect(key="to-compare").set_value([1, 2]).run()
    assert "Only prompts of one task" in seen(app)
