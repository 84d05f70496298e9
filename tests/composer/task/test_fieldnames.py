"""Names of fields, and one for whatever a column is called."""

from __future__ import annotations

import pytest

from composer.task.fieldnames import COLUMNS, checked_name, field_name


@pytest.mark.parametrize(
    ("called", "name"),
    [
        ("message", "message"),
        ("Message Text", "message_text"),
        ("Größe (cm)", "groe_cm"),
        ("2nd", "text_2nd"),
        ("文本", "text"),
        ("class", "class_text"),
        ("gold", "gold_text"),
        ("model_name", "model_name_text"),
        ("taken", "taken_2"),
    ],
)
def test_whatever_a_column_is_called_there_is_a_name_for_its_field(called: str, name: str) -> None:
    found = field_name(called, {"taken"})
    assert found == name
    if not found.startswith("model_"):
        assert checked_name(found) == found
    assert found not in COLUMNS
