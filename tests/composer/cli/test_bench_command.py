"""`composer bench`: records to a file or to standard output, the same every time, and a report of them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from composer.bench.contestants import CONTESTANTS
from composer.bench.world_files import write_world
from composer.cli.bench import app
from tests.composer.bench.conftest import answered, described


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    world = described()
    write_world(tmp_path / "small", world, answered(world))
    return tmp_path / "small"


def run(*words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


def search(folder: Path, *words: object) -> Result:
    return run("search", "--world", folder, "--strategies", "random,greedy", "--seeds", 3, *words)


def test_json_is_all_that_stands_on_standard_output(folder: Path) -> None:
    result = search(folder, "--budgets", "20,40", "--json")
    assert result.exit_code == 0, result.output
    records = json.loads(result.stdout)
    assert len(records) == 12
    assert {"world", "strategy", "budget", "seed", "paid", "keys", "gain_dev", "gain_test"} <= set(records[0])
    assert {"oracle_test", "incumbent_test", "promoted", "truth", "stopped"} <= set(records[0])


def test_the_file_holds_what_is_printed_and_is_the_same_every_time(folder: Path, tmp_path: Path) -> None:
    printed = search(folder, "--budgets", "20", "--json", "--out", tmp_path / "one.json").stdout
    again = search(folder, "--budgets", "20", "--out", tmp_path / "two.json")
    assert again.stdout == ""
    assert "6 searches in" in again.stderr
    assert (tmp_path / "one.json").read_text() == (tmp_path / "two.json").read_text() == printed


def test_without_names_every_strategy_runs(folder: Path) -> None:
    ran = json.loads(run("search", "--world", folder, "--budgets", 20, "--seeds", 1, "--json").stdout)
    assert {one["strategy"] for one in ran} == set(CONTESTANTS)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--world", "nowhere", "--json"), "there is no world nowhere"),
        (("--world", "synthetic/null-60-a", "--strategies", "guess", "--json"), "no strategy is called guess"),
        (("--world", "synthetic/null-60-a", "--budgets", "many", "--json"), "many is no budget"),
        (("--world", "synthetic/null-60-a", "--budgets", "0", "--json"), "a budget of 0"),
        (("--world", "synthetic/null-60-a"), "nowhere to go"),
        (("--world", "synthetic/null-60-a", "--out", "/no/such/folder/file.json"), "no such folder"),
    ],
)
def test_a_mistake_is_told_in_a_line(words: tuple[str, ...], said: str) -> None:
    result = run("search", *words)
    assert result.exit_code == 1
    assert said in result.stderr.replace("\n", " ")
    assert result.stdout == ""
    assert "Traceback" not in result.output


def test_a_report_tells_and_draws(folder: Path, tmp_path: Path) -> None:
    records, chart = tmp_path / "records.json", tmp_path / "chart.svg"
    search(folder, "--budgets", "20,60", "--out", records)
    result = run("report", records, "--out", chart)
    assert result.exit_code == 0, result.output
    assert "Answers to reach 90%" in result.stdout
    assert "small" in chart.read_text()
    assert json.loads(run("report", records, "--json").stdout)["points"][0]["world"] == "small"


def test_the_limit_of_a_recorded_world_is_told_and_a_made_up_one_has_none(folder: Path) -> None:
    (told,) = json.loads(run("limit", "--world", folder, "--world", "synthetic/null-60-a", "--json").stdout)
    assert told["low"] <= told["gain"] <= told["high"]
    assert "small" in run("limit", "--world", folder).stdout
    refused = run("limit", "--world", "synthetic/null-60-a")
    assert (refused.exit_code, "none of these worlds is recorded" in refused.stderr) == (1, True)


def test_a_report_of_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "records.json").write_text("[{}]")
    result = run("report", tmp_path / "records.json")
    assert result.exit_code == 1
    assert "no records of a benchmark" in result.stderr


@pytest.mark.parametrize("command", ["search", "report"])
def test_the_help_says_what_each_option_is_for(command: str) -> None:
    result = run(command, "--help")
    assert result.exit_code == 0
    assert "--out" in result.stdout
    assert "--json" in result.stdout


@pytest.mark.parametrize("option", ["--dev", "--test", "--max-length"])
def test_a_world_without_examples_or_snippets_is_not_recorded(option: str, tmp_path: Path) -> None:
    result = run("record", "polarity", "--target", "qwen2.5-coder-0.5b", "--out", tmp_path / "none", option, 0)
    assert result.exit_code == 2
    assert option in result.stderr
    assert not (tmp_path / "none").exists()
