"""Blockers: each kind has one wording, and names what it is about."""

from __future__ import annotations

from typing import get_args

import pytest

from composer.review.blockers import WORDS, Blocker, BlockerKind, blocker_text, joined


def test_every_kind_has_a_wording_and_no_other() -> None:
    assert set(WORDS) == set(get_args(BlockerKind))


@pytest.mark.parametrize("kind", get_args(BlockerKind))
def test_a_wording_names_all_that_the_kind_is_about(kind: BlockerKind) -> None:
    given = {"who": "Grace", "what": "test-05", "detail": "in detail"}
    text = blocker_text(Blocker(kind, **given, number=7, count=2))
    fields = {name for name in ("who", "what", "detail", "number", "count") if f"{{{name}}}" in WORDS[kind]}
    assert all(str({**given, "number": 7, "count": 2}[name]) in text for name in fields)
    assert "{" not in text


def test_what_people_wrote_is_no_wording() -> None:
    assert blocker_text(Blocker("gate fails", what="{who}", detail="{0}")) == "the gate “{who}” fails: {0}"


@pytest.mark.parametrize(("count", "text"), [(1, "1 unresolved regression"), (2, "2 unresolved regressions")])
def test_numbers_agree_with_their_noun(count: int, text: str) -> None:
    assert blocker_text(Blocker("unresolved regressions", count=count)) == text


def test_several_are_one_line() -> None:
    both = [Blocker("released"), Blocker("no-go", who="Joan")]
    assert joined(both) == "it is released already; Joan gave a no-go"
    assert joined([]) == ""
