from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlmodel import Session

from library import log
from library.database import Database
from library.errors import Refused

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


def test_entries_written_together_are_those_written_one_by_one(database: Database) -> None:
    changes = [log.Change("did", f"thing:{number}", "as asked", {"number": number}) for number in range(3)]
    with database.session() as session:
        log.append_all(session, changes[:2], who="Ada", at=AT)
        log.append_all(session, changes[2:], who="Ada", at=AT)
        log.append_all(session, [], who="Ada", at=AT)
        together = log.entries(session)
        assert log.first_broken(session) is None
        session.rollback()
    with database.session() as session:
        for change in changes:
            log.append(session, who="Ada", at=AT, **vars(change))
        # PostgreSQL doesn't give the numbers again that were rolled back.
        assert [replace(one, id=0) for one in log.entries(session)] == [replace(one, id=0) for one in together]


def test_a_time_without_a_zone_is_not_logged(session: Session) -> None:
    with pytest.raises(ValueError, match="time zone"):
        log.append_all(session, [], who="Ada", at=AT.replace(tzinfo=None))


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
        pytest.param("update log set detail = 'no JSON' where id = 2", 2, marks=pytest.mark.sqlite),
        ("update log set at = 'yesterday' where id = 2", 2),
        ("update log set why = cast(x'ff' as text) where id = 2", 2),
        pytest.param(
            "update log set detail = replace(hex(zeroblob(50000)), '00', '[') where id = 2",
            2,
            marks=pytest.mark.sqlite,
        ),
        pytest.param("update log set detail = '{\"number\": NaN}' where id = 2", 2, marks=pytest.mark.sqlite),
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


def told(session: Session) -> None:
    """Five entries by two people on three kinds of things."""
    for who, action, subject, why in (
        ("Ada", "added", "snippet:run-on", "Import of a FILE"),
        ("Grace", "approve", "candidate:1", "100% clear"),
        ("Ada", "run entered", "run:1", ""),
        ("Grace", "approve", "candidate:12", "a_b is fine"),
        ("Ada", "comment", "candidate:1", "aXb is not"),
    ):
        log.append(session, who=who, action=action, subject=subject, why=why, detail={}, at=AT)


@pytest.mark.parametrize(
    ("only", "found"),
    [
        (log.LogFilter(), [1, 2, 3, 4, 5]),
        (log.LogFilter(who="Grace"), [2, 4]),
        (log.LogFilter(who="Grac"), []),
        (log.LogFilter(kind="run"), [3]),
        (log.LogFilter(kind="candidate"), [2, 4, 5]),
        (log.LogFilter(kind="candidate:1"), [2, 5]),
        (log.LogFilter(kind="%"), []),
        (log.LogFilter(words="file"), [1]),
        (log.LogFilter(words="APPROVE clear"), [2]),
        (log.LogFilter(words="run"), [1, 3]),
        (log.LogFilter(words="a_b"), [4]),
        (log.LogFilter(words="100%"), [2]),
        (log.LogFilter(words="Grace"), []),
        (log.LogFilter(actions=("approve", "comment")), [2, 4, 5]),
        (log.LogFilter(without=("approve", "comment")), [1, 3]),
        (log.LogFilter(after=2), [3, 4, 5]),
        (log.LogFilter(who="Grace", kind="candidate", words="fine", after=1), [4]),
    ],
)
def test_a_filter_lets_through_what_fits_all_of_it(
    session: Session, only: log.LogFilter, found: list[int]
) -> None:
    told(session)
    assert [entry.id for entry in log.entries(session, only=only)] == found
    assert log.count(session, only) == len(found)


def test_the_newest_come_first_when_asked_and_no_more_than_asked_for(session: Session) -> None:
    told(session)
    assert [entry.id for entry in log.entries(session, newest_first=True, limit=2)] == [5, 4]
    assert [entry.id for entry in log.entries(session, limit=2)] == [1, 2]
    assert [entry.id for entry in log.entries(session, "candidate:1", newest_first=True)] == [5, 2]


def test_the_log_knows_its_people_kinds_and_newest_entry(session: Session) -> None:
    assert (log.newest(session), log.names(session), log.kinds(session)) == (0, (), ())
    told(session)
    assert log.newest(session) == 5
    assert log.names(session) == ("Ada", "Grace")
    assert log.kinds(session) == ("candidate", "run", "snippet")


def test_looking_for_what_can_not_be_stored_blames_no_entry(database: Database) -> None:
    with pytest.raises(Refused, match="a character that can't be stored"), database.session() as session:
        log.entries(session, only=log.LogFilter(who="\ud83d"))


@pytest.mark.sqlite
def test_an_entry_that_can_not_be_read_is_refused_with_advice(database: Database) -> None:
    with database.session() as session:
        told(session)
    with database.session() as session:
        session.execute(text("update log set detail = 'no JSON' where id = 2"))
    with database.session() as session:
        assert len(log.entries(session, only=log.LogFilter(after=2))) == 3
        with pytest.raises(Refused, match="audit verify"):
            log.entries(session)
