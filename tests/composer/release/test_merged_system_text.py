"""A target that knows no system role: what was measured, shown, exported and verified is one and the same."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from composer.cli import app
from composer.formats.catalogue import FORMATS
from composer.home.paths import Home
from composer.models.system_role import PLACES
from composer.models.target import Target
from composer.prompts.messages import PLACEHOLDER
from composer.registry.targets import add_target
from composer.release.exported import exported_prompt, made
from composer.release.publish import release_candidate
from composer.release.verification import faults
from composer.review.decisions import give_verdict
from composer.review.status import get_review
from composer.runs import worker
from composer.runs.plan import plan_run
from composer.runs.records import enter_run
from library.canonical import canonical_bytes, digest
from library.database import open_database
from tests import small
from tests.servers import ChatServer, Reply, chat
from ui.reviewpack import provenance

DATA = small.examples(10, 10)
JUDGE = small.engine(data=DATA)


def judged(request: dict[str, Any]) -> Reply:
    """Answer one message as the judge answers a system and a user message."""
    (message,) = request["messages"]
    prompt, _, user = message["content"].partition("\n\nQuery: ")
    return chat(JUDGE.answer(prompt, f"Query: {user}"))


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Home, list[dict[str, Any]]]]:
    """A home with a release on a target that merges, its pack in `pack`, and what the server was sent."""
    folder = tmp_path_factory.mktemp("merged")
    home = Home(folder / "home")
    database = open_database(home.path)
    small.fill(database, folder, of=small.task(policy={"gates": {"advisory": ["improves"]}}), data=DATA)
    with ChatServer(judged) as server:
        content = {"name": "far", "kind": "server", "model": "m", "api_base": server.api_base, "system": "merge"}
        with database.session() as session:
            add_target(session, Target.model_validate(content), by="Ada", at=small.NOW)
            plan = plan_run(session, "small", "far", strategy="greedy", seed=0, budget=40)
            number = enter_run(session, plan, by="Ada", at=small.NOW)
        candidate = worker.work(database, home, number).candidate_id
    assert candidate is not None
    with database.session() as session:
        give_verdict(session, candidate, "approve", reason="Good.", by="Grace", at=small.NOW)
        release_candidate(session, candidate, reason="Good.", by="Grace", at=small.NOW)
    yield home, server.requests
    database.close()


@pytest.fixture
def pack(measured: tuple[Home, list[dict[str, Any]]], tmp_path: Path) -> Path:
    arguments = ["export", "small", "--target", "far", "--out", str(tmp_path / "pack")]
    result = CliRunner().invoke(app, [*arguments, "--home", str(measured[0].path)])
    assert "messages.json has no system message" in result.output
    return tmp_path / "pack"


def test_the_exported_messages_filled_in_are_those_the_server_was_sent(
    measured: tuple[Home, list[dict[str, Any]]], pack: Path
) -> None:
    (message,) = json.loads((pack / "messages.json").read_bytes())
    sent = [request["messages"] for request in measured[1]]
    for example in (one for one in DATA if one.split == "test"):
        filled = PLACEHOLDER.sub(lambda match: example.inputs[match[1]], message["content"])  # noqa: B023
        assert [{"role": "user", "content": filled}] in sent
    assert message["content"].startswith((pack / "prompt.txt").read_text())
    assert faults(pack) == ()


def test_every_format_gives_the_messages_that_the_server_was_sent(
    measured: tuple[Home, list[dict[str, Any]]],
) -> None:
    database = open_database(measured[0].path)
    with database.session() as session:
        prompt = exported_prompt(session, "small", "far", rows=True)
    database.close()
    sent = [request["messages"] for request in measured[1]]
    export = made(prompt, tuple(FORMATS.values()))
    assert set(export.refused) <= {"batch.jsonl"}
    for one in export.written:
        if not one.format.prompt_only:
            for found in one.format.each_loaded(one.files, [row.inputs for row in prompt.rows]):
                assert found in sent, one.format.name


def test_the_manifest_says_that_it_merges_and_one_that_says_otherwise_is_found(pack: Path) -> None:
    manifest = json.loads((pack / "manifest.json").read_bytes())
    assert manifest["target"]["system"] == "merge"
    for system, said in (("role", "messages.json byte"), ("both", "neither role nor merge")):
        changed = {**manifest, "target": {**manifest["target"], "system": system}}
        changed["seals"] = {**manifest["seals"], "target": digest(changed["target"])}
        (pack / "manifest.json").write_bytes(canonical_bytes(changed))
        assert any(said in fault for fault in faults(pack))


def test_a_review_says_where_the_prompt_goes(measured: tuple[Home, list[dict[str, Any]]]) -> None:
    home, _ = measured
    shown = CliRunner().invoke(app, ["review", "1", "--home", str(home.path)])
    assert PLACES["merge"] in " ".join(shown.output.split())
    database = open_database(home.path)
    with database.session() as session:
        review = get_review(session, 1)
    database.close()
    system = review.candidate.evidence.target.system
    assert "Start of the user message" in provenance.prompt(review.composition, review.task, system)
