"""Comments: where they are shown, resolved and refused."""

from __future__ import annotations

from datetime import UTC, datetime

from streamlit.testing.v1 import AppTest

from composer.candidates.records import get_candidate
from composer.home.paths import Home
from composer.review.comments import add_comment, comments_on
from composer.tables import CommentRow
from library.database import Database
from tests.ui.pages import Open, candidate_page, in_order, seen

NOW = datetime(2026, 1, 2, tzinfo=UTC)


def ask(rows: Database) -> None:
    with rows.session() as session:
        add_comment(
            session, 1, "Is <b>5</b> too rare now?", by="Ada", at=NOW, kind="snippet", name="people-anchors"
        )


def test_comments_are_under_what_they_are_about_and_can_be_resolved(
    furnished: Home, visit: Open, rows: Database
) -> None:
    ask(rows)
    app = candidate_page(visit, furnished)
    shown = seen(app)
    assert shown.index("Is &lt;b&gt;5&lt;/b&gt; too rare now?") < shown.index("What it gains and breaks")
    assert "1 open comment" in shown
    app.button(key="resolve-1").click().run()
    assert "0 open comments" in seen(app)


def test_a_comment_is_written_on_what_was_chosen_and_its_field_is_emptied(
    furnished: Home, visit: Open, rows: Database
) -> None:
    app = candidate_page(visit, furnished)
    app.selectbox(key="comment-on").set_value("snippet people-anchors")
    app.text_input(key="comment-text").set_value("Shorter?")
    app.button(key="comment").click().run()
    with rows.session() as session:
        (one,) = comments_on(session, get_candidate(session, 1))
    assert (one.kind, one.name, one.text, one.author) == ("snippet", "people-anchors", "Shorter?", "Ada (local)")
    assert app.text_input(key="comment-text").value == ""
    assert [one.value for one in app.toast] == ["Commented\\."]


def test_what_is_refused_in_the_discussion_is_shown_there_and_the_text_is_kept(
    furnished: Home, visit: Open, rows: Database
) -> None:
    ask(rows)
    app = candidate_page(visit, furnished)
    app.selectbox(key="comment-on").set_value("the open example")
    app.text_input(key="comment-text").set_value("Look at this one.")
    app.button(key="comment").click().run()
    assert "No example is open" in refused_in_discussion(app)
    assert app.text_input(key="comment-text").value == "Look at this one."
    app.selectbox(key="comment-on").set_value("the candidate")
    app.text_input(key="comment-text").set_value(" ")
    app.button(key="comment").click().run()
    assert "A comment needs a text" in refused_in_discussion(app)
    with rows.session() as session:
        session.delete(session.get_one(CommentRow, 1))
    app.button(key="resolve-1").click().run()
    assert "no comment 1" in refused_in_discussion(app)


def refused_in_discussion(app: AppTest) -> str:
    """The one refusal on the page, which is in its discussion."""
    shown = in_order(app)
    (refused,) = [place for place, one in enumerate(shown) if one.startswith("error: ")]
    discussion, verdict = (
        next(place for place, one in enumerate(shown) if f'ic-section">{name}' in one)
        for name in ("Discussion", "Your verdict")
    )
    assert discussion < refused < verdict
    return shown[refused]
