"""Counts drawn as a small bar chart."""

from __future__ import annotations

import re

from ui.components.histogram import MOST, histogram


def heights(drawn: str) -> list[int]:
    return [int(one) for one in re.findall(r"height:(\d+)%", drawn)]


def test_the_highest_bar_fills_the_drawing_and_what_was_given_once_can_be_seen() -> None:
    assert heights(histogram([("1", 0), ("2", 500), ("3", 250), ("4", 1)])) == [0, 100, 50, 3]
    assert heights(histogram([("1", 0), ("2", 0)])) == [0, 0]


def test_what_it_shows_is_there_as_text() -> None:
    drawn = histogram([("-1", 2), ("0", 0), ("1", 7)], what="ratings")
    assert 'role="img" aria-label="ratings: -1 ×2, 1 ×7"' in drawn
    assert "<span>−1</span>" in drawn


def test_marks_are_under_their_values_and_one_without_a_bar_gets_an_empty_one() -> None:
    drawn = histogram([("1", 3), ("2", 1)], {"2": "▲", "5": "△"})
    columns = re.findall(r"<span>(.)</span><b>(.?)</b>", drawn)
    assert columns == [("1", ""), ("2", "▲"), ("5", "△")]
    assert "ic-unmarked" in histogram([("1", 3)])
    assert "ic-unmarked" not in drawn


def test_of_very_many_labels_those_given_most_are_drawn() -> None:
    counts = [(f"label {number}", number) for number in range(100)]
    drawn = histogram(counts, {"label 3": "▲"})
    assert drawn.count("ic-column") == MOST + 1
    assert "label 99" in drawn
    assert "label 3<" in drawn
    assert "label 4<" not in drawn


def test_labels_are_text_and_nothing_else() -> None:
    assert "<b>x" not in histogram([("<b>x", 1)], {"<b>x": "<i>"})
