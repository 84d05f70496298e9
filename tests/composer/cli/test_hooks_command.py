"""`composer hooks` and the filters of `composer audit list` in the terminal."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from composer.cli import app
from composer.home.paths import Home

Run = Callable[..., Result]


class Receiver(ThreadingHTTPServer):
    """Answers everything with `status` and keeps the bodies."""

    def __init__(self) -> None:
        owner = self
        self.status = 200
        self.bodies: list[dict[str, Any]] = []

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                owner.bodies.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(owner.status)
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:
                """Say nothing."""

        super().__init__(("127.0.0.1", 0), Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/[hook]"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def run(home: Home, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("COMPOSER_PERSON", "Ada")
    monkeypatch.setenv("HOOK_SECRET", "correct horse")
    monkeypatch.setenv("COMPOSER_WEBHOOK_HOSTS", "127.0.0.1")
    # Rich measures the terminal by this; in eighty columns the text looked for here may be broken.
    monkeypatch.setenv("COLUMNS", "250")

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(app, [*arguments, "--home", str(home.path)])

    return run


def something_happens(run: Run, number: int) -> None:
    """Two entries of the log: another hook comes and goes."""
    url = f"http://127.0.0.1:9/{number}"
    assert run("hooks", "add", url, "--secret-env", "HOOK_SECRET").exit_code == 0
    assert run("hooks", "remove", url).exit_code == 0


def test_without_hooks_the_list_says_how_to_add_one(run: Run) -> None:
    assert "composer hooks add URL" in run("hooks", "list").stdout
    assert json.loads(run("hooks", "list", "--json").stdout) == []
    assert "Sent 0 messages" in run("hooks", "deliver").stdout


def test_an_address_is_added_told_and_removed(run: Run, receiver: Receiver) -> None:
    added = run("hooks", "add", receiver.url, "--secret-env", "HOOK_SECRET", "--action", "hook removed")
    assert added.exit_code == 0
    assert f"{receiver.url} is notified of hook removed." in added.stdout
    something_happens(run, 1)
    sent = run("hooks", "deliver")
    assert (sent.exit_code, sent.stdout) == (0, "Sent 1 message.\n")
    assert [body["text"] for body in receiver.bodies] == ["Ada (local) removed hook 2"]
    (row,) = json.loads(run("hooks", "list", "--json").stdout)
    assert (row["url"], row["actions"], row["delivered"], row["failures"]) == (
        receiver.url,
        ["hook removed"],
        3,
        0,
    )
    assert "HOOK_SECRET" in run("hooks", "list").stdout
    assert run("hooks", "remove", receiver.url).exit_code == 0
    assert json.loads(run("hooks", "list", "--json").stdout) == []


def test_a_failure_exits_1_and_is_listed_with_the_next_try(run: Run, receiver: Receiver) -> None:
    run("hooks", "add", receiver.url, "--secret-env", "HOOK_SECRET")
    something_happens(run, 1)
    receiver.status = 500
    result = run("hooks", "deliver")
    assert result.exit_code == 1
    assert f"✗ {receiver.url}: it answered 500, next try" in result.stderr
    listed = run("hooks", "list").stdout
    assert "it answered 500 (1 in a row)" in listed
    assert "UTC" in listed


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("add", "nowhere", "--secret-env", "HOOK_SECRET"), "http://"),
        (("add", "https://example.org", "--secret-env", "UNSET"), "UNSET holds no secret"),
        (("remove", "https://example.org"), "no webhook endpoint"),
    ],
)
def test_what_can_not_be_done_is_refused_on_one_line(run: Run, arguments: tuple[str, ...], says: str) -> None:
    result = run("hooks", *arguments)
    assert result.exit_code == 1
    assert says in result.stderr
    assert "Traceback" not in result.stderr


def test_watching_goes_on_until_interrupted(run: Run, receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    run("hooks", "add", receiver.url, "--secret-env", "HOOK_SECRET")
    rounds = []

    def wait(_seconds: float) -> None:
        rounds.append(len(receiver.bodies))
        if len(rounds) == 2:
            raise KeyboardInterrupt
        something_happens(run, 1)

    monkeypatch.setattr(time, "sleep", wait)
    result = run("hooks", "deliver", "--watch")
    assert result.exit_code == 0
    assert rounds == [0, 2]
    assert "sent 2" in result.stderr


def test_the_audit_is_filtered_by_person_and_kind_and_read_by_scripts(run: Run, receiver: Receiver) -> None:
    run("hooks", "add", receiver.url, "--secret-env", "HOOK_SECRET")
    run("people", "add", "Grace", "grace@example.org")
    rows = json.loads(run("audit", "list", "--json").stdout)
    assert {row["subject"] for row in rows} == {"hook:1", "person:Grace"}
    assert set(rows[0]) == {"id", "at", "who", "action", "subject", "why", "detail", "hash"}
    (row,) = json.loads(run("audit", "list", "--kind", "person", "--json").stdout)
    assert row["action"] == "person added"
    assert json.loads(run("audit", "list", "--who", "Grace", "--json").stdout) == []
    shown = run("audit", "list", "--who", "Ada (local)", "--kind", "hook").stdout
    assert "hook added" in shown
    assert "person added" not in shown
