from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlmodel import Session

from library import log
from library.database import Database

AT = datetime(2026, 3, 4, 5, 6, 7, 89, tzinfo=UTC)


def write(session: Session, number: int) -> None:
    detail = {"number": number, "parts": ["a", 0.5, None]}
    log.append(session, who="Ada", action="did", subject=f"thing:{number}", why="as asked", detail=detail, at=AT)


def test_entries_come_back_as_written_oldest_first(database: Database) -> None:
    with database.session() as session:
        write(session, 1)
        write(session, 2)
    with database.session() as session:
        first, second = log.entries(session)
        assert (first.who, first.action, first.subject, first.why) == ("Ada", "did", "thing:1", "as asked")
        assert (first.at, first.detail) == (AT, {"number": 1, "parts": ["a", 0.5, None]})
        assert log.entries(session, "thing:2") == (second,)
        assert log.first_broken(session) is None


def test_an_empty_log_is_whole(session: Session) -> None:
    assert log.first_broken(session) is None


@pytest.mark.parametrize(
    ("tampering", "broken"),
    [
        ("update log set who = 'Eve' where id = 2", 2),
        ("update log set action = 'undid' where id = 2", 2),
        ("update log set subject = 'x' where id = 2", 2),
        ("update log set why = '' where id = 2", 2),
        ("update log set at = '2020-01-01 00:00:00.000000' where id = 2", 2),
        ("update log set detail = '{}' where id = 2", 2),
        ("update log set detail = 'no JSON' where id = 2", 2),
        ("update log set at = 'yesterday' where id = 2", 2),
        ("update log set hash = 'x' where id = 2", 2),
        ("delete from log where id = 2", 3),
        ("delete from log where id = 1", 2),
        ("update log set id = 9 where id = 2", 3),
        (
            "insert into log select 4, at, 'Eve', action, subject, why, detail, hash, 'x' from log where id = 3",
            4,
        ),
    ],
)
def test_tampering_is_found_where_it_begins(database: Database, tampering: str, broken: int) -> None:
    with database.session() as session:
        for number in (1, 2, 3):
            write(session, number)
    with database.session() as session:
        session.execute(text(tampering))
    with database.session() as session:
        assert log.first_broken(session) == broken


def test_writers_at_the_same_time_make_one_chain(database: Database) -> None:
    def write_one(number: int) -> None:
        with database.session() as session:
            log.entries(session)  # a read before, as most actions have
            write(session, number)

    with ThreadPoolExecutor(4) as executor:
        list(executor.map(write_one, range(12)))
    with database.session() as session:
        assert len(log.entries(session)) == 12
        assert log.first_broken(session) is None
