from __future__ import annotations

import pytest

from composer.curation.other_scale import scale_findings
from composer.task.task import Task
from tests import small

TASK = small.task()  # ratings from 1 to 5


def severities(text: str, task: Task = TASK) -> list[str]:
    return [one.severity for one in scale_findings(task, text)]


@pytest.mark.parametrize(
    "text",
    [
        "Rate 1-3.",
        "Rate from 0 to 10.",
        "Rate each pair from 1 to 3.",
        "Use a scale from 1 to 3.",
        "Use a 3-point scale.",
        "Use only 1 to 3.",
        "Use ratings between 1 and 3 only.",
        "Ratings go from 1 to 3.",
        "The rating is a number from one to ten.",
        "Rate between -5 and 5.",
        "Rate on a scale of 1–10.",
        "Score out of 10.",
        "Give 7 when both texts report the same event.",
        "Give ten to identical texts.",
        "A text with nothing in common rates 0.",
        "0 means nothing in common.",
        "Give at most 6.",
        "Rate as a percentage.",
        "Give half points where you hesitate.",
        "Give 3.5 when in doubt.",
        "Use 1, 2 or 3 only.",
        "Only the ratings 1, 3 and 5 exist.",
        "Rate 1 (low), 2 (medium) or 3 (high).",
        "Output a similarity percentage.",
        "Use a scale with three levels.",
    ],
)
def test_another_scale_is_an_error(text: str) -> None:
    assert "error" in severities(text)


@pytest.mark.parametrize(
    "text",
    [
        "Never give 0.",
        "Move the rating 7 points down.",
        "If 6 or more of them agree, give 5.",
        "Judge pairs by the number 7.",
    ],
)
def test_a_number_outside_the_scale_that_gives_no_rating_is_a_warning(text: str) -> None:
    assert severities(text) == ["warning"]


@pytest.mark.parametrize(
    "text",
    [
        "Rate on a scale of 1-5.",
        "Use a 5-point scale.",
        "Use the whole scale: 2, 3 and 4 are right as often as 1 and 5.",
        "Rate texts from the same field 2 to 4.",
        "Rate loosely linked texts from 2 to 3.",
        "Use the lower half of the scale, 1 to 2, for different topics.",
        "Rate one point lower.",
        "Documents older than 10 years rate lower.",
        "Texts of more than 100 words rate lower.",
        "Nine out of ten readers would agree.",
        "For texts from 10 to 30 words, be lenient.",
        "From 2010 to 2020 prices rose.",
        "A Boeing 737-800 is an aircraft, and so is an A320.",
        "Do not use decimals.",
        "Give 1, 2, 3, 4 or 5.",
        "If you hesitate between 1 and 2, choose 2.",
        "A list of 6 or more names rates 5.",
        "A 7-line text is short.",
        "Give 1 unless both texts share 3 names.",
        "Never invert the scale.",
        "The highest rating is 5, for one event.",
        "A minimum of 10 words is needed for a high rating.",
        "A text in words of one syllable rates as any other.",
        "Texts that reverse the order of events rate lower.",
        "Lines 7 to 9 count.",
        "Rate price changes in percent as details.",
        "",
    ],
)
def test_the_scale_of_the_task_a_part_of_it_and_what_is_counted_are_fine(text: str) -> None:
    assert severities(text) == []


def test_a_scale_below_zero_is_read_as_such() -> None:
    output = {"field": "rating", "kind": "ordinal", "low": -4, "high": 4}
    signed = small.task(output=output)
    assert severities("Keep 4 and -4 for the strongest words; plain blame rates -2.", signed) == []
    assert severities("Use the whole scale, from −4 to 4.", signed) == []
    assert severities("Rate from -5 to 5.", signed) == ["error"]
    assert severities("The worst rates -6.", signed) == ["error"]


@pytest.mark.parametrize(
    "text",
    [
        "Rate from 1 (the same story) to 5 (unrelated).",
        "5 means unrelated texts.",
        "1 stands for one story, and 5 for none.",
        "1 = same, 5 = unrelated",
    ],
)
def test_a_scale_that_is_turned_around_is_an_error(text: str) -> None:
    base = "Rate from 1 (unrelated) to 5 (the same story).\n{{snippets}}"
    assert "error" in severities(text, small.task(base=base))


@pytest.mark.parametrize(
    "text",
    [
        "1 means unrelated, 5 the same story.",
        "5 means one and the same event.",
        "5 does not mean unrelated.",
        "1 means nothing in common, 2 a loose link, 3 the same topic, 4 the same story, 5 the same event.",
    ],
)
def test_a_scale_in_the_tasks_order_is_fine_in_whatever_words(text: str) -> None:
    base = "Rate from 1 (unrelated) to 5 (the same story).\n{{snippets}}"
    assert severities(text, small.task(base=base)) == []


def test_a_task_with_labels_has_no_scale() -> None:
    (found,) = scale_findings(small.label_task(), "Rate from 1 to 5.")
    assert (found.severity, found.kind) == ("error", "scale")
    assert "good, bad" in found.what
    assert severities("Texts of 10 to 30 words are good.", small.label_task()) == []
    assert severities("Give 7 reasons to yourself.", small.label_task()) == []
    assert severities("Answer 1 for good and 0 for bad.", small.label_task()) == ["error"]
    assert severities("Give a score out of 10.", small.label_task()) == ["error"]
    assert severities("Nine out of 10 readers would call it good.", small.label_task()) == []


def test_labels_may_be_numbers() -> None:
    numbers = small.task(output={"field": "label", "kind": "label", "labels": ["0", "1", "2", "3"]})
    assert severities("Answer 1 for good and 0 for bad.", numbers) == []
    assert severities("Answer from 0 to 3.", numbers) == []
    assert severities("Answer 4 for the best.", numbers) == ["error"]


def test_what_is_found_names_both_scales() -> None:
    (found,) = scale_findings(TASK, "Rate 1-3.")
    assert found.what == "gives the scale 1 to 3, and the task's scale is 1 to 5"
