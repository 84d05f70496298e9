"""Rows named in the log: each by the hash of its content, in the entry that made or changed it."""

from __future__ import annotations

import pytest
from sqlalchemy import insert, select, text
from sqlmodel import Session

from library import log, rows
from library.canonical import digest
from library.database import Database
from library.people import add_person, set_roles
from library.rows import NamedRow, content_hashes
from library.tables import PersonRow, SnippetRow, SnippetVersionRow
from tests.library.conftest import AT, TWO, Stored


def add(session: Session, *names: str) -> None:
    for name in names:
        add_person(session, name, f"{name}@example.org", ("admin",), by="root (local)", at=AT)


def test_a_hash_is_of_the_table_and_its_columns_without_those_that_are_null(database: Database) -> None:
    with database.session() as session:
        add_person(session, "Ada", "ada@example.org", ("admin",), by="root (local)", at=AT)
        ((key, found),) = content_hashes(session, PersonRow)
    columns = {
        "id": 1,
        "name": "Ada",
        "email": "ada@example.org",
        "roles": ["admin"],
        "added_by": "root (local)",
        "added_at": AT.isoformat(timespec="microseconds"),
    }
    assert (key, found) == ("1", digest({"table": "person", "columns": columns}))


def test_an_entry_names_the_rows_written_since_the_one_before(database: Database) -> None:
    with database.session() as session:
        add(session, "Ada", "Max")
        set_roles(session, "Max", ("viewer",), by="Ada", at=AT)
        hashes = dict(content_hashes(session, PersonRow))
        first, second, third = log.entries(session)
    assert first.detail["rows"] == {"person:1": hashes["1"]}
    assert list(second.detail["rows"]) == ["person:2"]
    assert third.detail["rows"] == {"person:2": hashes["2"]} != second.detail["rows"]


def test_entries_written_together_name_each_its_own_snippet(session: Session, stored: Stored) -> None:
    stored(TWO)
    for table in (SnippetRow, SnippetVersionRow):
        hashes = dict(content_hashes(session, table))
        for entry, number in zip(log.entries(session), ("1", "2"), strict=True):
            assert entry.detail["rows"][f"{table.__tablename__}:{number}"] == hashes[number]
            assert len(entry.detail["rows"]) == 2


def test_many_rows_are_named_by_one_digest_and_each_beside_the_log(session: Session) -> None:
    people = [
        {"name": f"P{one}", "email": f"{one}@example.org", "roles": [], "added_by": "Ada", "added_at": AT}
        for one in range(rows.FEW + 1)
    ]
    session.add_all(PersonRow(**each) for each in people)
    log.append(session, who="Ada", action="did", subject="s", why="", detail={"more": 1}, at=AT)
    (entry,) = log.entries(session)
    named = [NamedRow("person", *one) for one in content_hashes(session, PersonRow)]
    assert entry.detail == {"more": 1, "batch": {"rows": len(people), "sha256": rows.batch_digest(named)}}
    assert rows.batch_digest(named[::-1]) == rows.batch_digest(named) != rows.batch_digest(named[1:])
    kept = session.execute(select(rows.NAMED.c.kind, rows.NAMED.c.key, rows.NAMED.c.sha256)).all()
    assert sorted(map(tuple, kept)) == sorted((one.kind, one.key, one.sha256) for one in named)


def test_a_row_that_is_deleted_is_named_as_gone(session: Session) -> None:
    add(session, "Ada")
    session.delete(session.get_one(PersonRow, 1))
    log.append(session, who="Ada", action="did", subject="s", why="", detail={}, at=AT)
    assert log.entries(session)[-1].detail == {"rows": {"person:1": None}}


def test_what_was_rolled_back_is_not_named(session: Session) -> None:
    session.add(PersonRow(name="Eve", email="eve@example.org", roles=[], added_by="Eve", added_at=AT))
    session.flush()
    session.rollback()
    log.append(session, who="Ada", action="did", subject="s", why="", detail={}, at=AT)
    assert log.entries(session)[-1].detail == {}


@pytest.mark.sqlite
@pytest.mark.parametrize(
    ("column", "value"),
    [("roles", "'no JSON'"), ("added_at", "'yesterday'"), ("email", "cast(x'ff' as text)"), ("email", "x'ff'")],
)
def test_a_row_that_can_not_be_read_is_one_of_its_own(session: Session, column: str, value: str) -> None:
    add(session, "Ada", "Max")
    known = dict(content_hashes(session, PersonRow))
    session.execute(text(f"update person set {column} = {value} where id = 1"))
    assert dict(content_hashes(session, PersonRow)) == {**known, "1": "unreadable"}
    assert list(content_hashes(session, PersonRow, ["1"])) == [("1", "unreadable")]


def test_where_the_log_ends_is_noted_with_each_entry(session: Session) -> None:
    add(session, "Ada", "Max")
    end = session.execute(select(log.END.c.entries, log.END.c.head, log.END.c.older)).one()
    assert tuple(end) == (2, log.entries(session)[-1].hash, 0)


def test_a_row_inserted_by_statement_alone_is_named_by_nothing(session: Session) -> None:
    table = PersonRow.__table__  # type: ignore[attr-defined]
    session.execute(insert(table).values(name="E", email="e", roles=[], added_by="E", added_at=AT))
    log.append(session, who="Ada", action="did", subject="s", why="", detail={}, at=AT)
    assert log.entries(session)[-1].detail == {}
