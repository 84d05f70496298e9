"""What a task file is accepted with, and its owner is told to think about."""

from __future__ import annotations

import pytest

from composer.task.cautions import task_cautions
from tests import small


def test_an_ordinary_task_needs_no_caution() -> None:
    assert task_cautions(small.task()) == ()


@pytest.mark.parametrize("field", ["base", "message"])
def test_doubled_braces_left_of_an_f_string_are_pointed_out_with_their_line(field: str) -> None:
    text = str(small.TASK[field]) + '\nAnswer as {{"rating": N}}.'
    (caution,) = task_cautions(small.task(**{field: text}))
    assert caution.startswith(f"{field} has doubled braces, in line ")
    assert '{{"rating": N}}' in caution
    assert "f-string" in caution


@pytest.mark.parametrize("token", ["<|im_end|>", "<filename>"])
def test_a_control_token_in_a_base_is_pointed_out(token: str) -> None:
    (caution,) = task_cautions(small.task(base=f"{small.TASK['base']}\nNever write {token}."))
    assert caution.startswith(f"base spells {token}")
