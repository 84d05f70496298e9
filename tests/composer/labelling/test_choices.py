"""What a person can answer with: each value of the scale or list once, and keys that tell them apart."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from composer.labelling.choices import checked, choices, is_answer
from composer.task.task import Output
from library.errors import Refused
from tests import small


def keys(**output: object) -> list[str]:
    return [one.keys for one in choices(Output.model_validate({"field": "rating", **output}))]


def test_ratings_have_their_digits_for_keys_after_a_minus_below_zero() -> None:
    assert keys(kind="ordinal", low=1, high=5) == ["1", "2", "3", "4", "5"]
    assert keys(kind="ordinal", low=-2, high=1) == ["-2", "-1", "0", "1"]
    assert keys(kind="ordinal", low=1, high=10)[-2:] == ["9", "0"]
    assert keys(kind="ordinal", low=0, high=10)[-2:] == ["9", "t"]


def test_labels_have_their_places_for_keys_and_those_after_the_ninth_none() -> None:
    labels = [f"label {letter}" for letter in "abcdefghijk"]
    assert keys(kind="label", labels=labels) == [*"123456789", "", ""]


@given(st.integers(-30, 30), st.integers(1, 30))
def test_no_two_answers_share_a_key_and_none_is_the_beginning_of_another(low: int, width: int) -> None:
    found = choices(Output(field="rating", kind="ordinal", low=low, high=low + width))
    assert [one.value for one in found] == list(range(low, low + width + 1))
    pressed = [one.keys for one in found if one.keys]
    assert not [(a, b) for a in pressed for b in pressed if a is not b and b.startswith(a)]


def test_a_value_that_the_task_does_not_have_is_refused() -> None:
    task = small.task()
    assert checked("4", task) == 4.0
    for value in (0, 6, "high", True, None, float("nan"), 2.5):
        with pytest.raises(Refused):
            checked(value, task)
    assert not is_answer(6.0, task)
    labels = small.task(output={"field": "rating", "kind": "label", "labels": ["yes", "no"]})
    assert checked("yes", labels) == "yes"
    with pytest.raises(Refused, match="no label of the task"):
        checked("maybe", labels)
