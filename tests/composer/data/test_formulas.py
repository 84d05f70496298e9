"""Cells that a spreadsheet would run only show, whatever stands before their sign."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from composer.data.formulas import SIGNS, quiet

BEFORE = ("", " ", "\t", "\n", "\r\n", "\xa0", "\u3000", "\u200b", "\ufeff", " \u2028 ", "\x00", "\u202e", "\x1b")
RUN = ("=1+1", "+1", "-1", "@sum(A1)", "＝1+1", "＋1", "－1", "＠sum(A1)", "﹦1", "﹢1", "﹣1", "﹫x", "⁼1")


@pytest.mark.parametrize("run", RUN)
@pytest.mark.parametrize("before", BEFORE)
def test_a_text_that_would_run_gets_an_apostrophe_whatever_stands_before_its_sign(before: str, run: str) -> None:
    assert quiet(before + run) == f"'{before}{run}"


@pytest.mark.parametrize("cell", ["fine", "a=b", "", " ", "'=1", "3−1", "x\n=1", "日本語", -1, 2.5, None, True])
def test_every_other_cell_stays_as_it_is(cell: object) -> None:
    assert quiet(cell) is cell


@given(st.text())
def test_no_text_begins_with_a_sign_of_a_formula_once_it_is_quiet(text: str) -> None:
    made = quiet(text)
    assert isinstance(made, str)
    assert made.strip()[:1] not in SIGNS
    assert made in (text, f"'{text}")
