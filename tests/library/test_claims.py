from __future__ import annotations

import os
import socket
import time
from typing import Any

import pytest
from sqlalchemy import URL, Pool, event

from library import claims
from library.address import address
from library.claims import Taken, TakenOver, claimed, is_claimed
from tests.postgres import Server


@pytest.fixture
def url(postgresql: Server) -> URL:
    return address(postgresql.url(postgresql.database()), where="the test")


def test_one_process_at_a_time_has_a_piece_of_work_and_others_are_told_which(url: URL) -> None:
    with claimed(url, "run-3") as claim:
        claim.check()
        assert is_claimed(url, "run-3")
        assert not is_claimed(url, "run-4")
        who = rf"another worker is on run 3 \({socket.gethostname()}, process {os.getpid()}\)"
        with pytest.raises(Taken, match=who), claimed(url, "run-3"):
            pass
        with claimed(url, "run-4"):
            assert is_claimed(url, "run-4")
    assert not is_claimed(url, "run-3")
    with claimed(url, "run-3"):
        pass


def test_it_is_given_back_before_its_connection_is_closed_which_the_server_notices_late(url: URL) -> None:
    held: list[int] = []

    def count_its_locks(connection: Any, _record: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute("select count(*) from pg_locks where locktype = 'advisory' and pid = pg_backend_pid()")
            held.extend(cursor.fetchone())

    with claimed(url, "run-3"):
        event.listen(Pool, "close", count_its_locks)
    event.remove(Pool, "close", count_its_locks)
    assert held == [0]


def test_the_same_work_of_another_database_is_another(url: URL, postgresql: Server) -> None:
    other = url.set(database=postgresql.database())
    with claimed(url, "run-3"), claimed(other, "run-3"):
        assert is_claimed(other, "run-3")


def test_what_ends_by_an_error_is_free_again(url: URL) -> None:
    with pytest.raises(ZeroDivisionError), claimed(url, "run-3"):
        raise ZeroDivisionError
    assert not is_claimed(url, "run-3")


def test_a_claim_whose_connection_broke_is_known_to_be_lost(
    url: URL, postgresql: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(claims, "BEAT_SECONDS", 0.01)
    with claimed(url, "run-3") as claim:
        postgresql.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'composer run-3%'"
        )
        assert claim.lost.wait(60)
        with pytest.raises(TakenOver, match="another worker may be on run 3"):
            claim.check()
        with claimed(url, "run-3"):
            time.sleep(0)
