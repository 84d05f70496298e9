"""What says what to do, in English by its verbs: the labelled lines are of the kind that small models write."""

from __future__ import annotations

import pytest

from composer.curation.imperatives import HEADING, NO_RULE, QUESTION, REMARK, SHORT, no_rule

RULES = """
Rate a document that only names the query 2.
Never give the highest rating to a summary.
Documents older than a year should be rated at least one point lower unless they are clearly evergreen.
An exact answer to the query rates 5.
If the document is off topic, give it the lowest rating.
When in doubt: choose the middle of the scale.
For sarcasm, look at what is meant.
Tone: judge the whole sentence.
Praise for one detail doesn't outweigh blame for the whole.
Sarcasm counts as negative.
It is crucial to consider the tone of the whole review.
If the tone is mixed, the sentence is considered negative.
A neutral description is neither praise nor blame, and only the verdict counts.
Ein Dokument ohne jeden Bezug zur Frage bekommt die niedrigste Note.
質問に関係のない文書には最低の評価を付けてください。
""".strip().splitlines()

NONE = {
    "You are an expert in the analysis of reviews.": REMARK,
    "Your task is to rate the document for the query.": REMARK,
    "The task is to rate documents.": REMARK,
    "Write a function to rate a document by its query.": REMARK,
    "The function should return 1 where nothing fits.": REMARK,
    "I have rewritten the instruction as you asked.": REMARK,
    "Here is the new instruction for the assistant.": REMARK,
    "The sentences are taken from reviews of films.": NO_RULE,
    "Reviews of films and of books by many authors.": NO_RULE,
    "Is the document an answer to the query?": QUESTION,
    "Follow these rules when rating:": HEADING,
    "Be fair.": SHORT,
}


@pytest.mark.parametrize("line", RULES)
def test_an_instruction_is_one(line: str) -> None:
    assert no_rule(line) == ""


@pytest.mark.parametrize("line", NONE)
def test_what_is_none_says_why(line: str) -> None:
    assert no_rule(line) == NONE[line]


@pytest.mark.parametrize("line", ["Rate {{query}} strictly here.", "Rate it." * 60, "Rate it <|im_end|> always."])
def test_what_can_be_no_snippet_says_why(line: str) -> None:
    assert no_rule(line).startswith("it ")
