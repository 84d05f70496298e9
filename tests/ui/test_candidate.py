from datetime import UTC, datetime

import pytest

from composer.home import Home
from composer.releases import current_release
from composer.review import give_verdict, verdicts_on
from library.database import Database
from tests.ui.pages import Open, seen

PLACE = ("relatedness", "qwen2.5-coder-1.5b")


def test_a_link_without_a_candidate_leads_to_the_inbox(home: Home, visit: Open) -> None:
    assert "No candidate is named in this link" in seen(visit(home, "candidate"))
    assert "No candidate is named" in seen(visit(home, "candidate", candidate="<b>"))


def test_a_candidate_that_does_not_exist_is_refused_in_words(home: Home, visit: Open) -> None:
    app = visit(home, "candidate", candidate="7")
    assert "no candidate 7" in app.error[0].value


def test_the_story_runs_from_what_changes_to_the_verdict(furnished: Home, visit: Open) -> None:
    shown = seen(visit(furnished, "candidate", candidate="1"))
    sections = ["What changes", "What it gains and breaks", "Every example", "How sure", "Your verdict"]
    places = [shown.index(f'ic-section">{name}') for name in sections]
    assert places == sorted(places)
    for words in (
        "Spearman",
        "5 of 5 pass",
        "people-anchors",
        "none before this one",
        "Search estimate",
    ):
        assert words in shown


def test_the_text_is_compared_unified_or_side_by_side(furnished: Home, visit: Open) -> None:
    assert "ic-half" not in seen(visit(furnished, "candidate", candidate="1"))
    assert "ic-half" in seen(visit(furnished, "candidate", candidate="1", diff="side by side"))


def test_examples_are_sorted_by_worst_regression_and_filtered_by_the_link(furnished: Home, visit: Open) -> None:
    table = visit(furnished, "candidate", candidate="1").dataframe[0].value
    assert set(table[""]) == {"worse"}
    assert table["loss change"].is_monotonic_decreasing
    malformed = visit(furnished, "candidate", candidate="1", show="malformed").dataframe[0].value
    assert ((malformed["before"] == "malformed") | (malformed["after"] == "malformed")).all()
    found = visit(furnished, "candidate", candidate="1", show="all", slice="politics", find="iraq")
    assert set(found.dataframe[0].value["slice"]) == {"politics"}


def test_an_open_row_shows_inputs_people_and_both_raw_answers_verbatim(furnished: Home, visit: Open) -> None:
    row = visit(furnished, "candidate", candidate="1", show="malformed").dataframe[0].value["example"].iloc[0]
    shown = seen(visit(furnished, "candidate", candidate="1", show="malformed", row=row))
    assert "&lt;i&gt;Rating&lt;/i&gt;: I would say **4** out of 5, since both\nmention the government." in shown
    assert "not JSON" in shown
    assert "<i>Rating" not in shown
    assert "1 of " in shown


def test_next_opens_the_following_row_and_the_link_holds_it(furnished: Home, visit: Open) -> None:
    app = visit(furnished, "candidate", candidate="1")
    ids = list(app.dataframe[0].value["example"])
    app.button(key="next").click().run()
    assert app.query_params["row"] == ids[0]
    app.button(key="next").click().run()
    assert app.query_params["row"] == ids[1]
    app.button(key="close").click().run()
    assert "row" not in app.query_params


@pytest.mark.parametrize("key", ["comment", "request-changes", "approve"])
def test_a_verdict_needs_a_reason(furnished: Home, visit: Open, rows: Database, key: str) -> None:
    app = visit(furnished, "candidate", candidate="1")
    app.button(key=key).click().run()
    assert "A verdict needs a reason" in app.error[0].value
    with rows.session() as session:
        assert verdicts_on(session, 1) == ()


def test_approving_makes_the_release_and_says_so(furnished: Home, visit: Open, rows: Database) -> None:
    app = visit(furnished, "candidate", candidate="1")
    assert current(rows) is None
    app.text_area(key="reason").set_value("Clear gain; the 15 that get worse do so by little.")
    app.button(key="approve").click().run()
    assert "is now the prompt of relatedness" in app.success[0].value.replace("\\", "")
    assert [link.value for link in app.page_link] == ["See it in Prompts"]
    assert current(rows) == 1
    assert "nothing left to approve" in seen(app)


def test_approval_waits_with_the_reason_beside_it(furnished: Home, visit: Open, rows: Database) -> None:
    with rows.session() as session:
        give_verdict(session, 1, "request changes", reason="Shorter, please.", by="Bob", at=datetime.now(UTC))
    app = visit(furnished, "candidate", candidate="1")
    assert app.button(key="approve").disabled
    assert "Approval waits: Bob asked for changes" in seen(app).replace("\\", "")
    assert "Shorter, please." in seen(app)


def test_what_changed_under_a_candidate_makes_it_stale(furnished: Home, visit: Open, rows: Database) -> None:
    from composer.registry import add_task, get_task

    with rows.session() as session:
        edited = get_task(session, "relatedness").model_copy(update={"title": "Another"})
        add_task(session, edited, by="Ada", at=datetime.now(UTC))
    app = visit(furnished, "candidate", candidate="1")
    assert "task relatedness was edited" in app.warning[0].value.replace("\\", "")
    assert app.button(key="approve").disabled


def test_what_each_snippet_adds_is_folded_and_called_a_search_estimate(furnished: Home, visit: Open) -> None:
    app = visit(furnished, "candidate", candidate="1")
    (folded,) = [one for one in app.expander if "each snippet of the candidate adds" in one.label]
    assert not folded.proto.expanded
    assert "search estimate" in folded.label
    assert "run 1</a>" in seen(app)


def test_labels_are_compared_as_counts(furnished: Home, visit: Open) -> None:
    shown = seen(visit(furnished, "candidate", candidate="2"))
    assert "answers by people’s label" in shown
    assert "Macro F1" in shown


def current(rows: Database) -> int | None:
    with rows.session() as session:
        release = current_release(session, *PLACE)
    return release.candidate_id if release else None
