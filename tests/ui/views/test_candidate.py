"""The Candidate page: its story from top to bottom, what a reviewer can decide on it, and what it answers."""

from datetime import UTC, datetime

import pytest
from streamlit.testing.v1 import AppTest

from composer.home.paths import Home
from composer.registry.releases import current_release
from composer.registry.tasks import add_task, get_task
from composer.review.comments import add_comment
from composer.review.decisions import give_verdict
from composer.review.regressions import dispositions, set_disposition
from composer.review.verdicts import verdicts_on
from library.database import Database
from tests.ui.pages import Open, seen

PLACE = ("relatedness", "qwen2.5-coder-1.5b")
NOW = datetime(2026, 1, 2, tzinfo=UTC)


def page(visit: Open, home: Home, **link: str) -> AppTest:
    return visit(home, "candidate", candidate="1", **link)


def plain_text(app: AppTest) -> str:
    return seen(app).replace("\\", "")


def test_a_link_without_a_candidate_leads_to_the_inbox(home: Home, visit: Open) -> None:
    assert "No candidate is named in this link" in seen(visit(home, "candidate"))
    assert "No candidate is named" in seen(visit(home, "candidate", candidate="<b>"))


def test_a_candidate_that_does_not_exist_is_refused_in_words(home: Home, visit: Open) -> None:
    app = visit(home, "candidate", candidate="7")
    assert "no candidate 7" in app.error[0].value


def test_the_story_runs_from_what_changes_to_the_verdict(furnished: Home, visit: Open) -> None:
    shown = seen(page(visit, furnished))
    sections = ["What changes", "What it gains and breaks", "Every example", "How sure"]
    sections += ["Discussion", "Your verdict"]
    places = [shown.index(f'ic-section">{name}') for name in sections]
    assert places == sorted(places)
    for words in ("Spearman", "5 of 5 pass", "people-anchors", "none before this one", "Search estimate"):
        assert words in shown


def test_the_top_says_how_far_the_review_is_and_what_comes_next(furnished: Home, visit: Open) -> None:
    shown = seen(page(visit, furnished))
    assert "<b>Approvals</b> 0 of 1" in shown
    assert "<b>Regressions resolved</b> 0 of " in shown
    assert "a word (key n opens the worst)" in shown


def test_the_text_is_compared_unified_or_side_by_side(furnished: Home, visit: Open) -> None:
    assert "ic-half" not in seen(page(visit, furnished))
    assert "ic-half" in seen(page(visit, furnished, diff="side by side"))


def test_the_link_chooses_what_the_candidate_is_compared_with(furnished: Home, visit: Open) -> None:
    assert "+ added" in seen(page(visit, furnished, base="the bare base"))
    app = page(visit, furnished)
    assert "candidate 2 on qwen2.5-coder-0.5b" not in app.selectbox(key="base").options


def test_examples_are_sorted_by_worst_regression_and_filtered_by_the_link(furnished: Home, visit: Open) -> None:
    table = page(visit, furnished).dataframe[0].value
    assert set(table[""]) == {"worse"}
    assert table["loss change"].is_monotonic_decreasing
    malformed = page(visit, furnished, show="malformed").dataframe[0].value
    assert ((malformed["before"] == "malformed") | (malformed["after"] == "malformed")).all()
    found = page(visit, furnished, show="all", slice="politics", find="iraq")
    assert set(found.dataframe[0].value["slice"]) == {"politics"}
    large = page(visit, furnished, show="all", size="change ≥ 0.25").dataframe[0].value
    assert (large["loss change"].abs() >= 0.25).all()
    assert len(large)


def test_an_open_row_shows_inputs_people_and_both_raw_answers_verbatim(furnished: Home, visit: Open) -> None:
    row = page(visit, furnished, show="malformed").dataframe[0].value["example"].iloc[0]
    shown = seen(page(visit, furnished, show="malformed", row=row))
    assert "&lt;i&gt;Rating&lt;/i&gt;: I would say **4** out of 5, since both\nmention the government." in shown
    assert "not JSON" in shown
    assert "<i>Rating" not in shown
    assert "1 of " in shown


def test_next_opens_the_following_row_and_the_link_holds_it(furnished: Home, visit: Open) -> None:
    app = page(visit, furnished)
    ids = list(app.dataframe[0].value["example"])
    app.button(key="next").click().run()
    assert app.query_params["row"] == ids[0]
    app.button(key="next").click().run()
    assert app.query_params["row"] == ids[1]
    app.button(key="close").click().run()
    assert "row" not in app.query_params


def test_a_disposition_is_stored_and_leads_to_the_next_regression(
    furnished: Home, visit: Open, rows: Database
) -> None:
    app = page(visit, furnished)
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
    app = page(visit, furnished)
    app.button(key="onward").click().run()
    app.button(key="blocks").click().run()
    assert "A word on a regression needs a reason" in app.error[0].value
    with rows.session() as session:
        assert dispositions(session, 1) == {}


def test_what_blocks_says_so_at_the_top_and_at_the_verdict(furnished: Home, visit: Open, rows: Database) -> None:
    row = page(visit, furnished).dataframe[0].value["example"].iloc[0]
    with rows.session() as session:
        set_disposition(session, 1, [row], "blocks", reason="Plainly wrong.", by="Ada", at=NOW)
    shown = seen(page(visit, furnished, row=row))
    assert f"Settle this first: Ada says that {row} blocks" in shown
    assert "Plainly wrong." in shown


def test_the_likely_cause_is_named_where_the_answers_are_stored(furnished: Home, visit: Open) -> None:
    row = page(visit, furnished).dataframe[0].value["example"].iloc[0]
    assert "likely cause</b>: better without it" in seen(page(visit, furnished, row=row))


@pytest.mark.parametrize("key", ["request-changes", "no-go"])
def test_a_verdict_needs_a_reason(furnished: Home, visit: Open, rows: Database, key: str) -> None:
    app = page(visit, furnished)
    app.button(key=key).click().run()
    assert "A verdict needs a reason" in app.error[0].value
    with rows.session() as session:
        assert verdicts_on(session, 1) == ()


def test_approving_waits_for_a_disposition_of_each_regression_and_a_release_for_the_approval(
    furnished: Home, visit: Open, rows: Database
) -> None:
    app = page(visit, furnished)
    assert app.button(key="approve").disabled
    assert "regressions without a word" in plain_text(app)
    app.text_input(key="disposition-rest").set_value("Near ties all of them.")
    app.button(key="acceptable-rest").click().run()
    assert not app.button(key="approve").disabled
    app.text_area(key="reason").set_value("Clear gain; those that get worse do so by little.")
    app.button(key="approve").click().run()
    assert not app.button(key="release").disabled
    assert "<b>Approvals</b> 1 of 1 (Ada (local))" in seen(app)
    assert current(rows) is None


def test_what_somebody_asked_for_stands_beside_the_release(furnished: Home, visit: Open, rows: Database) -> None:
    with rows.session() as session:
        give_verdict(session, 1, "request changes", reason="Shorter, please.", by="Bob", at=NOW)
    app = page(visit, furnished)
    assert "Settle this first: Bob asked for changes" in seen(app)
    assert "Shorter, please." in seen(app)
    assert app.button(key=next(b.key for b in app.button if str(b.key).startswith("dismiss-"))).label == (
        "Dismiss Bob’s request changes"
    )


def test_what_changed_under_a_candidate_makes_it_stale_and_scoring_again_repairs_it(
    furnished: Home, visit: Open, rows: Database
) -> None:
    with rows.session() as session:
        edited = get_task(session, "relatedness").model_copy(update={"title": "Another"})
        add_task(session, edited, by="Ada", at=NOW)
    app = page(visit, furnished)
    assert "task relatedness was edited" in plain_text(app)
    assert app.button(key="approve").disabled
    assert "no new answer" in plain_text(app)
    app.button(key="job-rescore-").click().run()
    assert app.query_params["candidate"] != "1"
    assert "scored again from" in seen(app)
    assert not app.warning


def test_comments_are_under_what_they_are_about_and_can_be_resolved(
    furnished: Home, visit: Open, rows: Database
) -> None:
    with rows.session() as session:
        add_comment(
            session, 1, "Is <b>5</b> too rare now?", by="Ada", at=NOW, kind="snippet", name="people-anchors"
        )
    app = page(visit, furnished)
    shown = seen(app)
    assert shown.index("Is &lt;b&gt;5&lt;/b&gt; too rare now?") < shown.index("What it gains and breaks")
    assert "1 open comment" in shown
    app.button(key="resolve-1").click().run()
    assert "0 open comments" in seen(app)


def test_the_effect_of_each_snippet_is_folded_and_called_a_search_estimate(furnished: Home, visit: Open) -> None:
    app = page(visit, furnished)
    (folded,) = [one for one in app.expander if "of each snippet in the candidate" in one.label]
    assert not folded.proto.expanded
    assert "search estimate" in folded.label


def test_labels_are_compared_as_counts(furnished: Home, visit: Open) -> None:
    shown = seen(visit(furnished, "candidate", candidate="2"))
    assert "answers by gold label" in shown
    assert "Macro F1" in shown


def current(rows: Database) -> int | None:
    with rows.session() as session:
        release = current_release(session, *PLACE)
    return release.candidate_id if release else None
