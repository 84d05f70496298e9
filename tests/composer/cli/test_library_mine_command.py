"""`composer library mine`: what it takes, rules, why the rest is left out, drafts only, and what comes next."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from composer.cli import app
from composer.home.paths import Home
from composer.models import connection
from composer.models.client import Outage
from composer.registry.targets import add_target, get_target
from library.database import Database
from library.drafts import origins
from library.snippets import list_versions
from tests import small
from tests.composer.curation import authoring
from tests.scripted import ScriptedEngine
from tests.writers import both, writing

WRITTEN = """You are a careful judge.
- A document that offers goods should never rate above 2.
- Rate each document on a scale from 1 to 10.
- Look for the answer itself before the words of the query."""
TEXTS = [
    "A document that offers goods should never rate above 2.",
    "Look for the answer itself before the words of the query.",
]
MINE = ("library", "mine", "small", "--target", "tiny", "--reflection", "tiny", "--budget", "40")

Run = Callable[..., Result]


@pytest.fixture
def run(filled: Database, home: Home, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command on a home with authoring examples, and scripted models behind every target."""
    authoring.set_aside(filled)
    monkeypatch.setenv("COLUMNS", "200")

    def run(*arguments: str, model: ScriptedEngine | None = None, writer: ScriptedEngine | None = None) -> Result:
        connect = both(model or authoring.engine(), writer or writing(WRITTEN))
        monkeypatch.setattr(connection, "connect", connect)
        return CliRunner().invoke(app, [*arguments, "--home", str(home.path)])

    return run


def mined(database: Database) -> list[str]:
    """The texts of the drafts that were mined."""
    with database.session() as session:
        drafts = list_versions(session, state="draft")
        found = origins(session, [one.id for one in drafts])
    return [one.text for one in drafts if one.id in found and found[one.id].kind == "mined"]


def document(result: Result) -> dict[str, Any]:
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    assert len(lines) == 1
    return dict(json.loads(lines[0], parse_constant=pytest.fail))


@pytest.mark.parametrize("strategy", ["gepa", "mipro"])
def test_what_it_wrote_becomes_drafts_and_the_rest_has_a_reason(filled: Database, run: Run, strategy: str) -> None:
    result = run(*MINE, "--strategy", strategy, "--yes")
    assert result.exit_code == 0, result.output
    assert mined(filled) == TEXTS
    said = " ".join(result.stdout.split())
    for text in TEXTS:
        assert text in said
    assert "1 prompt written, 4 new sentences in them: 2 rules, 2 left out." in said
    assert "Left out, says what the text is, and not what to do (1): You are a careful judge." in said
    assert "Left out, lint refuses it (1): Rate each document on a scale from 1 to 10." in said
    assert "2 drafts stored. None is vetted" in said
    assert "composer library list --state draft" in said
    assert "it is no evidence" in said or "No text was good enough" in said
    assert "Up to" not in result.stdout
    assert "up to 40 answers to pay" in " ".join(result.stderr.split())


def test_a_script_gets_one_document(filled: Database, run: Run) -> None:
    found = document(run(*MINE, "--yes", "--json"))
    assert [one["text"] for one in found["drafts"]] == TEXTS
    assert found["stored"] == [one["key"] for one in found["drafts"]]
    assert {one["why"] for one in found["left_out"]} >= {"says what the text is, and not what to do"}
    assert found["answers"]["paid"] == found["answers"]["asked"] <= 40
    assert found["sentences"] == 4
    assert found["figure"]["metric"] == "nmse"
    assert found["texts"][0]["text"] == WRITTEN
    again = document(run(*MINE, "--yes", "--json"))
    assert (again["drafts"], again["stored"], again["answers"]["paid"]) == ([], [], 0)
    assert mined(filled) == TEXTS


def test_nothing_is_asked_or_stored_without_a_yes(filled: Database, run: Run) -> None:
    never = ScriptedEngine(lambda _system, _user: pytest.fail("asked"))
    result = run(*MINE, model=never, writer=never)
    assert result.exit_code == 1
    assert "Add --yes" in result.stderr
    assert mined(filled) == []


def test_a_dry_run_says_what_it_takes_of_both_models(filled: Database, run: Run) -> None:
    never = ScriptedEngine(lambda _system, _user: pytest.fail("asked"))
    said = " ".join(run(*MINE, "--dry-run", model=never, writer=never).stderr.split())
    assert "Target tiny, on 12 authoring examples: up to 40 answers to pay" in said
    assert "Reflection model tiny: up to 5 answers to pay" in said
    found = document(run(*MINE, "--dry-run", "--json", model=never, writer=never))
    assert (found["answers"]["answers"], found["texts"]["answers"]) == (40, 5)
    assert mined(filled) == []


def test_an_interrupt_keeps_what_was_written_and_ends_with_130(filled: Database, run: Run) -> None:
    result = run(*MINE, "--yes", model=small.Dying(authoring.engine(), 18, KeyboardInterrupt()))
    assert result.exit_code == 130
    assert mined(filled) == TEXTS
    assert "run the same command again" in " ".join(result.stdout.split())


def test_an_outage_stores_nothing_and_says_that_the_answers_are_kept(filled: Database, run: Run) -> None:
    down = Outage("the server can't be reached", fix="Start it. The answers so far are kept.")
    result = run(*MINE, "--yes", writer=small.Dying(writing(WRITTEN), 2, down))
    assert result.exit_code == 1
    assert result.stderr.count("Error: ") == 1
    assert "answers so far are kept" in " ".join(result.stderr.split())
    assert mined(filled) == []
    assert document(run(*MINE, "--yes", "--json"))["answers"]["stored"] > 0


def test_a_model_that_writes_rubbish_leads_to_no_draft(filled: Database, run: Run) -> None:
    result = run(*MINE, "--yes", writer=ScriptedEngine(lambda _system, _user: "Sure! Here is it:\n\nok ok\n{}"))
    assert result.exit_code == 0, result.output
    assert "Nothing became a draft." in result.stdout
    assert mined(filled) == []


def test_what_the_reflection_model_writes_counts_toward_the_bound(filled: Database, run: Run) -> None:
    model, writer = authoring.engine(), writing(WRITTEN)
    result = run(*MINE, "--yes", "--max-cells", "14", model=model, writer=writer)
    assert result.exit_code == 3, result.output
    assert "Stopped at --max-cells 14. Paid for 14 answers." in " ".join(result.stdout.split())
    assert writer.asked
    assert len(model.asked) + len(writer.asked) == 14


def test_money_can_be_bounded_where_both_models_have_a_price(filled: Database, run: Run) -> None:
    refused = run(*MINE, "--yes", "--max-cost", "1")
    assert refused.exit_code == 1
    assert "target tiny has no price" in refused.stderr
    with filled.session() as session:
        prices = {"price_per_million_input_tokens": 1.0, "price_per_million_output_tokens": 5.0}
        add_target(session, get_target(session, "tiny").model_copy(update=prices), by="Ada", at=small.NOW)
    model, writer = authoring.engine(), writing(WRITTEN)
    result = run(*MINE, "--yes", "--max-cost", "0.01", model=model, writer=writer)
    assert result.exit_code == 3, result.output
    said = " ".join(result.stdout.split())
    assert "Stopped before --max-cost 0.01: the next answer can cost" in said
    assert "by the target's price" in said
