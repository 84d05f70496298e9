"""One example opened: inputs, gold label, raw answers, and the likely cause."""

from __future__ import annotations

from composer.home.paths import Home
from tests.ui.pages import Open, candidate_page, seen


def test_an_open_row_shows_inputs_people_and_both_raw_answers_verbatim(furnished: Home, visit: Open) -> None:
    row = candidate_page(visit, furnished, show="malformed").dataframe[0].value["example"].iloc[0]
    shown = seen(candidate_page(visit, furnished, show="malformed", row=row))
    assert "&lt;i&gt;Rating&lt;/i&gt;: I would say **4** out of 5, since both\nmention the government." in shown
    assert "not JSON" in shown
    assert "<i>Rating" not in shown
    assert "1 of " in shown


def test_the_likely_cause_is_named_where_the_answers_are_stored(furnished: Home, visit: Open) -> None:
    row = candidate_page(visit, furnished).dataframe[0].value["example"].iloc[0]
    assert "likely cause</b>: better without it" in seen(candidate_page(visit, furnished, row=row))
