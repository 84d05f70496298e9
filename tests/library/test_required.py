"""Texts without which a pattern can't match."""

from __future__ import annotations

import re

import pytest

from library.required import required
from library.smuggling import _readings
from library.smuggling_rules import RULES
from tests.library.test_smuggling import LINES


@pytest.mark.parametrize(
    ("pattern", "texts"),
    [
        ("abc", {"abc"}),
        (r"\babc[de]+fghi", {"fghi"}),
        ("(?:ignore|forget) it", {"ignore", "forget"}),
        ("(?:ignore|[a-z]+) it", {" it"}),
        ("abc(?:def)?", {"abc"}),
        ("(?!never)[a-z]+", set()),
        ("#{2,}|={3,}", {"##", "==="}),
        ("a|bcd", set()),
        ("[a-z]{3}", set()),
    ],
)
def test_one_of_them_is_in_whatever_matches(pattern: str, texts: set[str]) -> None:
    assert required(re.compile(pattern)) == texts


def test_no_line_that_meets_a_rule_lacks_what_the_rule_needs() -> None:
    every = [line for lines in LINES["smuggle"].values() for line in lines]
    met = 0
    for reading in (one for line in every for one in _readings(line)):
        for rule in RULES.values():
            if rule.pattern.search(reading):
                met += 1
                assert any(one in reading for one in required(rule.pattern)) or not required(rule.pattern)
    assert met > 70
