"""What PostgreSQL says went wrong, on a real server; what SQLite says is in test_database.py."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text

from library.address import address
from library.database import Database, open_address
from library.errors import Refused
from tests.postgres import Server


@pytest.fixture
def name(postgresql: Server) -> str:
    return postgresql.database()


def test_a_server_that_can_not_be_reached_is_said_without_the_password(tmp_path: Path) -> None:
    there = address(f"postgresql://ada:hunter2-there@/db?host={tmp_path}", where="here")
    with pytest.raises(Refused, match="the database can't be used") as refusal:
        open_address(there)
    assert "hunter2" not in str(refusal.value)


def test_a_user_who_may_make_no_tables_is_told_so(postgresql: Server, name: str) -> None:
    postgresql.execute("create role reader login")
    there = address(postgresql.url(name).replace("composer@", "reader@"), where="here")
    with pytest.raises(Refused, match="the server refuses that to this user"):
        open_address(there)


def test_of_two_who_wait_for_each_other_one_gives_way(postgresql: Server, name: str) -> None:
    database = Database(address(postgresql.url(name), where="here"))
    with pytest.raises(Refused, match="two processes waited for each other"), database.session() as session:
        session.execute(text("do $$ begin raise exception using errcode = '40P01'; end $$"))
    database.close()


@pytest.mark.parametrize(("code", "said"), [("XX001", "data are damaged"), ("25006", "only reads")])
def test_a_server_whose_disk_is_at_fault_is_said(postgresql: Server, name: str, code: str, said: str) -> None:
    database = Database(address(postgresql.url(name), where="here"))
    with pytest.raises(Refused, match=said), database.session() as session:
        session.execute(text(f"do $$ begin raise exception using errcode = '{code}'; end $$"))
    database.close()
