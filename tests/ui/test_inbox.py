from composer.candidates import candidates
from composer.home import Home
from library.database import Database
from library.errors import Refused
from tests.ui.pages import Open, seen


def test_an_empty_inbox_says_what_a_candidate_is_and_leads_to_a_run(home: Home, visit: Open) -> None:
    app = visit(home, "inbox")
    assert "A candidate is a composition of vetted snippets" in seen(app)
    assert [link.value for link in app.page_link] == ["Start a run"]


def test_candidates_that_need_review_come_first_with_gain_gates_and_link(furnished: Home, visit: Open) -> None:
    shown = seen(visit(furnished, "inbox"))
    assert "relatedness → qwen2.5-coder-1.5b" in shown
    assert 'href="candidate?candidate=1"' in shown
    assert "better</span>" in shown
    assert "1 approval" in shown
    assert "polarity" not in shown


def test_the_link_holds_tab_and_filter(furnished: Home, visit: Open) -> None:
    assert "polarity → qwen2.5-coder-0.5b" in seen(visit(furnished, "inbox", state="released"))
    both = seen(visit(furnished, "inbox", state="all", inbox="qwen 0.5b"))
    assert "polarity" in both
    assert "relatedness" not in both


def test_a_filter_that_nothing_fits_says_so(furnished: Home, visit: Open) -> None:
    assert "None of 2 candidates fits" in seen(visit(furnished, "inbox", state="all", inbox="nowhere"))


def test_one_unreadable_candidate_hides_none_of_the_others(furnished: Home, rows: Database, visit: Open) -> None:
    from composer.tables import CandidateRow

    with rows.session() as session:
        row = session.get_one(CandidateRow, candidates(session)[0].id)
        row.versions = [999]
        session.add(row)
    shown = seen(visit(furnished, "inbox", state="all"))
    assert "no snippet version with the number 999" in shown
    assert "needs review" in shown
    assert Refused.__name__ not in shown
