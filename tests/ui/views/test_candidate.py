"""The Candidate page: its story from top to bottom, what a reviewer can decide on it, and what it answers."""

from composer.home.paths import Home
from tests.ui.pages import Open, candidate_page, seen


def test_a_link_without_a_candidate_leads_to_the_inbox(home: Home, visit: Open) -> None:
    assert "No candidate is named in this link" in seen(visit(home, "candidate"))
    assert "No candidate is named" in seen(visit(home, "candidate", candidate="<b>"))


def test_a_candidate_that_does_not_exist_is_refused_in_words(home: Home, visit: Open) -> None:
    app = visit(home, "candidate", candidate="7")
    assert "no candidate 7" in app.error[0].value


def test_the_story_runs_from_what_changes_to_the_verdict(furnished: Home, visit: Open) -> None:
    shown = seen(candidate_page(visit, furnished))
    sections = ["What changes", "What it gains and breaks", "Every example", "How sure"]
    sections += ["Discussion", "Your verdict"]
    places = [shown.index(f'ic-section">{name}') for name in sections]
    assert places == sorted(places)
    for words in (
        "Spearman",
        "5 of 5 pass",
        "people-anchors",
        "none before this one",
        "Dev and test",
        "on the sealed split",
    ):
        assert words in shown


def test_the_top_says_how_far_the_review_is_and_what_comes_next(furnished: Home, visit: Open) -> None:
    shown = seen(candidate_page(visit, furnished))
    assert "<b>Approvals</b> 0 of 1" in shown
    assert "<b>Regressions resolved</b> 0 of " in shown
    assert "(key n opens the worst): acceptable" in shown
