"""`composer library vet`, `reject`, `undo` and `policy`."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from composer.cli.library import app
from library.database import open_database
from library.drafts import Draft, write_draft
from tests.library.curating import AT, curators


@pytest.fixture(autouse=True)
def home(tmp_path: Path, empty_home: Path) -> Path:
    place = tmp_path / "home"
    shutil.copytree(empty_home, place)
    with open_database(place).session() as session:
        write_draft(session, Draft("brief", "Answer in one word."), by="Ben", at=AT)
    return place


def call(home: Path, *arguments: str) -> Result:
    return CliRunner().invoke(app, [*arguments, "--home", str(home)])


def states(home: Path) -> list[str]:
    return [one["state"] for one in json.loads(call(home, "show", "brief", "--json").stdout)]


def test_a_draft_is_vetted_and_that_is_undone_and_the_draft_too(home: Path) -> None:
    done = call(home, "vet", "brief", "--reason", "It is clear.")
    assert done.stdout == "Vetted: brief v1. A run may choose it now.\n"
    assert states(home) == ["vetted"]
    assert "Undone: the vetting of brief." in call(home, "undo", "brief", "--yes").stdout
    assert "Undone: the draft of brief." in call(home, "undo", "--yes").stdout
    assert states(home) == ["rejected"]
    assert "nothing was done to a snippet that can be undone" in call(home, "undo", "--yes").stderr


def test_a_rejection_needs_a_reason(home: Path) -> None:
    assert "a rejection needs a reason" in call(home, "reject", "brief").stderr
    assert call(home, "reject", "brief", "--reason", "Too short.").stdout.startswith("Rejected: brief v1.")
    assert "brief has no draft" in call(home, "vet", "brief").stderr


def test_undoing_asks_first_and_names_the_act(home: Path) -> None:
    done = call(home, "undo", "brief")
    assert "Ben, 2026-03-04 05:06 UTC: drafted brief" in done.stdout
    assert "Add --yes" in done.stderr
    assert states(home) == ["draft"]


def test_an_unknown_key_is_refused_with_near_ones(home: Path) -> None:
    for verb in (["vet", "breif"], ["reject", "breif", "--reason", "So."], ["undo", "breif", "--yes"]):
        assert "Did you mean brief?" in call(home, *verb).stderr


def test_the_policy_is_shown_and_kept_by_whoever_may(home: Path) -> None:
    assert call(home, "policy").stdout == "Whoever wrote a draft may vet it alone.\n"
    with open_database(home).session() as session:
        curators(session)
    assert call(home, "policy").stdout == "A draft is vetted by another than its author.\n"
    assert "people sign in here" in call(home, "vet", "brief").stderr
    assert "needs a reason" in call(home, "policy", "--alone").stderr
    assert call(home, "policy", "--alone", "--reason", "Two read each pull request.").exit_code == 0
    assert call(home, "vet", "brief").exit_code == 0
