"""Whatever a server sends comes to answers, malformed answers and refusals, all the way to a verified pack."""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import dspy
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlmodel import Session, select
from typer.testing import CliRunner

from composer.analysis.examples import example_views, texts_of
from composer.audit import audit
from composer.cli import app
from composer.evaluation import intervals
from composer.home.paths import Home
from composer.models.target import Target
from composer.registry.targets import add_target
from composer.release.pack import export_release
from composer.release.publish import release_candidate
from composer.release.verification import faults
from composer.review.decisions import give_verdict
from composer.review.status import get_review
from composer.runs import worker
from composer.runs.plan import plan_run
from composer.runs.records import enter_run
from composer.tables import CellRow
from library.database import Database, open_database
from library.errors import Refused
from tests import small
from tests.replies import REPLY
from tests.servers import ChatServer, Reply, chat, failure, impatient, reasoning, tool_call
from ui.candidate.example_detail import pane
from ui.candidate.examples import reported
from ui.shell.csv_text import as_csv

DATA = small.examples(10, 10)
JUDGE = small.engine(data=DATA)
ODD = [
    chat('{"rating": 3} \ud83d', finish="length"),
    chat(None, message={"refusal": "No\ud83d\x1b[2J."}),
    tool_call(),
    reasoning(None, "\udfff", finish="length"),
    failure(400, "filtered", code="content_filter"),
]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A home with the small task, to be copied and not touched."""
    folder = tmp_path_factory.mktemp("small")
    database = open_database(folder / "home")
    small.fill(
        database,
        folder,
        of=small.task(policy={"gates": {"advisory": ["improves"], "valid_rate": False}}),
        data=DATA,
    )
    database.close()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(intervals, "RESAMPLES", 100)
        yield folder / "home"


class Sending:
    """Replies as a judge does, and to one question in five with one of these replies, whichever is its turn."""

    def __init__(self, odd: Sequence[Reply]) -> None:
        self.odd = odd

    def __call__(self, request: dict[str, Any]) -> Reply:
        system, user = (message["content"] for message in request["messages"])
        number = int(hashlib.sha256(user.encode()).hexdigest(), 16)
        return chat(JUDGE.answer(system, user)) if number % 5 else self.odd[number // 5 % len(self.odd)]


def asked(database: Database, home: Home, server: ChatServer) -> int | None:
    """Compose on a server and return the candidate's number, if the run comes to one."""

    def connect(target: Target, say: object) -> dspy.LM:
        return impatient(target)

    content = {"name": "far", "kind": "server", "model": "m", "api_base": server.api_base}
    with database.session() as session:
        add_target(session, Target.model_validate(content), by="Ada", at=small.NOW)
        plan = plan_run(session, "small", "far", strategy="greedy", seed=0, budget=40)
        number = enter_run(session, plan, by="Ada", at=small.NOW)
    return worker.work(database, home, number, connect=connect).candidate_id


def shown(session: Session, candidate: int) -> None:
    """Make all that a page shows and saves of a candidate's examples."""
    review = get_review(session, candidate)
    views = example_views(session, review)
    for view in views:
        pane(view, review.task.output).encode()
        for answer in (view.before, view.after):
            assert answer is not None
            assert answer.parsed.valid or answer.parsed.error
    as_csv(pd.DataFrame([{**reported("before", one.before), **reported("after", one.after)} for one in views]))
    assert all(text.encode() for text in texts_of(session, review).values())


def all_the_way(home: Home, odd: Sequence[Reply]) -> bool:
    """Ask, parse, store, show, approve, release, export and verify; returns whether it came to a pack."""
    database = open_database(home.path)
    try:
        with ChatServer(Sending(odd)) as server:
            candidate = asked(database, home, server)
        if candidate is None:
            return False
        with database.session() as session:
            shown(session, candidate)
        for arguments in (["review", f"{candidate}"], ["review", f"{candidate}", "--json"]):
            result = CliRunner().invoke(app, [*arguments, "--home", str(home.path)])
            assert result.exit_code == 0, result.output
            result.stdout.encode()
        with database.session() as session:
            give_verdict(session, candidate, "approve", reason="Good.", by="Grace", at=small.NOW)
            release_candidate(session, candidate, reason="Good.", by="Grace", at=small.NOW)
            export_release(session, "small", "far", home.path / "pack", by="Ada", at=small.NOW)
        assert faults(home.path / "pack") == ()
        return True
    except Refused as refusal:
        str(refusal).encode()
        return False
    finally:
        with database.session() as session:
            assert audit(session).differences == ()
            for row in session.exec(select(CellRow)):
                json.dumps(row.model_dump(mode="json"), ensure_ascii=False).encode()
        database.close()


@settings(max_examples=25)
@given(st.lists(REPLY, min_size=1, max_size=3))
def test_whatever_a_server_sends_nothing_but_answers_malformed_answers_and_refusals_comes_of_it(
    home: Path, odd: list[Reply]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(home, Path(folder) / "home")
        all_the_way(Home(Path(folder) / "home"), odd)


@pytest.mark.parametrize("odd", ODD, ids=["half an emoji", "refusal", "tool call", "thoughts", "filter"])
def test_a_prompt_with_malformed_answers_in_its_evidence_goes_all_the_way_to_a_verified_pack(
    home: Path, tmp_path: Path, odd: Reply
) -> None:
    shutil.copytree(home, tmp_path / "home")
    assert all_the_way(Home(tmp_path / "home"), [odd])


KEY = "key-5afe-77e1c0ffee"


@pytest.mark.parametrize("api", ["openai", "anthropic", "gemini"])
@pytest.mark.parametrize(
    ("status", "body"),
    [
        (401, {"error": {"type": "authentication_error", "message": f"no such key: {KEY}"}}),
        (400, {"error": {"code": 400, "status": "INVALID_ARGUMENT", "message": "x" * 290 + f" key {KEY}"}}),
        (500, {"detail": f"GET /?key={KEY}"}),
        (200, {"error": KEY}),
        (200, f"<html>{KEY}".encode()),
        (302, {"to": KEY}),
    ],
)
def test_a_key_that_a_server_repeats_reaches_neither_terminal_nor_home(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, api: str, status: int, body: Any
) -> None:
    monkeypatch.setenv("FAR_KEY", KEY)
    shutil.copytree(home, tmp_path / "home")
    with ChatServer(Reply(status, body, headers=(("X-Key", KEY), ("Location", f"/?key={KEY}")))) as server:
        content = {"name": "far", "kind": "server", "api": api, "model": "m", "api_base": server.api_base}
        database = open_database(tmp_path / "home")
        with database.session() as session:
            target = Target.model_validate({**content, "api_key_env": "FAR_KEY"})
            add_target(session, target, by="Ada", at=small.NOW)
        database.close()
        connecting = {"target": impatient}
        monkeypatch.setattr(
            "composer.models.connection.connect", lambda target, _say: connecting["target"](target)
        )
        result = CliRunner().invoke(app, ["compose", "small", "--target", "far", "--home", str(tmp_path / "home")])
        assert KEY in str(server.headers)
    assert result.exit_code == 1, result.output
    assert "target far" in result.output
    assert KEY[:12] not in result.output
    written = [path for path in (tmp_path / "home").rglob("*") if path.is_file()]
    assert [path.name for path in written if KEY[:12].encode() in path.read_bytes()] == []
