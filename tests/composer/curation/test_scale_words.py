"""Scales in whatever words: a text that asks for another one is turned down, one that only counts is let be."""

from __future__ import annotations

import pytest

from composer.curation.other_scale import scale_findings
from composer.curation.scale_words import asked_otherwise, plainly
from tests import small

TASK = small.task()  # ratings from 1 to 5


@pytest.mark.parametrize(
    "text",
    [
        "Rate from one to twelve.",
        "Rate from zero to a hundred.",
        "Use a hundred-point scale.",
        "Use a 7-point Likert scale.",
        "Score: 0 to 10.",
        "Use the range [1, 10].",
        "Use the scale 1:10.",
        "The scale goes up to 10.",
        "Rate up to 10.",
        "Ratings may go up to ten.",
        "Rate on a scale of 10.",
        "Rate on a 10 scale.",
        "Rate from 1 to 1000.",
        "Please judge each pair from 0 to 10.",
        "Ten is the best rating.",
        "0 is the lowest rating.",
        "A perfect match is a 10.",
        "Rate texts of the same topic 8/10.",
        "Rate with 1 to 10 stars.",
        "Award up to ten points.",
        "Use ten levels.",
        "Answer with a percent value.",
        "Rate from 0% to 100%.",
        "Give 80% for the same topic.",
        "Express the rating in per mille.",
        "Rate in steps of 0.5.",
        "Rate as a fraction of one.",
        "Rate low, medium or high.",
        "Answer yes or no.",
        "Rate from A to E.",
        "Use letters from A to F.",
        "Use a binary rating.",
        "Rate it thumbs up or thumbs down.",
    ],
)
def test_another_scale_is_seen_in_whatever_words_it_is_asked_for(text: str) -> None:
    assert "error" in [one.severity for one in scale_findings(TASK, text)]


@pytest.mark.parametrize(
    "text",
    [
        "Weigh the 3 criteria alike.",
        "Apply all 10 criteria before rating.",
        "Check the 7 points of the list first.",
        "On 12 May 2020 both report the same event.",
        "Documents from May 3 to May 10 cover one week.",
        "Meet at 10:30 is a time.",
        "If 7 of 10 sentences agree, give 4.",
        "Texts with 10 or more shared words rate at least 3.",
        "A share of 0.5 or more is high.",
        "A match that ended 10 to 2 is a detail.",
        "Up to 10 shared names may be by chance.",
        "A budget of 10 to 20 million is a detail.",
        "People aged 18 to 25 are young.",
        "From page 1 to page 10 only names count.",
        "A text that scores 8/10 in a review is praise.",
        "Rate lower what happened before 5/10.",
        "Give 4 if 50% or more of the facts are shared.",
        "Low, medium and high prices are details.",
        "Yes or no questions rate like statements.",
        "Use the yes or no questions in the text as facts.",
        "Texts from A to Z rate alike.",
        "Judge each text from the beginning to the end.",
        "Use the first three steps of the argument.",
        "Use quarters of the year as dates.",
        "Thumbs up in a review is praise.",
        "A ratio of 3:2 is a detail.",
        "Use at most twenty words.",
        "Give up to 5 for the same event.",
        "Never answer with a percentage.",
        "Do not use ten levels.",
    ],
)
def test_counts_dates_and_the_scale_of_the_task_are_fine(text: str) -> None:
    assert list(scale_findings(TASK, text)) == []


def test_what_is_asked_is_named_with_its_scale() -> None:
    assert list(asked_otherwise("Rate up to 10", 1, 5)) == ["rates up to 10"]
    assert list(asked_otherwise("Rate up to 5", 1, 5)) == []
    assert list(asked_otherwise("Rate texts on one topic 3/4", 1, 5)) == ["rates out of 4"]
    assert plainly("Score: [0, 10], or scale of 1:7") == "Score 0 to 10, or scale 1 to 7"
