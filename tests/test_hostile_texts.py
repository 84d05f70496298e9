"""Texts that mean to break something are each refused with a reason, or the same wherever they come.

A slice of `python -m tests.hostile 100000`, of every kind.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from library.database import Database
from tests.hostile import FRAGMENTS, check, refusal, run, shown, texts
from tests.library.entries import TEXTS

SOME = 1000


def test_a_slice_is_refused_with_reasons_or_unchanged_everywhere(database: Database, tmp_path: Path) -> None:
    counts = run(list(texts(SOME)), database, tmp_path / "library.yaml")
    assert counts["accepted"] + counts["refused"] == SOME
    assert min(counts["accepted"], counts["refused"]) > SOME / 4


@pytest.mark.parametrize("kind", ["bidi", "unseen", "lines", "surrogates"])
def test_no_text_with_what_can_not_be_seen_is_accepted(kind: str) -> None:
    for one in FRAGMENTS[kind]:
        assert all(refusal(f"{before}{one}{after}") for before in ("", "Rate it ") for after in ("", "low."))


@given(st.text(max_size=400))
def test_any_text_is_refused_with_reasons_or_the_same_everywhere(text: str) -> None:
    if not refusal(text):
        check(text)


@given(TEXTS)
def test_any_text_that_is_accepted_is_the_same_everywhere(text: str) -> None:
    check(text)


def test_the_same_seed_gives_the_same_texts() -> None:
    assert list(texts(50)) == list(texts(50)) != list(texts(50, seed=1))


def test_a_change_on_the_way_is_noticed() -> None:
    assert shown("<td class='x'>a &lt;b</td>") == ["", "a <b"]
    with pytest.raises(AssertionError):
        shown("<td class='x'>a <b>b</b></td>")
    with pytest.raises(AssertionError):
        check("two\u2028lines")
    with pytest.raises(AssertionError):
        check("red \x1b[31m")
