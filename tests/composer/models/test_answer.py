"""An answer is a value: equal where all of it is, fixed once it is there, and the same in another process."""

from __future__ import annotations

import pickle
from dataclasses import FrozenInstanceError, replace

import pytest

from composer.models.answer import Answer

ANSWER = Answer('{"rating": 4}', 12, 4, 0.5, "stop")


@pytest.mark.parametrize(
    "change",
    [{"text": ""}, {"prompt_tokens": 0}, {"completion_tokens": 5}, {"seconds": 0.6}, {"finish_reason": "length"}],
)
def test_any_other_part_makes_another_answer(change: dict[str, object]) -> None:
    assert replace(ANSWER, **change) != ANSWER  # type: ignore[arg-type]


def test_it_is_the_same_after_the_way_between_processes() -> None:
    assert pickle.loads(pickle.dumps(ANSWER)) == ANSWER


def test_what_a_target_answered_is_never_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        ANSWER.text = "4"  # type: ignore[misc]
