"""Strict reading: exactly what was asked for is valid, everything else is malformed, and nothing is repaired."""

from __future__ import annotations

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from composer.evaluation.parsing import parse
from composer.task.task import Output
from tests import small

RATING = small.task().output
LABEL = small.label_task().output
PLAIN_RATING = Output(field="rating", kind="ordinal", format="plain", low=1, high=5)
PLAIN_LABEL = Output(field="label", kind="label", format="plain", labels=("good", "very good"))


@pytest.mark.parametrize(
    "text", ['{"rating": 3}', '{"rating":3}', ' \n{\n "rating" : 3\n}\n', '{"\\u0072ating": 3}']
)
def test_a_json_object_with_the_one_field_is_valid(text: str) -> None:
    assert parse(RATING, text).value == 3


@pytest.mark.parametrize("value", [1, 2, 3, 4, 5])
def test_every_step_of_the_scale_is_valid(value: int) -> None:
    assert parse(RATING, f'{{"rating": {value}}}').value == value
    assert parse(PLAIN_RATING, f"{value}").value == value


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "3",
        '"3"',
        "null",
        "[3]",
        '[{"rating": 3}]',
        "{}",
        "{'rating': 3}",
        '```json\n{"rating": 3}\n```',
        '```\n{"rating": 3}\n```',
        'Rating: {"rating": 3}',
        '{"rating": 3} because it fits',
        '{"rating": 3}.',
        '{"rating": 3}{"rating": 3}',
        '{"rating": 3}\n{"rating": 4}',
        '{"rating": 3',
        '{"rating": 3,}',
        '{"rating": 3, "rating": 4}',
        '{"rating": 3, "rating": 3}',
        '{"rating": 3, "reason": "fits"}',
        '{"Rating": 3}',
        '{"rating ": 3}',
        '{"score": 3}',
        "{rating: 3}",
        '{"rating": 3} // done',
        '{"rating": 3.0}',
        '{"rating": 3.5}',
        '{"rating": 3e0}',
        '{"rating": "3"}',
        '{"rating": "three"}',
        '{"rating": true}',
        '{"rating": false}',
        '{"rating": null}',
        '{"rating": [3]}',
        '{"rating": {"rating": 3}}',
        '{"rating": NaN}',
        '{"rating": Infinity}',
        '{"rating": -Infinity}',
        '{"rating": 0}',
        '{"rating": -3}',
        '{"rating": 6}',
        '{"rating": 33}',
        '{"rating": 03}',
        '{"rating": +3}',
        '{"rating": 0x3}',
        '{"rating": 1e999}',
        '{"rating": ' + "9" * 30 + "}",
        '{"rating": ' + "9" * 10_000 + "}",
        '{"rating": 3' + " " * 10 + "\x00}",
        '\ufeff{"rating": 3}',
        '{"rating": ３}',
        "[" * 100_000,
        '{"rating": ' * 100_000,
        '{"rating":' + "[" * 50_000 + "]" * 50_000 + "}",
        '{"rating": 3}\u2028',
        '\u00a0{"rating": 3}',
        '<answer>{"rating": 3}</answer>',
        '"{\\"rating\\": 3}"',
    ],
    ids=lambda text: repr(text[:40]),
)
def test_anything_else_is_malformed_and_says_why(text: str) -> None:
    parsed = parse(RATING, text)
    assert not parsed.valid
    assert parsed.value is None
    assert parsed.error


@pytest.mark.parametrize("text", ["good", '"good"', '{"label": "Good"}', '{"label": "good "}', '{"label": "goo"}'])
def test_a_label_must_be_one_of_the_labels_exactly(text: str) -> None:
    assert not parse(LABEL, text).valid


@pytest.mark.parametrize("value", ["1", "true", "null", '["good"]', '{"good": 1}'])
def test_a_label_must_be_a_string(value: str) -> None:
    assert not parse(LABEL, f'{{"label": {value}}}').valid


def test_a_label_as_asked_for_is_valid() -> None:
    assert parse(LABEL, '{"label": "bad"}').value == "bad"


@pytest.mark.parametrize("text", ["good", " good\n", "very good"])
def test_a_plain_label_may_have_space_around_it(text: str) -> None:
    assert parse(PLAIN_LABEL, text).value == text.strip()


@pytest.mark.parametrize(
    "text", ["", "Good", "good.", "good\nvery good", "Label: good", "very  good", '{"label": "good"}']
)
def test_plain_text_that_is_no_label_is_malformed(text: str) -> None:
    assert not parse(PLAIN_LABEL, text).valid


@pytest.mark.parametrize(
    "text", ["", "0", "6", "3.0", "-3", "+3", "three", "3 5", "3.", "٣", "³", "３", "9" * 10_000, "3_0", "03"]
)
def test_plain_text_that_is_no_rating_is_malformed(text: str) -> None:
    assert not parse(PLAIN_RATING, text).valid


@given(text=st.text())
@example('{"rating": 3}')
@example("9" * 5_000)
def test_no_text_makes_the_parser_fail_or_leave_the_scale(text: str) -> None:
    for output in (RATING, PLAIN_RATING):
        value = parse(output, text).value
        assert value is None or (type(value) is int and 1 <= value <= 5)
    for output in (LABEL, PLAIN_LABEL):
        assert parse(output, text).value in (None, *output.labels)


@given(number=st.integers() | st.floats() | st.text() | st.booleans() | st.none() | st.lists(st.integers(1, 5)))
def test_only_whole_numbers_on_the_scale_are_ratings(number: object) -> None:
    valid = parse(RATING, json.dumps({"rating": number})).valid
    assert valid == (type(number) is int and 1 <= number <= 5)
