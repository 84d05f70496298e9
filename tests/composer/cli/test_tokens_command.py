"""`composer tokens`, and what commands do that act as one: their scopes, and never a decision."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from composer.cli import app
from composer.home.paths import Home
from composer.models import connection
from library import log
from library.database import Database, open_database
from library.secrets import masked
from library.token_acts import make_token
from library.token_secrets import VARIABLE
from tests import small
from tests.composer.cli.conftest import Run
from tests.scripted import connecting

EXPORT = ("export", "small", "--target", "tiny", "--out")
CHECK = ("check", "small", "--target", "tiny")


def made(run: Run, name: str = "ci", *options: str) -> str:
    done = run("tokens", "new", name, *(options or ("--may", "check,export", "--task", "small")))
    assert done.exit_code == 0, done.output
    return str(done.stdout).strip()


def refused(run: Run, *arguments: str) -> str:
    done = run(*arguments)
    assert done.exit_code == 1, done.output
    return " ".join(done.stderr.split())


def test_a_secret_is_shown_once_and_what_is_listed_lacks_it(released: Database, run: Run) -> None:
    new = run("tokens", "new", "ci", "--may", "export, check", "--task", "small", "--expires", "7")
    secret = new.stdout.strip()
    assert secret.startswith("composer_ci_")
    assert masked(secret) == secret
    assert "Token ci may check, export for small until" in new.stderr
    listed = run("tokens", "list", "--json")
    (one,) = json.loads(listed.stdout)
    assert (one["name"], one["scopes"], one["tasks"]) == ("ci", ["check", "export"], ["small"])
    assert (one["made_by"], one["state"], one["last_used_at"]) == ("Grace (local)", "active", None)
    table = run("tokens", "list")
    assert "Grace (local)" in table.stdout
    assert secret[-20:] not in listed.output + table.output


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (("--may", "check"), "a token is for some tasks or for every one"),
        (("--may", "check", "--task", "small", "--every-task"), "a token is for some tasks or for every one"),
        (("--may", "approve", "--every-task"), "no token can be made for approve"),
        (("--may", "check", "--task", "smal"), "no task is called smal"),
    ],
)
def test_what_no_token_is_made_of_is_said(
    released: Database, run: Run, options: tuple[str, ...], reason: str
) -> None:
    assert reason in refused(run, "tokens", "new", "ci", *options)


def test_ci_checks_and_exports_as_the_token_and_its_last_use_is_shown(
    released: Database, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "connect", connecting(small.engine()))
    secret = made(run)
    monkeypatch.setenv(VARIABLE, secret)
    assert run(*EXPORT, str(tmp_path / "pack")).exit_code == 0
    assert run(*CHECK, "--rows", "4").exit_code == 0
    monkeypatch.delenv(VARIABLE)
    with released.session() as session:
        acts = [one.action for one in log.entries(session, only=log.LogFilter(who="ci (token)"))]
    assert {"exported", "check asked", "checked"} <= set(acts)
    assert json.loads(run("tokens", "list", "--json").stdout)[0]["last_used_at"] is not None


def test_ci_imports_labels_as_a_token_that_is_made_for_it(
    database: Database, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small.fill(database, tmp_path)
    rows = [f"{one.id}x,{one.inputs['query']} x,{one.inputs['document']},{one.gold}" for one in small.examples()]
    file = tmp_path / "rows.csv"
    file.write_text("\n".join(["id,query,document,gold", *rows]))
    labels, other = made(run, "labels", "--may", "import", "--every-task"), made(run, "other")
    monkeypatch.setenv(VARIABLE, other)
    assert "this needs a token for import for small" in refused(run, "data", "import", "small", str(file))
    monkeypatch.setenv(VARIABLE, labels)
    done = run("data", "import", "small", str(file))
    assert done.exit_code == 0, done.output
    with database.session() as session:
        assert log.entries(session, newest_first=True)[0].who == "labels (token)"


@pytest.mark.parametrize(
    "arguments",
    [
        ("approve", "1", "--reason", "So."),
        ("request-changes", "1", "--reason", "So."),
        ("no-go", "1", "--reason", "So."),
        ("override", "1", "--reason", "So."),
        ("dismiss", "1", "--verdict", "1", "--reason", "So."),
        ("release", "1", "--reason", "So."),
        ("rollback", "1", "--reason", "So."),
        ("comment", "1", "--reason", "So."),
        ("library", "vet", "exact"),
        ("library", "retire", "exact", "--reason", "So."),
        ("people", "add", "Eve", "eve@example.org", "--role", "admin"),
        ("people", "list"),
        ("tokens", "new", "more", "--may", "check", "--every-task"),
        ("tokens", "list"),
        ("tokens", "revoke", "ci"),
        ("compose", "small", "--target", "tiny"),
        ("inbox",),
        ("app",),
        ("serve",),
    ],
)
def test_a_token_can_t_decide_vet_release_or_run_any_other_command(
    released: Database, run: Run, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    secret = made(run, "ci", "--may", "read,check,export,import", "--every-task")
    monkeypatch.setenv(VARIABLE, secret)
    with released.session() as session:
        before = log.newest(session)
    assert "no token can" in refused(run, *arguments)
    with released.session() as session:
        assert log.newest(session) == before


def test_what_is_no_token_here_is_refused_and_never_repeated(
    released: Database, run: Run, home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = made(run)
    elsewhere = open_database(tmp_path / "another home")
    long_ago = datetime.now(UTC) - timedelta(days=9)
    with elsewhere.session() as session:
        _, of_another_home = make_token(session, "ci", ("export",), (), days=90, by="a (local)", at=long_ago)
    elsewhere.close()
    with released.session() as session:
        _, expired = make_token(session, "old", ("export",), (), days=1, by="a (local)", at=long_ago)
        _, reads = make_token(session, "reads", ("read",), (), days=90, by="a (local)", at=long_ago)
        _, task = make_token(session, "task", ("export",), ("other",), days=90, by="a (local)", at=long_ago)
    revoked = made(run, "gone")
    assert run("tokens", "revoke", "gone").exit_code == 0
    for secret, reason in (
        (good[:-1], "not a whole token"),
        ("hunter2hunter2", "not a whole token"),
        (of_another_home, "not one of this home"),
        (expired, "token old is expired"),
        (revoked, "token gone is revoked"),
        (reads, "this needs a token for export for small; reads is for read for every task"),
        (task, "this needs a token for export for small; task is for export for other"),
    ):
        monkeypatch.setenv(VARIABLE, secret)
        done = run(*EXPORT, str(tmp_path / "pack"))
        assert done.exit_code == 1
        assert reason in " ".join(done.stderr.split())
        assert secret[-12:] not in done.output
        assert not (tmp_path / "pack").exists()


def test_a_token_copies_no_database(released: Database, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, made(run))
    done = CliRunner().invoke(app, ["db", "copy", "here", "there"])
    assert "no token can copy a database" in done.stderr
