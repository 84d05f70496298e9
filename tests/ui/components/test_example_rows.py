"""The filter above a table of examples, and the file and the number of rows below it."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest


def shown(*scores: tuple[int, int]) -> AppTest:
    """Run the filter over pairs of scores, and what is around a table that holds two of them."""

    def script(scores: list[tuple[int, int]]) -> None:
        import streamlit as st

        from ui.components import example_rows

        tests = {
            example_rows.DIFFER: lambda pair: pair[0] != pair[1],
            "all": lambda pair: True,
        }
        kept = example_rows.filtered(scores, tests, "pairs")
        st.text(str(len(kept)))
        example_rows.file_and_number(len(scores), 2, lambda: b"", "pairs.csv", "file")

    app = AppTest.from_function(script, args=(list(scores),), default_timeout=60).run()
    assert not app.exception
    return app


def test_those_that_differ_are_shown_first_and_every_choice_says_how_many_pass_it() -> None:
    app = shown((1, 0), (1, 1), (0, 0))
    assert app.button_group[0].options == ["they differ 1", "all 3"]
    assert app.text[0].value == "1"


def test_all_are_shown_where_none_differs() -> None:
    assert shown((1, 1), (0, 0)).text[0].value == "2"


@pytest.mark.parametrize(
    ("count", "words"), [(3, "2 of 3 rows shown; the file holds all."), (1, "1 row. Click one to open it.")]
)
def test_rows_that_the_table_leaves_out_are_in_the_file(count: int, words: str) -> None:
    assert shown(*[(1, 1)] * count).caption[0].value == words
