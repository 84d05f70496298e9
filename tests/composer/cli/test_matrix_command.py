"""`composer matrix`: every task on every target, one task in detail, and asking a target for more."""

from __future__ import annotations

import json

import pytest

from library.database import Database
from tests.composer.cli.conftest import Run
from tests.composer.matrix import several as stage
from tests.composer.review import acts
from tests.scripted import connecting


def test_every_task_is_printed_on_every_target(several: Database, run: Run) -> None:
    said = " ".join(run("matrix").stdout.split())
    for words in (
        "tiny release 1",
        "larger candidate 2",
        "16 sealed",
        "cloud the bare base",
        "16 dev",
        "Always “3”",
    ):
        assert words in said
    value = json.loads(run("matrix", "--json").stdout)
    assert [one["task"] for one in value["tasks"]] == ["small"]


def test_one_task_stands_side_by_side_with_its_disagreements(several: Database, run: Run) -> None:
    said = " ".join(run("matrix", "small", "--prompt", "base").stdout.split())
    for words in (
        "base on 16 of 16 development examples",
        "! larger has answered 0 of them, too few to compare: add --ask larger",
        "They disagree on",
        "people",
        "clearly help on one and hurt on another",
    ):
        assert words in said
    value = json.loads(run("matrix", "small", "--prompt", "base", "--json").stdout)
    assert (value["task"], value["side_by_side"]["shared"]) == ("small", 16)


def test_asking_shows_the_price_first_pays_once_and_then_compares(
    several: Database, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COMPOSER_PERSON", stage.LOCAL)
    monkeypatch.setattr("composer.models.connection.connect", acts.no_model)
    foreseen = run("matrix", "small", "--prompt", "base", "--ask", "larger", "--examples", "9", "--dry-run")
    assert "9 answers to pay" in foreseen.stderr
    assert not foreseen.stdout
    monkeypatch.setattr("composer.models.connection.connect", connecting(stage.engine(0.6)))
    asked = run("matrix", "small", "--prompt", "base", "--ask", "larger", "--examples", "9")
    assert asked.exit_code == 0, asked.output
    assert "base on 9 of 16 development examples" in " ".join(asked.stdout.split())


def test_several_targets_are_asked_and_none_where_one_of_them_is_refused(
    several: Database, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COMPOSER_PERSON", stage.LOCAL)
    monkeypatch.setattr("composer.models.connection.connect", acts.no_model)
    refused = run("matrix", "small", "--prompt", "base", "--ask", "larger", "--ask", "cloud")
    assert "cloud has answered every" in " ".join(refused.stderr.split())
    twice = run("matrix", "small", "--prompt", "base", "--ask", "larger", "--ask", "larger", "--dry-run")
    assert twice.stderr.count("answers to pay") == 1


@pytest.mark.parametrize(
    ("given", "why"),
    [
        (("nothing",), "no task is called nothing"),
        (("small", "--ask", "cloud", "--prompt", "base"), "has answered every"),
    ],
)
def test_what_there_is_not_is_refused(several: Database, run: Run, given: tuple[str, ...], why: str) -> None:
    found = run("matrix", *given)
    assert found.exit_code == 1
    assert why in " ".join(found.stderr.split())


def test_an_empty_home_says_what_to_do(database: Database, run: Run) -> None:
    assert "composer compose TASK --target T" in run("matrix").stdout


def test_asking_keeps_to_a_bound(several: Database, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COMPOSER_PERSON", stage.LOCAL)
    engine = stage.engine(0.6)
    monkeypatch.setattr("composer.models.connection.connect", connecting(engine))
    asking = ("matrix", "small", "--prompt", "base", "--ask", "larger", "--examples", "9")
    stopped = run(*asking, "--max-cells", "4")
    assert (stopped.exit_code, len(engine.asked)) == (3, 4)
    assert "Stopped at --max-cells 4. Paid for 4 answers." in stopped.stderr
    assert run(*asking, "--max-cost", "1000").exit_code == 0
    assert len(engine.asked) > 4
