"""`composer library disagreements`: what differs, group by group; `--ask` alone pays for what lacks."""

from __future__ import annotations

import json

import pytest

from library.database import Database
from tests import small
from tests.composer.cli.conftest import Run
from tests.composer.curation import authoring
from tests.scripted import ScriptedEngine, connecting

COMMAND = ("library", "disagreements", "small", "--target", "tiny")


@pytest.fixture
def engine(filled: Database, monkeypatch: pytest.MonkeyPatch) -> ScriptedEngine:
    """The model of a home with twelve authoring examples, none of which was asked about."""
    authoring.set_aside(filled)
    engine = authoring.engine()
    monkeypatch.setattr("composer.models.connection.connect", connecting(engine))
    return engine


def test_without_answers_it_says_what_asking_costs_and_asks_nothing(run: Run, engine: ScriptedEngine) -> None:
    shown = run(*COMMAND)
    assert shown.exit_code == 0
    assert "the bare base on 12 authoring examples" in shown.stdout
    assert "add --ask to ask about them (12 answers to pay, about 24 s" in shown.stdout
    assert not engine.asked


def test_ask_pays_for_what_lacks_once_and_shows_the_groups(run: Run, engine: ScriptedEngine) -> None:
    shown = run(*COMMAND, "--ask")
    assert shown.exit_code == 0, shown.output
    assert "9 of 12 answers differ from people, 1 malformed" in shown.stdout
    assert "too high · news: 2" in shown.stdout
    assert "authoring-02: people 4 (rated 4), model malformed (not JSON" in shown.stdout
    assert "I would say **3**." in shown.stdout
    assert len(engine.asked) == 12
    again = run(*COMMAND, "--ask")
    assert "nothing to pay" in again.output
    assert len(engine.asked) == 12


def test_top_limits_each_group_and_json_has_all(run: Run, engine: ScriptedEngine) -> None:
    run(*COMMAND, "--ask")
    assert "and 1 more" in run(*COMMAND, "--top", "1").stdout
    whole = json.loads(run(*COMMAND, "--json").stdout)
    assert (whole["examples"], whole["answered"], whole["differ"]) == (12, 12, 9)
    assert whole["missing"]["answers"] == 0
    assert sum(group["number"] for group in whole["groups"]) == 9
    assert all(len(group["rows"]) == group["number"] for group in whole["groups"])
    row = next(row for group in whole["groups"] for row in group["rows"] if row["id"] == "authoring-02")
    assert (row["raw"], row["answer"], row["loss"]) == ("I would say **3**.", None, 1.0)
    assert row["ratings"] == {"ann": 4.0, "bob": 4.0}
    few = json.loads(run(*COMMAND, "--json", "--top", "1").stdout)
    assert all(len(group["rows"]) == 1 for group in few["groups"])


def test_a_task_without_authoring_examples_says_what_to_do(run: Run, filled: Database) -> None:
    shown = run(*COMMAND)
    assert shown.exit_code == 1
    assert "authoring split is empty" in shown.stderr
    assert small.stored_cells(filled) == 0


def test_asking_keeps_to_a_bound_and_money_needs_a_price(run: Run, engine: ScriptedEngine) -> None:
    refused = run(*COMMAND, "--ask", "--max-cost", "1")
    assert (refused.exit_code, engine.asked) == (1, [])
    assert "has no price" in refused.stderr
    stopped = run(*COMMAND, "--ask", "--max-cells", "5")
    assert (stopped.exit_code, len(engine.asked)) == (3, 5)
    assert "Stopped at --max-cells 5. Paid for 5 answers." in stopped.stderr
    assert run(*COMMAND, "--ask").exit_code == 0
    assert len(engine.asked) == 12
