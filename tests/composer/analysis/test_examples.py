"""A candidate's evidence example by example, as a reviewer reads and searches it."""

from __future__ import annotations

from composer.analysis.examples import example_views, texts_of
from composer.review.status import get_review
from library.database import Database


def test_what_is_searched_in_is_what_the_open_row_shows(submitted: Database) -> None:
    with submitted.session() as session:
        review = get_review(session, 1)
        texts = texts_of(session, review)
        views = example_views(session, review)
    for view in views:
        assert view.before is not None
        assert view.after is not None
        shown = [view.example.id, *view.example.inputs.values(), view.before.text, view.after.text]
        assert texts[view.example.id] == "\n".join(shown).lower()
