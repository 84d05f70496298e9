"""Questions through a Dask cluster of real worker processes: nothing lost, nothing paid twice, clear refusals."""

from __future__ import annotations

import os
import signal
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import wait
from typing import Any

import pytest
from distributed import Client, LocalCluster

from composer.answers.cluster import ask_here, cluster_at, versions
from composer.answers.evaluator import Stopped
from composer.answers.session import model_session
from composer.answers.store import DatabaseCells, MemoryCells
from composer.home.paths import CLUSTER_VARIABLE
from composer.models.client import Outage
from composer.models.target import Target
from composer.prompts.composition import Composition
from library.database import Database
from library.errors import Refused
from tests import small
from tests.servers import ChatServer, Reply, chat, failure

TASK, DEV = small.task(), small.examples(24, 0)
BASE = Composition(TASK.base)
QUESTION = [{"role": "system", "content": "s"}, {"role": "user", "content": "u"}]


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCluster]:
    """Two processes that work, with an empty folder of models and a key."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("COMPOSER_MODELS", str(tmp_path_factory.mktemp("models")))
        environment.setenv("OWN_KEY", "of the worker")
        with LocalCluster(n_workers=2, threads_per_worker=2, host="127.0.0.1", dashboard_address=":0") as cluster:
            yield cluster


@pytest.fixture
def server() -> Iterator[ChatServer]:
    with ChatServer(chat('{"rating": 3}')) as server:
        yield server


def target(server: ChatServer, **changes: Any) -> Target:
    values = {"name": "served", "kind": "server", "model": "m", "api_base": server.api_base, "parallel": 4}
    return Target(**{**values, **changes})


def workers_of(cluster: LocalCluster) -> set[int]:
    with Client(cluster.scheduler_address, set_as_default=False) as client:
        return set(client.run(os.getpid, on_error="ignore").values())


def asked_of(server: ChatServer) -> Counter[str]:
    return Counter(one["messages"][1]["content"] for one in server.requests)


def test_workers_ask_and_this_process_alone_writes(
    cluster: LocalCluster, server: ChatServer, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(CLUSTER_VARIABLE, cluster.scheduler_address)

    def connect(*_args: object) -> Any:
        raise AssertionError("no model is connected here")

    with model_session(TASK, target(server), DatabaseCells(database), connect=connect) as model:
        answers = model.evaluator().answers(BASE, DEV)
        assert [one.text for one in answers] == ['{"rating": 3}'] * len(DEV)
        assert model.counts.paid == len(DEV)
    with model_session(TASK, target(server), DatabaseCells(database), connect=connect) as model:
        assert model.evaluator().answers(BASE, DEV) == answers
        assert model.counts.paid == 0
    assert set(asked_of(server).values()) == {1}
    assert len(asked_of(server)) == small.stored_cells(database) == len(DEV)


def test_equal_questions_are_asked_as_often_as_they_are_put(cluster: LocalCluster, server: ChatServer) -> None:
    with cluster_at(cluster.scheduler_address, target(server)) as through:
        done, _ = wait([through.executor.submit(through.ask, QUESTION) for _ in range(5)])
    assert {one.result().text for one in done} == {'{"rating": 3}'}
    assert asked_of(server) == {"u": 5}


def test_a_worker_that_is_killed_loses_no_answer_and_stored_ones_are_not_asked_again(
    cluster: LocalCluster, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(CLUSTER_VARIABLE, cluster.scheduler_address)
    killed = min(workers_of(cluster))
    stored_then: set[str] = set()
    cells = DatabaseCells(database)

    def kill_at_eight(counts: Any) -> None:
        if counts.paid == 8 and not stored_then:
            stored_then.update(model.evaluator()._known)
            os.kill(killed, signal.SIGKILL)

    with ChatServer(lambda _request: Reply(**{**vars(chat('{"rating": 3}')), "delay": 0.05})) as server:
        to = target(server)
        with model_session(TASK, to, cells, on_answer=kill_at_eight) as model:
            answers = model.evaluator().answers(BASE, DEV)
            keys = {one.messages[1]["content"]: one.key for one in model.evaluator().questions(BASE, DEV)}
        asked = asked_of(server)
    assert len(stored_then) == 8
    assert len(answers) == small.stored_cells(database) == model.counts.paid == len(DEV)
    again = {text for text, times in asked.items() if times > 1}
    assert set(asked) == set(keys)
    assert max(asked.values()) <= 2
    assert len(again) <= to.parallel
    assert not {keys[text] for text in again} & stored_then
    while len(workers_of(cluster) - {killed}) < 2:  # Dask starts another in its place
        time.sleep(0.05)


def test_an_outage_of_one_question_keeps_the_answers_of_those_in_flight(
    cluster: LocalCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(CLUSTER_VARIABLE, cluster.scheduler_address)
    number, lock = iter(range(100)), threading.Lock()

    def behave(_request: dict[str, Any]) -> Reply:
        with lock:
            mine = next(number)
        if mine == 5:
            return failure(400, "no")
        return Reply(200, chat('{"rating": 3}').body, delay=0.05)

    cells = MemoryCells()
    with ChatServer(behave) as server:
        to = target(server)
        with (
            model_session(TASK, to, cells) as model,
            pytest.raises(Outage, match=r"refuses the request.*worker tcp"),
        ):
            model.evaluator().answers(BASE, DEV)
        # Dask says of what a worker is at that it was cancelled: those answers would be paid and lost.
        assert len(cells.stored) == len(server.requests) - 1


def test_a_stop_ends_the_pauses_of_workers_and_of_nobody_elses_questions(
    cluster: LocalCluster, server: ChatServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(CLUSTER_VARIABLE, cluster.scheduler_address)
    cells, good = MemoryCells(), threading.Event()

    def reply(request: dict[str, Any]) -> Reply:
        if good.is_set():
            return chat('{"rating": 3}')
        asked = "1" if request["messages"] == QUESTION else "300"
        return Reply(429, {"error": {"message": "busy"}}, headers=(("Retry-After", asked),))

    server.default = reply
    with cluster_at(cluster.scheduler_address, target(server)) as other:
        elsewhere = other.executor.submit(other.ask, QUESTION)
        stopping = target(server, revision="2")
        with (
            pytest.raises(Stopped),
            model_session(TASK, stopping, cells, stop_asked=lambda: len(asked_of(server)) > 2) as model,
        ):
            model.evaluator().answers(BASE, DEV)
        assert cells.stored == {}
        good.set()
        assert elsewhere.result(60).text == '{"rating": 3}'


def test_a_worker_without_the_model_file_says_what_fetches_it(cluster: LocalCluster) -> None:
    embedded = Target(name="small", kind="embedded", model="qwen2.5-coder-0.5b")
    with cluster_at(cluster.scheduler_address, embedded) as through:
        assert through.slots == 2
        question = through.executor.submit(through.ask, QUESTION)
        with pytest.raises(Refused, match=r"(?s)worker tcp.*composer model pull qwen2\.5-coder-0\.5b"):
            question.result(20)


def test_a_key_comes_from_the_workers_own_environment(
    cluster: LocalCluster, server: ChatServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OWN_KEY", "of this process")
    monkeypatch.setenv("NO_KEY_THERE", "of this process")
    with cluster_at(cluster.scheduler_address, target(server, api_key_env="OWN_KEY")) as through:
        through.executor.submit(through.ask, QUESTION).result(20)
    assert server.keys == ["Bearer of the worker"]
    with (
        cluster_at(cluster.scheduler_address, target(server, api_key_env="NO_KEY_THERE")) as through,
        pytest.raises(Refused, match=r"NO_KEY_THERE is not set .*worker tcp"),
    ):
        through.executor.submit(through.ask, QUESTION).result(20)


def test_a_worker_with_other_versions_is_not_asked() -> None:
    other = tuple((name, f"{found}.1") for name, found in versions())
    asked = {"name": "t", "kind": "server", "model": "m", "api_base": "http://127.0.0.1:9/v1"}
    with pytest.raises(Refused, match=r"is .* there and .* here, and answers could differ"):
        ask_here(asked, other, "", [{"role": "user", "content": "u"}])


def test_where_no_scheduler_answers_it_is_refused(server: ChatServer) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with (
        pytest.raises(Refused, match=r"no Dask scheduler answers.*dask scheduler"),
        cluster_at(f"tcp://127.0.0.1:{port}", target(server), patience=0.3),
    ):
        raise AssertionError
    with (
        pytest.raises(Refused, match=r"no Dask scheduler answers"),
        cluster_at("nonsense://here", target(server)),
    ):
        raise AssertionError


def test_a_cluster_without_a_worker_is_refused(server: ChatServer) -> None:
    with (
        LocalCluster(n_workers=0, host="127.0.0.1", dashboard_address=":0") as empty,
        pytest.raises(Refused, match=r"no worker.*dask worker tcp://"),
        cluster_at(empty.scheduler_address, target(server)),
    ):
        raise AssertionError


def test_a_cluster_that_is_lost_is_an_outage(server: ChatServer) -> None:
    server.default = Reply(200, chat("late").body, delay=2)
    with (
        LocalCluster(n_workers=1, host="127.0.0.1", dashboard_address=":0") as lost,
        cluster_at(lost.scheduler_address, target(server)) as through,
    ):
        question = through.executor.submit(through.ask, QUESTION)
        assert not question.cancel()
        lost.close()
        with pytest.raises(Outage, match="the cluster gave up on a question"):
            question.result(10)
