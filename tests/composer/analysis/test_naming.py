"""Names of prompts in links and commands: each once, and refused where they mean nothing."""

from __future__ import annotations

import pytest

from composer.analysis.naming import MOST, column_names
from library.errors import Refused


def test_names_are_read_each_once_in_their_order() -> None:
    found = column_names(["candidate:7", "base@tiny", "release:3", "base", " candidate:7 "])
    assert [str(one) for one in found] == ["candidate:7", "base@tiny", "release:3", "base"]
    assert [one.title for one in found] == ["candidate 7", "the bare base", "release 3", "the bare base"]


@pytest.mark.parametrize("name", ["", "7", "candidate:", "candidate:x", "bases", "release:-1", "candidate:7;"])
def test_what_is_no_name_is_refused(name: str) -> None:
    with pytest.raises(Refused, match="is no prompt"):
        column_names([name])


def test_too_many_are_refused() -> None:
    with pytest.raises(Refused, match="can't be read"):
        column_names([f"candidate:{number}" for number in range(MOST + 1)])
