"""`composer work`: several processes on one database take different runs, also those of one that was killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from typer.testing import CliRunner

from composer.cli import app
from composer.home.locks import exclusive_lock
from composer.home.paths import Home
from composer.home.processes import FINISHED, WAITING
from composer.models import connection
from composer.models.target import Target
from composer.registry.targets import add_target
from composer.runs.plan import plan_run
from composer.runs.records import enter_run, get_run
from library.database import Database
from tests import small
from tests.scripted import connecting

ROOT = Path(__file__).resolve().parents[3]
TARGETS = ("tiny", "second", "third", "fourth", "fifth")
SCRIPT = """
import json, os, sys, time
sys.path.insert(0, sys.argv[3])
from composer.cli import app
from composer.evaluation import intervals
from composer.models import connection
from tests import small
from tests.scripted import ScriptedEngine, scripted_lm

intervals.RESAMPLES = 100
asked = open(sys.argv[2], "a")

def connect(target, say):
    def answer(system, user):
        asked.write(json.dumps([str(os.getpid()), target.name, system, user]) + chr(10))
        asked.flush()
        time.sleep(0.01)
        return small.engine().answer(system, user)

    return scripted_lm(ScriptedEngine(answer))

connection.connect = connect
app(["work", "--home", sys.argv[1]])
"""


@pytest.fixture
def queued(filled: Database) -> tuple[int, ...]:
    """Runs that wait, one for each of several targets."""
    with filled.session() as session:
        for number, name in enumerate(TARGETS[1:], start=17):
            target = Target(name=name, kind="embedded", model="qwen2.5-coder-0.5b", max_tokens=number)
            add_target(session, target, by="Ada", at=small.NOW)
    with filled.session() as session:
        plans = [plan_run(session, "small", name, strategy="greedy", seed=0, budget=60) for name in TARGETS]
        return tuple(enter_run(session, plan, by="Ada", at=small.NOW) for plan in plans)


@contextmanager
def working(homes: list[Path], log: Path) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Have a process at work in each home; those that are left at the end are killed."""
    with ExitStack() as stack:
        started = []
        for home in homes:
            command = [sys.executable, "-c", SCRIPT, str(home), str(log), str(ROOT)]
            process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
            stack.callback(process.wait)
            stack.callback(process.kill)
            started.append(process)
        yield started


def asked(log: Path) -> list[list[str]]:
    """What was asked so far: the worker's process, the target, both messages."""
    return [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()] if log.exists() else []


def test_several_processes_take_different_runs_and_one_that_was_killed_loses_nothing(
    filled: Database, home: Home, queued: tuple[int, ...], backend: str, tmp_path: Path
) -> None:
    log = tmp_path / "asked.jsonl"
    others = [home.path, home.path] if backend == "sqlite" else [tmp_path / "machine-2", tmp_path / "machine-3"]
    with working([home.path, *others], log) as (first, *rest):
        deadline = time.monotonic() + 120
        while sum(one[0] == str(first.pid) for one in asked(log)) < 5 and time.monotonic() < deadline:
            time.sleep(0.01)
        os.kill(first.pid, signal.SIGKILL)
        first.wait()
        assert [one.wait(120) for one in rest] == [0, 0]
    with filled.session() as session:
        runs = [get_run(session, number) for number in queued]
    assert [run.state for run in runs] == [FINISHED] * 5
    assert len({run.candidate_id for run in runs}) == 5
    questions = asked(log)
    paid = Counter(tuple(one[1:]) for one in questions)
    # The one answer in flight when its process was killed wasn't stored yet: nobody can know it.
    assert sum(paid.values()) - len(paid) <= 1
    assert small.stored_cells(filled) == len(paid)
    workers = {name: {one[0] for one in questions if one[1] == name} for name in TARGETS}
    alone = [name for name, at_it in workers.items() if len(at_it) == 1]
    assert len(alone) >= 4
    assert all(str(first.pid) in at_it for name, at_it in workers.items() if name not in alone)
    assert CliRunner().invoke(app, ["audit", "verify", "--home", str(home.path)]).exit_code == 0


def work(home: Home) -> str:
    done = CliRunner().invoke(app, ["work", "--home", str(home.path)])
    assert done.exit_code == 0
    return done.stdout


def test_runs_are_done_in_turn_but_for_those_that_somebody_has(
    filled: Database, home: Home, queued: tuple[int, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "connect", connecting(small.engine()))
    with exclusive_lock(home, f"run-{queued[1]}"):
        said = work(home)
    lines = [line for line in said.splitlines() if "→" in line]
    assert lines == [
        f"run {run}: small → {name}" for run, name in zip(queued, TARGETS, strict=True) if name != "second"
    ]
    assert "No run waits." in said
    with filled.session() as session:
        assert get_run(session, queued[1]).state == WAITING
    assert f"run {queued[1]}: small → second" in work(home)


def test_a_worker_that_is_interrupted_gives_its_run_back(
    filled: Database, home: Home, queued: tuple[int, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "connect", connecting(small.Dying(small.engine(), 5, KeyboardInterrupt())))
    done = CliRunner().invoke(app, ["work", "--home", str(home.path)])
    assert (done.exit_code, "goes on with whoever takes it next" in done.stdout) == (130, True)
    with filled.session() as session:
        assert [get_run(session, one).state for one in queued] == [WAITING] * 5
    assert small.stored_cells(filled) == 4


def test_each_run_is_held_to_the_bound_and_left_to_others_where_it_can_not_be(
    filled: Database, home: Home, queued: tuple[int, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = small.engine()
    monkeypatch.setattr(connection, "connect", connecting(engine))
    arguments = ["work", "--home", str(home.path)]
    left = CliRunner().invoke(app, [*arguments, "--max-cost", "1"])
    assert left.exit_code == 0, left.output
    assert left.stdout.count("is left for another worker: target") == 5
    assert "5 left for another worker." in left.stdout
    assert engine.asked == []
    done = CliRunner().invoke(app, [*arguments, "--max-cells", "6"])
    assert done.exit_code == 0, done.output
    assert done.stdout.count("Stopped at --max-cells 6. Paid for 6 answers.") == 5
    assert len(engine.asked) == small.stored_cells(filled) == 30
    assert "No run waits." in done.stdout
