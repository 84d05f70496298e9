"""What a prompt says of its answers."""

from __future__ import annotations

import pytest

from composer.task.prompthints import answer_fields, answer_format, scales


@pytest.mark.parametrize(
    ("prompt", "fields", "format"),
    [
        ('Answer with JSON only, in the form {"urgency": N}.', ("urgency",), "json"),
        ("Return {'mood': 'good', 'why': '...'}", ("mood", "why"), "json"),
        ("Reply in JSON.", (), "json"),
        ("Say {message} is 1 to 5. Answer with the number alone.", (), "plain"),
    ],
)
def test_the_format_and_its_fields_are_found(prompt: str, fields: tuple[str, ...], format: str) -> None:
    assert (answer_fields(prompt), answer_format(prompt)) == (fields, format)


@pytest.mark.parametrize(
    ("prompt", "found"),
    [
        ("from 1 to 5", ((1, 5),)),
        ("a scale of 1-10", ((1, 10),)),
        ("1–5, not 0..3", ((1, 5), (0, 3))),
        ("from -4 (extremely negative) to 4 (positive)", ((-4, 4),)),
        ("between 0 and 100.", ((0, 100),)),
        ("1 = not urgent at all … 5 = an outage", ((1, 5),)),
        ("on 2024-11-03, 1.5 to 2.5, 5 to 1", ()),
    ],
)
def test_scales_are_found(prompt: str, found: tuple[tuple[int, int], ...]) -> None:
    assert scales(prompt) == found
