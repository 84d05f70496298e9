"""Answers of two models are never mixed under one target: a change that a server reports is refused."""

from __future__ import annotations

import pickle
import re
from collections.abc import Iterator
from dataclasses import replace

import pytest

from composer.answers.malformed import FIRST
from composer.answers.served import ModelChanged, SameModel, Served
from composer.answers.store import CellStore, DatabaseCells, MemoryCells
from composer.candidates.records import get_candidate
from composer.home.paths import Home
from composer.home.processes import FAILED
from composer.models.target import Target
from composer.runs.records import get_run
from library.database import Database
from tests import small
from tests.composer.answers.test_malformed import BUDGET, JUDGE, asked, enter, run
from tests.composer.answers.test_store import QUESTION
from tests.servers import Behaviour, ChatServer, chat

FAR = {"name": "far", "kind": "server", "model": "m", "api_base": "http://127.0.0.1:9/v1"}


@pytest.fixture
def server() -> Iterator[ChatServer]:
    with ChatServer() as running:
        yield running


def same(*known: Served, revision: str | None = None) -> SameModel:
    return SameModel(Target.model_validate({**FAR, "revision": revision}), known)


def by(model: str, fingerprint: str = "") -> object:
    return replace(small.answer("3"), served_model=model, system_fingerprint=fingerprint)


def judging(model: str, fingerprint: str | None = None) -> Behaviour:
    """A model of this name that knows its task."""
    return lambda request: chat(JUDGE.answer(*asked(request)), model=model, system_fingerprint=fingerprint)


@pytest.mark.parametrize(
    "known", [(), (Served("", ""),), (Served("m", "fp_1"),), (Served("m", ""), Served("", "fp_1"))]
)
def test_the_model_of_the_stored_answers_goes_on(known: tuple[Served, ...]) -> None:
    holds = same(*known)
    for answer in (by("m", "fp_1"), by("m"), by(""), by("m", "fp_1")):
        holds.check(answer)  # type: ignore[arg-type]


@pytest.mark.parametrize(("model", "fingerprint", "named"), [("m2", "fp_1", "m2"), ("m", "fp_2", "fp_2")])
def test_another_model_is_refused_with_what_to_write(model: str, fingerprint: str, named: str) -> None:
    holds = same(Served("m", "fp_1"))
    for _ in range(2):
        with pytest.raises(ModelChanged) as refusal:
            holds.check(by(model, fingerprint))  # type: ignore[arg-type]
        assert f'Write `revision: "{named}"`' in str(refusal.value)
        assert "target far at http://127.0.0.1:9/v1" in str(refusal.value)
    again = pickle.loads(pickle.dumps(refusal.value))
    assert (type(again), str(again)) == (ModelChanged, str(refusal.value))


def test_a_revision_names_all_that_a_server_has_in_turn() -> None:
    holds = same(Served("m", "fp_1"), revision="fp_1 fp_2")
    for answer in (by("m", "fp_2"), by("m", "fp_1")):
        holds.check(answer)  # type: ignore[arg-type]
    with pytest.raises(ModelChanged, match="fp_3"):
        holds.check(by("m", "fp_3"))  # type: ignore[arg-type]


def test_a_revision_has_answers_of_its_own_and_without_one_a_target_keeps_its_hash() -> None:
    hashes = [Target.model_validate({**FAR, "revision": one}).hash for one in (None, "1", "2", "1 fp_1", "1 fp_2")]
    assert len({*hashes}) == 3
    assert hashes[1] == hashes[3] == hashes[4]  # fingerprints that are named later keep the answers
    assert "revision" not in Target.model_validate(FAR).identity


def test_what_to_write_for_a_server_with_several_keeps_the_revision_that_there_is() -> None:
    with pytest.raises(ModelChanged, match=r'name all: `revision: "2026 fp_1 fp-2"`'):
        same(Served("m", "fp_1"), revision="2026 fp_1").check(by("m", "fp 2"))  # type: ignore[arg-type]
    same(Served("m", "fp_1"), revision="2026 fp_1 fp-2").check(by("m", "fp 2"))  # type: ignore[arg-type]


@pytest.mark.parametrize("revision", ["", " ", " a", "a\nb", "a  b", "a "])
def test_a_revision_is_words_with_one_space_between(revision: str) -> None:
    with pytest.raises(ValueError, match="revision"):
        Target.model_validate({**FAR, "revision": revision})


@pytest.mark.parametrize("kind", [MemoryCells, DatabaseCells])
def test_what_was_reported_is_kept_with_the_answers(database: Database, kind: type[CellStore]) -> None:
    cells: CellStore = DatabaseCells(database) if kind is DatabaseCells else MemoryCells()
    assert cells.served("target") == frozenset()
    for replicate, answer in enumerate((by("m", "fp_1"), by("m", "fp_1"), by(""))):
        cells.keep(replace(QUESTION, replicate=replicate), answer)  # type: ignore[arg-type]
    assert cells.served("target") == {Served("m", "fp_1"), Served("", "")}
    assert cells.served("other") == frozenset()


@pytest.mark.parametrize(("model", "fingerprint"), [("m-2", "fp_1"), ("m-1", "fp_2")])
def test_a_model_that_changes_between_runs_is_refused_and_nothing_of_it_is_stored(
    filled: Database, home: Home, server: ChatServer, model: str, fingerprint: str
) -> None:
    server.default = judging("m-1", "fp_1")
    first = run(filled, home, enter(filled, server))
    stored = small.stored_cells(filled)
    with filled.session() as session:
        served = get_candidate(session, first.candidate_id or 0).evidence.target.served
    assert [(one.model, one.fingerprint) for one in served] == [("m-1", "fp_1")]
    server.default = judging(model, fingerprint)
    number = enter(filled, server, search=1)
    with pytest.raises(ModelChanged) as refusal:
        run(filled, home, number)
    assert small.stored_cells(filled) == stored
    with filled.session() as session:
        found = get_run(session, number)
    assert (found.state, found.message) == (FAILED, str(refusal.value))
    revision = re.search(r'revision: "(.*?)"', str(refusal.value))
    assert revision is not None
    asked_before = len(server.requests)
    result = run(filled, home, enter(filled, server, revision=revision[1]))
    assert result.cells.stored == 0
    assert len(server.requests) - asked_before == result.cells.paid


def test_a_model_that_changes_within_a_run_is_refused_and_the_answers_before_are_kept(
    filled: Database, home: Home, server: ChatServer
) -> None:
    server.enqueue(*[chat('{"rating": 3}', model="m-1")] * FIRST)
    server.default = judging("m-2")
    number = enter(filled, server, parallel=3)
    with pytest.raises(ModelChanged, match="reports the model m-2"):
        run(filled, home, number)
    assert small.stored_cells(filled) == FIRST
    assert len(server.requests) < FIRST + 6 < BUDGET
