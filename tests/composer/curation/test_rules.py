"""From rewritten prompts to rules: taken apart, tidied, each once, and what is no rule has a reason."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from composer.curation.imperatives import HEADING, NO_RULE, REMARK
from composer.curation.rules import DOUBLE, ECHO, EXAMPLE, KNOWN, LeftOut, extract, key_of, sentences, tidy
from composer.optimizer.feedback import reminder
from composer.optimizer.rewriting import ASKED_FOR
from library.lint import problems
from tests import small

PROMPT = 'Rate the document for the query.\nAnswer with JSON only, as {"rating": N}.'
WRITTEN = """# New instruction
You are an expert judge. Rate the document for the query.

**Guidelines:**
1. **Exact answers:** An exact answer to the query rates 5.
2) Consider the topic, not the style. Style never matters.
- documents older than a year should be rated
  one point lower
* Ignore `markup` and "quotes"

The documents are from news agencies. When a document only names the query, give it a 2.

### Examples
Query: what is it?
- Rate this one 4.

### Hints
- Treat a list of links as no answer.

```json
{"rating": 3}
- Rate what is fenced 1.
```
Query: who? -> 3
Answer with JSON only, as {"rating": N}.
"""
RULES = [
    "An exact answer to the query rates 5.",
    "Consider the topic, not the style. Style never matters.",
    "Documents older than a year should be rated one point lower.",
    'Ignore markup and "quotes".',
    "When a document only names the query, give it a 2.",
    "Treat a list of links as no answer.",
]


def rules(*texts: str) -> list[str]:
    return [one.text for one in extract(small.task(), PROMPT, texts).rules]


def test_the_rules_of_a_text_are_found_in_its_order() -> None:
    assert rules(WRITTEN) == RULES


def test_what_is_no_rule_is_left_out_with_why() -> None:
    left = {one.text: one.why for one in extract(small.task(), PROMPT, [WRITTEN]).left_out}
    assert left["New instruction."] == HEADING
    assert left["You are an expert judge."] == REMARK
    assert left["The documents are from news agencies."] == NO_RULE
    for text in ("Query: what is it?", "Rate this one 4.", "Rate what is fenced 1.", "Query: who? -> 3."):
        assert left[text] == EXAMPLE
    assert not any("JSON only" in text or text.startswith("Rate the document") for text in left)


def test_what_the_prompt_says_already_is_no_news() -> None:
    found = extract(
        small.task(), PROMPT, ["rate the document for the query!\n- Rate each document for its query."]
    )
    assert found.rules == ()
    assert [one.why for one in found.left_out] == [KNOWN]


def test_a_part_of_what_the_prompt_says_is_no_news() -> None:
    prompt = f"{PROMPT}\nThe rating is 1 or 5; a middle one does not exist."
    found = extract(small.task(), prompt, ["- The rating is 1 or 5.\n- A middle one does not exist."])
    assert found.sentences == 0


def test_a_format_in_the_midst_of_a_line_is_left_out_alone() -> None:
    line = 'Always judge the whole document. Answer as {"rating": 3} and no other way. Never guess a rating.'
    found = extract(small.task(), PROMPT, [line])
    assert [one.text for one in found.rules] == ["Always judge the whole document.", "Never guess a rating."]
    assert [one.why for one in found.left_out] == [EXAMPLE]


def test_a_rule_is_taken_once_and_knows_its_texts() -> None:
    found = extract(
        small.task(),
        PROMPT,
        [
            "- Never reward length.",
            "- Be strict with summaries.\n- never reward length",
            "- You should never reward length.",
        ],
    )
    assert [(one.text, one.found_in) for one in found.rules] == [
        ("Never reward length.", (0, 1, 2)),
        ("Be strict with summaries.", (1,)),
    ]
    assert found.left_out == (LeftOut("You should never reward length.", DOUBLE, "Never reward length."),)
    assert found.sentences == 3


@pytest.mark.parametrize(
    "line",
    [
        "The answer should be written in a single line, using the `- ` prefix followed by an imperative sentence "
        "of at most 200 characters.",
        "The rules should apply to all input formats and labels, and not overfit to any particular example.",
        "Write general rules and don't use exact keywords, names or phrases from the examples.",
    ],
)
def test_what_the_model_was_told_is_no_rule_of_its_own(line: str) -> None:
    told = f"{ASKED_FOR} {reminder(small.task().output)}"
    (left,) = extract(small.task(), PROMPT, [f"- {line}"], told=told).left_out
    assert left.why == ECHO
    for rule in RULES:
        assert extract(small.task(), PROMPT, [f"- {rule}"], told=told).left_out == ()


def test_a_marker_in_another_goes_too() -> None:
    assert rules("- **- Label**: Determine what the document is about.") == [
        "Determine what the document is about."
    ]
    assert rules("- - Determine what the document is about.") == ["Determine what the document is about."]


def test_a_bullet_that_is_too_long_is_taken_apart() -> None:
    parts = [
        "Never raise a rating only because the headline of a document repeats a word of the query.",
        "Treat tables of figures as an answer where the query asks for a number and nothing else.",
        "Look for the place and the year that are meant before comparing two reports of one event.",
        "Give the middle of the scale to summaries which leave out half of what was asked for.",
    ]
    assert len(" ".join(parts)) > 300
    assert rules(f"- {' '.join(parts)}") == parts


def test_an_abbreviation_ends_no_sentence() -> None:
    assert sentences("Ignore names, e.g. Paris. Be strict vs. Lenient ones. Stop.") == [
        "Ignore names, e.g. Paris.",
        "Be strict vs. Lenient ones.",
        "Stop.",
    ]


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("**be** *strict*", "Be strict."),
        ("“Be strict.”", "Be strict."),
        ("Be\u00a0strict\u200b and\tfair", "Be strict and fair."),
        ("cafe\u0301s rate 2", "Cafés rate 2."),
        ("# Be strict!", "Be strict!"),
        ("**", ""),
        ("Use snake_case names", "Use snake_case names."),
    ],
)
def test_a_part_is_tidied(raw: str, text: str) -> None:
    assert tidy(raw) == text


class TestKey:
    def test_it_is_made_of_the_words_that_carry_meaning(self) -> None:
        assert key_of("An exact answer to the query rates 5.", ()) == "exact-answer-query-rates"

    def test_it_is_none_of_those_taken(self) -> None:
        taken = {"exact-answer-query-rates", "exact-answer-query-rates-2"}
        assert key_of("An exact answer to the query rates 5.", taken) == "exact-answer-query-rates-3"

    @given(st.text(max_size=200))
    def test_any_text_has_one(self, text: str) -> None:
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", key_of(text, ()))
        assert len(key_of(text, ())) <= 80


@given(st.lists(st.text(max_size=300), max_size=4))
def test_whatever_is_written_every_rule_passes_lint_and_nothing_is_lost(texts: list[str]) -> None:
    found = extract(small.task(), PROMPT, texts)
    assert all(not problems(one.text) for one in found.rules)
    assert all(one.why for one in found.left_out)
    assert extract(small.task(), PROMPT, texts) == found


@given(st.text(max_size=300))
def test_tidying_twice_is_tidying_once(text: str) -> None:
    assert tidy(tidy(text)) == tidy(text)
