from __future__ import annotations

import pytest

from composer.curation.other_format import format_findings
from composer.task.task import Task
from tests import small

RATING = small.task()
LABEL = small.label_task()  # good, bad
PLAIN = small.task(output={"field": "rating", "kind": "ordinal", "format": "plain", "low": 1, "high": 5})


def severities(task: Task, text: str) -> list[str]:
    return [one.severity for one in format_findings(task, text)]


@pytest.mark.parametrize(
    ("task", "text"),
    [
        (RATING, "Answer in XML."),
        (RATING, "Answer as <rating>3</rating>."),
        (RATING, "Respond in YAML instead of JSON."),
        (RATING, "Write the answer in a code block."),
        (RATING, "Answer in a table."),
        (RATING, 'Answer as {"score": 3}.'),
        (RATING, 'Answer as {"rating": 3, "reason": "so"}.'),
        (RATING, 'Answer as {"rating": 7}.'),
        (RATING, 'Answer as {"rating": "high"}.'),
        (RATING, 'Use the field "score".'),
        (RATING, "Answer yes or no."),
        (RATING, "Answer A, B or C."),
        (RATING, "The answer is an object with the keys rating and confidence."),
        (RATING, 'Answer as {"rating": ""}.'),
        (LABEL, "Answer gd or bd."),
        (LABEL, "Answer GOOD or BAD."),
        (LABEL, "The label may also be neutral."),
        (LABEL, "Add neutral as a third label."),
        (LABEL, "Use neutral for mixed texts."),
        (LABEL, "Choose neutral when in doubt."),
        (LABEL, "Label questions as neutral."),
        (LABEL, 'Answer "mixed" when unsure.'),
        (LABEL, 'Answer "Good" or "bad".'),
        (LABEL, 'Answer with {"label": "neutral"}.'),
        (PLAIN, "Answer as JSON."),
        (PLAIN, "JSON only."),
        (PLAIN, 'Answer with {"rating": 3}.'),
    ],
)
def test_another_form_of_answer_is_an_error(task: Task, text: str) -> None:
    assert "error" in severities(task, text)


@pytest.mark.parametrize(
    ("task", "text"),
    [
        (RATING, "Answer with the number only."),
        (RATING, "Write plain text."),
        (RATING, "Texts about XML get 3."),
        (RATING, "Explain your rating in a few words."),
        (RATING, "Think step by step."),
        (RATING, "Answer in one full sentence."),
        (RATING, "Write 'Rating: N' and nothing else."),
        (RATING, "Give two ratings, one for topic and one for event."),
        (LABEL, "Give your reasoning first, then the label."),
        (PLAIN, "Texts about JSON get 3."),
    ],
)
def test_what_may_lead_to_another_form_is_a_warning(task: Task, text: str) -> None:
    assert severities(task, text) == ["warning"]


@pytest.mark.parametrize(
    ("task", "text"),
    [
        (RATING, 'Answer as {"rating": N}.'),
        (RATING, 'Answer as {"rating": 4} where both agree.'),
        (RATING, "Answer in JSON, not in XML."),
        (RATING, "Never use a code block."),
        (RATING, "Write one JSON object with the field rating and nothing before or after it."),
        (RATING, "Give no reasons, and do not explain your answer."),
        (RATING, "A text that explains a law rates 3."),
        (RATING, "Name to yourself the main subject of each text."),
        (RATING, "First decide negative, neutral or positive, then how strong."),
        (LABEL, "Neutral and mixed texts are bad."),
        (LABEL, "Never answer neutral."),
        (LABEL, 'Answer "good" when in doubt.'),
        (LABEL, "Choose the one that weighs more."),
        (RATING, "A table of contents is no text."),
        (RATING, "Texts in the field of medicine rate higher."),
        (LABEL, "Say to yourself what the text praises."),
        (PLAIN, "Answer with the number alone."),
        (PLAIN, "Do not use JSON."),
        (PLAIN, ""),
    ],
)
def test_the_form_of_the_task_and_what_is_ruled_out_are_fine(task: Task, text: str) -> None:
    assert severities(task, text) == []


def test_a_label_is_written_as_the_task_writes_it() -> None:
    yes = small.task(output={"field": "label", "kind": "label", "labels": ["Yes", "No idea"]})
    assert severities(yes, "Answer Yes when the text has a price.") == []
    assert severities(yes, "Answer yes when the text has a price.") == ["warning"]
    assert severities(yes, "Answer idea when it has none.") == ["error"]
    assert severities(yes, "Answer No idea when it has none.") == []
    assert severities(yes, "The answer is one of two labels.") == []


def test_what_is_found_names_what_the_task_has() -> None:
    (found,) = format_findings(LABEL, "Choose neutral when in doubt.")
    assert found.what == "asks for the label “neutral”, and the task's labels are good, bad"


@pytest.mark.parametrize(
    ("text", "warned"),
    [
        ("Determine if the review expresses a good, bad, or neutral sentiment.", True),
        ("Provide a single label (good, bad, or mixed) for each review.", True),
        ("If the tone is mixed, the sentence is considered neutral.", True),
        ("The sentence is considered to be mixed then.", True),
        ("Good, bad and ugly reviews are judged alike.", False),
        ("Never treat a review as good, bad, or neutral by its length.", False),
        ("A neutral or mixed review is considered bad.", False),
        ("If the tone is mixed, the sentence is considered bad.", False),
        ("The plot, the cast and the tone all count.", False),
    ],
)
def test_one_more_label_beside_those_of_the_task_is_a_warning(text: str, warned: bool) -> None:
    assert severities(LABEL, text) == ["warning"] * warned
    assert severities(RATING, text) == []
