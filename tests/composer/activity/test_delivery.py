"""Deliveries over a real server on the loopback address: what arrives, in which order, after what failures."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from sqlalchemy import Engine, event, text

from composer.activity.delivery import CLAIM, LONGEST_WAIT, deliver, post
from composer.activity.webhooks import Webhook, add_webhook, list_webhooks, remove_webhook, verified
from composer.home.paths import Home
from library import log
from library.canonical import canonical_bytes
from library.database import Database, open_database

AT = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
SECRET = "correct horse"


@dataclass(frozen=True)
class Call:
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def number(self) -> int:
        return int(self.headers["X-Composer-Delivery"])


@dataclass
class Receiver:
    """What an address was sent, and the statuses it answers next; 200 when there are no more."""

    url: str = ""
    calls: list[Call] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    delay: float = 0.0

    @property
    def numbers(self) -> list[int]:
        return [call.number for call in self.calls]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    received = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            received.calls.append(Call(self.path, dict(self.headers.items()), body))
            time.sleep(received.delay)
            status = received.statuses.pop(0) if received.statuses else 200
            self.send_response(status)
            if 300 <= status < 400:
                self.send_header("Location", f"{received.url}/elsewhere")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    received.url = f"http://127.0.0.1:{server.server_port}/hook"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield received
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(autouse=True)
def _secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOOK_SECRET", SECRET)
    monkeypatch.setenv("COMPOSER_WEBHOOK_HOSTS", "127.0.0.1")


def told(database: Database, url: str, *actions: str) -> Webhook:
    with database.session() as session:
        return add_webhook(session, url, "HOOK_SECRET", actions, by="Ada", at=AT)


def write(database: Database, *actions: str, subject: str = "snippet:same-story", why: str = "as asked") -> None:
    with database.session() as session:
        for action in actions:
            log.append(session, who="Grace", action=action, subject=subject, why=why, detail={"n": 0.5}, at=AT)


def no_time() -> float:
    """A clock that stands still: however long a call takes on a busy machine, none has passed."""
    return 0.0


@contextmanager
def once(moment: str, pattern: str, act: Callable[[], object]) -> Iterator[None]:
    """In this block, do this at a moment of the first SQL statement that matches a pattern, and only then."""
    done: list[str] = []

    def watch(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if not done and re.match(pattern, statement, re.IGNORECASE | re.DOTALL):
            done.append(statement)
            act()

    event.listen(Engine, moment, watch)
    yield
    event.remove(Engine, moment, watch)
    assert done


def only(database: Database) -> Webhook:
    with database.session() as session:
        (hook,) = list_webhooks(session)
    return hook


def test_an_entry_arrives_signed_and_whole(database: Database, receiver: Receiver) -> None:
    told(database, receiver.url)
    write(database, "vetted")
    assert deliver(database, post, at=AT) == 1
    (call,) = receiver.calls
    stamp = call.headers["X-Composer-Timestamp"]
    assert stamp == str(int(AT.timestamp()))
    assert verified(SECRET, stamp, call.body, call.headers["X-Composer-Signature"])
    content = json.loads(call.body)
    assert canonical_bytes(content) == call.body
    with database.session() as session:
        entry = log.entries(session)[-1]
    assert content["event"] == {
        "id": entry.id,
        "at": "2026-03-04T05:06:07.000000+00:00",
        "who": "Grace",
        "action": "vetted",
        "subject": "snippet:same-story",
        "why": "as asked",
        "detail": {"n": 0.5},
        "hash": entry.hash,
    }
    assert content["text"] == "Grace vetted snippet same-story: as asked"
    assert "link" not in content
    assert call.headers["Content-Type"] == "application/json"


def test_a_new_hook_is_told_of_nothing_that_was_before(database: Database, receiver: Receiver) -> None:
    write(database, "added", "vetted")
    told(database, receiver.url)
    assert deliver(database, post, at=AT) == 0
    write(database, "retired")
    assert deliver(database, post, at=AT) == 1
    assert receiver.numbers == [4]


def test_messages_link_to_the_app_and_escape_what_slack_reads(database: Database, receiver: Receiver) -> None:
    told(database, receiver.url)
    write(database, "changed", why="a < b & c > d\nand a second line")
    deliver(database, post, at=AT, app="https://composer.example/")
    content = json.loads(receiver.calls[0].body)
    link = "https://composer.example/snippet?key=same-story"
    assert content["link"] == link
    said = "Grace changed snippet same-story: a &lt; b &amp; c &gt; d and a second line"
    assert content["text"] == f"{said} {link}"
    assert content["event"]["why"] == "a < b & c > d\nand a second line"


def test_only_the_actions_asked_for_are_sent_and_the_rest_is_passed_over(
    database: Database, receiver: Receiver
) -> None:
    told(database, receiver.url, "vetted", "retired")
    write(database, "added", "vetted", "changed", "retired", "added")
    assert deliver(database, post, at=AT) == 2
    assert [json.loads(call.body)["event"]["action"] for call in receiver.calls] == ["vetted", "retired"]
    with database.session() as session:
        assert only(database).delivered == log.newest(session)


def test_after_an_error_it_waits_and_goes_on_in_order(database: Database, receiver: Receiver) -> None:
    told(database, receiver.url)
    write(database, "added", "vetted", "retired")
    receiver.statuses = [200, 500]
    assert deliver(database, post, at=AT, elapsed=no_time) == 1
    hook = only(database)
    assert (hook.failures, hook.problem, hook.delivered) == (1, "it answered 500", 2)
    assert hook.next_try_at == AT + timedelta(seconds=10)
    assert deliver(database, post, at=AT + timedelta(seconds=5)) == 0
    assert len(receiver.calls) == 2
    assert deliver(database, post, at=AT + timedelta(seconds=15)) == 2
    assert receiver.numbers == [2, 3, 3, 4]
    assert (only(database).failures, only(database).problem, only(database).next_try_at) == (0, "", None)


def test_waits_double_up_to_an_hour(database: Database, receiver: Receiver) -> None:
    told(database, receiver.url)
    write(database, "added")
    receiver.statuses = [503] * 30
    at, waits = AT, []
    for _ in range(25):
        deliver(database, post, at=at, elapsed=no_time)
        due = only(database).next_try_at
        assert due is not None
        waits.append((due - at).total_seconds())
        at = due
    assert waits[:5] == [10, 20, 40, 80, 160]
    assert waits[-1] == LONGEST_WAIT.total_seconds()
    assert max(waits) == waits[-1]


def test_an_address_that_is_down_is_tried_again_and_holds_up_no_other(
    database: Database, receiver: Receiver
) -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as closed:
        port = closed.server_port
    told(database, f"http://127.0.0.1:{port}/")
    told(database, receiver.url)
    write(database, "vetted")
    assert deliver(database, post, at=AT) == 1
    with database.session() as session:
        down, up = list_webhooks(session)
    assert down.problem.startswith("no answer")
    assert (down.failures, up.failures) == (1, 0)


def test_redirects_are_failures_and_not_followed(database: Database, receiver: Receiver) -> None:
    told(database, receiver.url)
    write(database, "vetted")
    receiver.statuses = [307]
    assert deliver(database, post, at=AT) == 0
    assert [call.path for call in receiver.calls] == ["/hook"]
    assert only(database).problem == "it answered 307"


def test_a_hook_far_behind_does_not_keep_the_others_waiting(database: Database, receiver: Receiver) -> None:
    told(database, f"{receiver.url}/behind")
    write(database, *["changed"] * 3)
    told(database, f"{receiver.url}/new")
    write(database, "vetted")
    assert deliver(database, post, at=AT) == 5 + 1  # the first is also told that the second was added
    assert [call.path for call in receiver.calls][:2] == ["/hook/behind", "/hook/new"]


def test_nothing_is_lost_when_the_process_ends_while_sending(
    home: Home, database: Database, receiver: Receiver
) -> None:
    told(database, receiver.url)
    write(database, "added", "vetted")

    def killed(body: bytes, headers: Any, url: str) -> int:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        deliver(database, killed, at=AT)
    database.close()
    again = open_database(home.path)
    assert deliver(again, post, at=AT) == 2
    assert receiver.numbers == [2, 3]
    again.close()


def test_a_claim_that_was_left_behind_runs_out(database: Database, receiver: Receiver) -> None:
    told(database, receiver.url)
    write(database, "vetted")
    with database.session() as session:
        until = (AT + CLAIM).strftime("%Y-%m-%d %H:%M:%S.%f")
        session.execute(text("update webhook set next_try_at = :until"), {"until": until})
    assert deliver(database, post, at=AT) == 0
    assert deliver(database, post, at=AT + CLAIM) == 1


def test_a_wait_that_a_clock_set_back_has_made_too_long_is_over(database: Database, receiver: Receiver) -> None:
    told(database, receiver.url)
    write(database, "vetted")
    ahead = AT + timedelta(days=300)
    with database.session() as session:
        session.execute(text("update webhook set next_try_at = :until"), {"until": ahead})
    assert deliver(database, post, at=AT) == 1
    assert only(database).next_try_at is None


def test_two_deliverers_at_once_send_everything_once_and_in_order(
    home: Home, database: Database, receiver: Receiver
) -> None:
    told(database, receiver.url)
    write(database, *["changed"] * 12)
    receiver.delay = 0.01
    other = open_database(home.path)
    begun = datetime.now(UTC)

    def until_told(which: Database) -> None:
        deadline = time.monotonic() + 60
        while len(receiver.calls) < 12 and time.monotonic() < deadline:
            deliver(which, post, at=datetime.now(UTC))

    with ThreadPoolExecutor(2) as executor:
        list(executor.map(until_told, (database, other)))
    other.close()
    assert receiver.numbers == list(range(2, 14)), begun


def test_an_entry_that_another_deliverer_sent_meanwhile_is_not_sent_again(
    database: Database, receiver: Receiver
) -> None:
    told(database, receiver.url)
    write(database, "vetted")
    sent = []
    # Another deliverer does all there is, between this one's reading of the hook and its claim.
    with once("before_cursor_execute", "update webhook", lambda: sent.append(deliver(database, post, at=AT))):
        assert deliver(database, post, at=AT) == 0
    assert sent == [1]
    assert receiver.numbers == [2]


def test_what_is_logged_while_nothing_is_wanted_is_not_passed_over(database: Database, receiver: Receiver) -> None:
    told(database, receiver.url, "vetted")
    write(database, "added")
    # After the log was looked through for what is wanted, and before it is noted how far.
    with once("after_cursor_execute", r"select\s.*\sfrom log\s.*action in", lambda: write(database, "vetted")):
        assert deliver(database, post, at=AT) == 0
    assert deliver(database, post, at=AT) == 1


def test_a_hook_removed_while_it_is_told_stays_removed(database: Database, receiver: Receiver) -> None:
    told(database, receiver.url)
    write(database, "vetted", "retired")

    def removing(body: bytes, headers: Any, url: str) -> int:
        with database.session() as session:
            remove_webhook(session, receiver.url, by="Ada", at=AT)
        return 200

    deliver(database, removing, at=AT)
    assert receiver.calls == []
    with database.session() as session:
        assert list_webhooks(session) == ()


def test_a_secret_that_is_missing_when_it_is_needed_is_a_problem_of_the_hook(
    database: Database, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    told(database, receiver.url)
    write(database, "vetted")
    monkeypatch.delenv("HOOK_SECRET")
    assert deliver(database, post, at=AT) == 0
    assert "HOOK_SECRET holds no secret" in only(database).problem
    assert receiver.calls == []


def test_a_log_that_can_not_be_read_is_a_problem_of_the_hook(database: Database, receiver: Receiver) -> None:
    told(database, receiver.url)
    write(database, "vetted")
    with database.session() as session:
        session.execute(text("update log set detail = 'no JSON' where id = 2"))
    assert deliver(database, post, at=AT) == 0
    assert "can't be read" in only(database).problem
