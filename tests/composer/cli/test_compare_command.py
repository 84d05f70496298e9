"""`composer compare`: prompts side by side on the terminal, from stored answers."""

from __future__ import annotations

import json

import pytest

from library.database import Database
from tests.composer.cli.conftest import Run


def test_prompts_stand_side_by_side_with_intervals_and_differences(submitted: Database, run: Run) -> None:
    found = run("compare", "small", "candidate:1", "base")
    assert found.exit_code == 0, found.output
    said = " ".join(found.stdout.split())
    for words in (
        "2 prompts side by side",
        "candidate 1",
        "the bare base",
        "p, Holm",
        "Always “",
        "They differ on",
    ):
        assert words in said
    value = json.loads(run("compare", "small", "candidate:1", "base", "--json").stdout)
    assert value["columns"][0]["p_holm"] is not None
    assert value["columns"][1]["differences"] == []
    turned = json.loads(
        run("compare", "small", "candidate:1", "base", "--against", "candidate:1", "--json").stdout
    )
    assert turned["compared_with"] == "candidate:1"


@pytest.mark.parametrize(("name", "why"), [("seven", "is no prompt"), ("candidate:9", "no candidate 9")])
def test_what_is_no_prompt_is_refused(submitted: Database, run: Run, name: str, why: str) -> None:
    found = run("compare", "small", "candidate:1", name)
    assert found.exit_code == 1
    assert why in " ".join(found.stderr.split())
