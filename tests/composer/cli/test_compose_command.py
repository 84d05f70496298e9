"""`composer compose` and `composer demo`: one JSON object for scripts, a table for people, and clear refusals."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from sqlmodel import select
from typer.testing import CliRunner

from composer.cli import app
from composer.home.locks import exclusive_lock
from composer.home.paths import Home
from composer.models import connection
from composer.models.client import Outage
from composer.runs import worker
from composer.runs.summary import RunResult
from composer.tables import RunRow
from library.database import Database
from tests import small
from tests.scripted import ScriptedEngine, connecting
from tests.servers import ChatServer, chat, failure

Run = Callable[..., Result]

FIELDS = {
    "task",
    "target",
    "strategy",
    "seed",
    "cells",
    "tried",
    "keys",
    "incumbent",
    "candidate",
    "difference",
    "examples",
    "gates",
    "candidate_id",
    "seconds",
}


@pytest.fixture
def run(home: Home, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command on `home` with a scripted model behind every target."""

    def run(*arguments: str, model: ScriptedEngine | None = None) -> Result:
        monkeypatch.setattr(connection, "connect", connecting(model or small.engine()))
        return CliRunner().invoke(app, [*arguments, "--home", str(home.path)])

    return run


def comparable(summary: dict[str, Any]) -> dict[str, Any]:
    return small.comparable(RunResult.model_validate(summary))


def told(result: Result) -> dict[str, Any]:
    """The one object on standard output."""
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    assert len(lines) == 1
    return dict(json.loads(lines[0], parse_constant=pytest.fail))


def listed(result: Result) -> list[dict[str, Any]]:
    """The one list on standard output."""
    assert result.exit_code == 0, result.output
    return list(json.loads(result.stdout))


def refused(result: Result) -> str:
    """What a refusal says: on standard error, in one place, with exit code 1 and no traceback."""
    assert result.exit_code == 1
    assert isinstance(result.exception, SystemExit)
    assert result.stdout == ""
    assert result.stderr.count("Error: ") == 1
    assert "Traceback" not in result.stderr
    return result.stderr


COMPOSE = ("compose", "small", "--target", "tiny", "--budget", "100")


def test_compose_prints_one_json_object_with_all_its_fields(filled: Database, run: Run) -> None:
    engine = small.engine()
    summary = told(run(*COMPOSE, "--json", model=engine))
    assert set(summary) >= FIELDS
    assert (summary["task"], summary["target"], summary["strategy"], summary["seed"]) == (
        "small",
        "tiny",
        "effects",
        0,
    )
    assert summary["cells"] == {"asked": len(engine.asked), "stored": 0, "paid": len(engine.asked)}
    for side in ("incumbent", "candidate"):
        assert set(summary[side]) == {"composite", "valid_only", "valid_rate", "n"}
    assert set(summary["difference"]) == {"metric", "value", "low", "high", "better_is"}
    assert (summary["difference"]["metric"], summary["difference"]["better_is"]) == ("nmse", "lower")
    assert summary["difference"]["low"] <= summary["difference"]["value"] <= summary["difference"]["high"] < 0
    assert set(summary["examples"]) == {"better", "same", "worse"}
    assert all(set(gate) == {"name", "passed", "figure", "binding"} for gate in summary["gates"])
    assert summary["candidate_id"] == 1
    assert summary["tried"] > 0
    assert summary["keys"]
    assert summary["seconds"] >= 0


def test_the_same_command_again_pays_nothing_and_tells_the_same(filled: Database, run: Run) -> None:
    first = told(run(*COMPOSE, "--json"))
    again = told(run(*COMPOSE, "--json", model=ScriptedEngine(lambda system, message: pytest.fail("asked"))))
    assert again["cells"]["paid"] == 0
    assert comparable(again) == comparable(first)


def test_a_command_that_was_broken_off_goes_on_with_the_same_command(filled: Database, run: Run) -> None:
    dying = small.Dying(small.engine(), 20, Outage("the server can't be reached", fix="Start it and do it again."))
    says = refused(run(*COMPOSE, "--json", model=dying))
    assert "the server can't be reached" in says
    assert "Start it" in says
    summary = told(run(*COMPOSE, "--json"))
    assert summary["cells"]["stored"] == len(dying.asked) == 19
    assert summary["candidate_id"] == 1


def test_an_interrupt_says_that_the_answers_are_kept(filled: Database, run: Run) -> None:
    result = run(*COMPOSE, model=small.Dying(small.engine(), 20, KeyboardInterrupt()))
    assert result.exit_code == 130
    assert "answers so far are kept" in " ".join(result.stderr.split())
    assert told(run(*COMPOSE, "--json"))["cells"]["stored"] == 19


def test_people_get_the_comparison_the_search_estimate_beside_it_and_what_to_do_next(
    filled: Database, run: Run
) -> None:
    result = run(*COMPOSE)
    assert result.exit_code == 0
    for expected in ("NMSE", "valid rate", "Spearman", "95% interval", "improves", "composer review 1"):
        assert expected in result.stdout
    said = " ".join(result.stdout.split())
    assert re.search(r"Dev and test: NMSE [+−]\S+ on dev, [+−]\S+ \[\S+, \S+\] on the sealed split\. ", said)


def test_what_is_not_let_through_is_shown_with_its_intervals_and_has_a_page(filled: Database, run: Run) -> None:
    result = run(*COMPOSE, model=small.losing())
    said = " ".join(result.stdout.split())
    assert "95% interval" in said
    assert "[+" in said[said.index("was not let through: NMSE") :]
    assert "composer review 1" in said
    assert (told(run(*COMPOSE, "--json"))["candidate_id"], listed(run("inbox", "--json"))) == (1, [])
    assert "Nothing waits for review" in run("inbox").stdout
    (entry,) = listed(run("inbox", "--state", "not let through", "--json"))
    assert (entry["state"], entry["waits_for"]) == ("not let through", [])
    assert "nothing can approve it as it is: the gate “improves” fails" in " ".join(
        run("review", "1").stdout.split()
    )
    refusal = refused(run("approve", "1", "--reason", "x"))
    assert "can't be approved" in refusal


@pytest.mark.parametrize("form", [["--json"], []])
def test_no_candidate_is_said_with_the_reason(filled: Database, run: Run, form: list[str]) -> None:
    result = run(*COMPOSE, *form, model=ScriptedEngine(lambda system, message: '{"rating": 3}'))
    assert result.exit_code == 0
    assert "beat the incumbent" in " ".join(result.stdout.split())
    if form:
        summary = told(result)
        assert set(summary) >= FIELDS
        assert summary["candidate_id"] is None


def test_seed_and_strategy_reach_the_search(filled: Database, run: Run) -> None:
    summary = told(run(*COMPOSE, "--seed", "3", "--strategy", "random", "--json"))
    assert (summary["seed"], summary["strategy"]) == (3, "random")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("compose", "smal", "--target", "tiny"), "Known: small"),
        (("compose", "small", "--target", "huge"), "no target is called huge"),
        ((*COMPOSE, "--strategy", "guess"), "effects, greedy"),
        ((*COMPOSE, "--budget", "0"), "budget"),
        ((*COMPOSE, "--seed", "-1"), "seed"),
        (("demo", "--headless", "--task", "poetry"), "relatedness, polarity"),
    ],
)
def test_what_can_not_be_done_is_refused_in_plain_words(
    filled: Database, run: Run, arguments: tuple[str, ...], says: str
) -> None:
    assert says in refused(run(*arguments))
    assert says in refused(run(*arguments, "--json"))


def test_the_demo_loads_the_starter_set_and_prints_one_json_object(starter: Database, run: Run) -> None:
    model = ScriptedEngine(lambda system, message: '{"label": "positive"}')
    summary = told(
        run("demo", "--headless", "--task", "polarity", "--budget", "60", "--seed", "1", "--json", model=model)
    )
    assert set(summary) >= FIELDS
    assert (summary["task"], summary["target"], summary["seed"]) == ("polarity", "qwen2.5-coder-0.5b", 1)
    assert summary["cells"]["paid"] == len(model.asked) <= 60
    again = told(run("demo", "--headless", "--task", "polarity", "--budget", "60", "--seed", "1", "--json"))
    assert again["cells"]["paid"] == 0
    assert comparable(again) == comparable(summary)


@pytest.mark.parametrize("working", [False, True])
def test_without_headless_the_demo_starts_a_worker_once_and_serves_the_app(
    filled: Database, run: Run, home: Home, monkeypatch: pytest.MonkeyPatch, working: bool
) -> None:
    calls: list[tuple[Any, ...]] = []
    monkeypatch.setattr("composer.cli.compose.load_starter", lambda *_args, **_kwargs: None)
    monkeypatch.setattr(worker, "start", lambda *arguments: calls.append(("start", *arguments)))
    monkeypatch.setattr(os, "chdir", lambda _folder: None)
    monkeypatch.setattr(os, "execv", lambda _program, command: calls.append(("serve", *command)))
    with exclusive_lock(home, "run-1") if working else nullcontext():
        result = run("demo", "--task", "small", "--target", "tiny", "--port", "9999")
    assert result.exit_code == 0, result.output
    *started, (done, *command) = calls
    assert started == ([] if working else [("start", home, 1)])
    assert done == "serve"
    assert command[command.index("--server.port") + 1] == "9999"
    assert command[-2:] == ["--home", str(home.path)]


def on_a_server(server: ChatServer, home: Home, folder: Path, *more: str) -> Result:
    """Add a server target from a file and compose on it, in a wide terminal."""
    file = folder / "far.yaml"
    file.write_text(f"name: far\nkind: server\nmodel: m\napi_base: {server.api_base}\napi_key_env: FAR_KEY\n")
    for command in (
        ["target", "add", str(file)],
        ["compose", "small", "--target", "far", "--strategy", "greedy", *more],
    ):
        result = CliRunner().invoke(app, [*command, "--home", str(home.path)], env={"COLUMNS": "200"})
    return result


def test_a_key_that_a_server_repeats_is_neither_shown_nor_stored_nor_logged(
    filled: Database, home: Home, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    key = "far-0ddba11"
    monkeypatch.setenv("FAR_KEY", key)
    with ChatServer(failure(401, f"no such key: {key}, see https://a.example/?key={key}")) as server:
        refused = on_a_server(server, home, tmp_path)
        server.default = chat(f'{{"rating": 3}} {key}', message={"reasoning": key})
        answered = on_a_server(server, home, tmp_path, "--budget", "20")
        assert server.keys[0] == f"Bearer {key}"
    assert refused.exit_code == 1
    assert (
        "the server refuses the key: no such key: [secret], see https://a.example/?key=[secret]" in refused.output
    )
    assert answered.exit_code == 0
    assert "it repeats a secret of this home" in " ".join(answered.output.split())
    for result in (refused, answered):
        assert key not in result.output
    filled.close()
    files = [file for file in home.path.rglob("*") if file.is_file()]
    assert any(b"[secret]" in file.read_bytes() for file in files)
    assert not [file for file in files if key.encode() in file.read_bytes()]


@pytest.mark.parametrize("fingerprint", [None, "fp_1"])
def test_answers_that_are_reused_are_pointed_out_where_another_model_would_go_unnoticed(
    filled: Database, home: Home, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, fingerprint: str | None
) -> None:
    monkeypatch.setenv("FAR_KEY", "far-0ddba11")
    with ChatServer(chat('{"rating": 3}', system_fingerprint=fingerprint)) as server:
        first, again = (
            " ".join(on_a_server(server, home, tmp_path, "--budget", "20", "--seed", seed).output.split())
            for seed in ("0", "1")
        )
    hint = "another model behind its address would go unnoticed"
    assert "0 stored already" in first
    assert hint not in first
    assert "0 stored already" not in again
    assert (hint in again) == (fingerprint is None)


def test_a_bound_ends_a_run_that_the_same_command_goes_on_with(filled: Database, run: Run) -> None:
    whole = small.engine()
    command = ("compose", "small", "--target", "tiny", "--budget", "40", "--strategy", "greedy", "--json")
    first = run(*command, "--max-cells", "7", model=whole)
    assert first.exit_code == 3, first.output
    assert "Stopped at --max-cells 7. Paid for 7 answers." in first.stderr
    with filled.session() as session:
        [row] = session.exec(select(RunRow)).all()
        assert (row.state, row.message.startswith("Stopped at --max-cells 7.")) == ("stopped", True)
    assert len(whole.asked) == 7
    summary = told(run(*command, model=whole))
    assert summary["cells"]["stored"] == 7
    assert summary["cells"]["paid"] == len(whole.asked) - 7


def test_a_bound_on_money_needs_a_price(filled: Database, run: Run) -> None:
    for command in (
        ("compose", "small", "--target", "tiny", "--budget", "40"),
        ("propose", "small", "--target", "tiny", "--snippets", "exact"),
    ):
        result = run(*command, "--max-cost", "1")
        assert result.exit_code == 1
        assert "has no price" in result.stderr
    with filled.session() as session:
        assert session.exec(select(RunRow)).all() == []


def test_a_run_that_waits_keeps_to_no_bound_of_its_own(filled: Database, run: Run) -> None:
    result = run("compose", "small", "--target", "tiny", "--queue", "--max-cells", "5")
    assert result.exit_code == 1
    assert "give them to `composer work`" in result.stderr
    with filled.session() as session:
        assert session.exec(select(RunRow)).all() == []
