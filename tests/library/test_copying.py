from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text
from sqlmodel import Session, col, select

from composer.audit.verification import audit
from composer.tables import *  # noqa: F403  (a copy is of all tables)
from library import log
from library.copying import copy_rows
from library.database import Database, open_database
from library.errors import Refused
from library.importing import import_file
from library.tables import LogRow, SnippetRow, SnippetVersionRow
from tests.library.conftest import AT, TWO


def nothing(_session: Session) -> None:
    """Look at nothing."""


@pytest.fixture
def source(database: Database, tmp_path: Path) -> Database:
    """A database with two snippets and their log; one JSON text in it is written with other spaces than usual."""
    (tmp_path / "library.yaml").write_text(TWO, encoding="utf-8")
    with database.session() as session:
        import_file(session, tmp_path / "library.yaml", by="Ada", at=AT)
        log.append(
            session, who="Ada", action="a", subject="s", why="ä\u2028", detail={"b": 1.5, "a": ["x"]}, at=AT
        )
        session.execute(text('update snippet_version set tags = \'["format" ,  "polarity"]\' where id = 1'))
    return database


@pytest.fixture
def empty(tmp_path: Path) -> Database:
    return open_database(tmp_path / "other", only_file=True)


def stored(database: Database) -> dict[str, list[tuple[object, ...]]]:
    tables = {"log": LogRow, "versions": SnippetVersionRow, "keys": SnippetRow}
    tags = text("select cast(tags as text) from snippet_version order by id")
    with database.session() as session:
        queries = {name: select(one).order_by(col(one.id)) for name, one in tables.items()}
        rows = {name: [tuple(one.model_dump().values()) for one in session.exec(q)] for name, q in queries.items()}
        return {**rows, "tags": [tuple(row) for row in session.execute(tags)]}


def whole(session: Session) -> None:
    assert audit(session).differences == ()


def test_a_copy_has_every_row_with_its_number_and_its_very_text(source: Database, empty: Database) -> None:
    copied = copy_rows(source, empty, check=whole)
    assert stored(empty) == stored(source)
    assert stored(empty)["tags"][0] == ('["format" ,  "polarity"]',)
    with source.session() as session:
        assert copied.head == log.head(session)
    assert copied.rows > 5


def test_what_is_written_next_gets_the_next_number_and_follows_in_the_log(
    source: Database, empty: Database, tmp_path: Path
) -> None:
    copy_rows(source, empty, check=whole)
    (tmp_path / "more.yaml").write_text("snippets:\n- key: more\n  text: Say more.\n", encoding="utf-8")
    with empty.session() as session:
        import_file(session, tmp_path / "more.yaml", by="Ada", at=AT)
        assert max(session.exec(select(SnippetRow.id)).all()) == 3
        assert log.first_broken(session) is None


def test_back_again_it_is_what_it_was(source: Database, empty: Database, tmp_path: Path) -> None:
    copy_rows(source, empty, check=whole)
    again = open_database(tmp_path / "again", only_file=True)
    copy_rows(empty, again, check=whole)
    assert stored(again) == stored(source)


def test_a_database_that_holds_anything_is_not_copied_into(source: Database, empty: Database) -> None:
    with empty.session() as session:
        log.append(session, who="Eve", action="a", subject="s", why="", detail={}, at=AT)
    with pytest.raises(Refused, match="not empty: it has rows of log"):
        copy_rows(source, empty, check=nothing)
    with pytest.raises(Refused, match="into itself"):
        copy_rows(source, source, check=nothing)


def test_a_copy_that_breaks_off_leaves_the_other_database_empty(source: Database, empty: Database) -> None:
    def break_off(_done: int, _every: int) -> None:
        raise KeyboardInterrupt

    def refuse(_session: Session) -> None:
        raise Refused("it is not whole")

    with pytest.raises(KeyboardInterrupt):
        copy_rows(source, empty, check=nothing, on_progress=break_off)
    with pytest.raises(Refused, match="not whole"):
        copy_rows(source, empty, check=refuse)
    assert stored(empty) == {"log": [], "versions": [], "keys": [], "tags": []}
    copy_rows(source, empty, check=whole)


def test_rows_that_arrive_as_others_are_refused(source: Database, empty: Database) -> None:
    with empty.session() as session:
        for_every_row = "create trigger spoil after insert on snippet begin update snippet set key = 'x'"
        session.execute(text(f"{for_every_row} where id = new.id and new.id = 1; end"))
    with pytest.raises(Refused, match="rows of snippet did not arrive"):
        copy_rows(source, empty, check=nothing)


def test_what_is_written_meanwhile_is_not_in_the_copy(source: Database, empty: Database) -> None:
    def write(done: int, _every: int) -> None:
        if not written:
            with source.session() as session:
                log.append(session, who="Eve", action="a", subject="s", why="", detail={}, at=AT)
            written.append(done)

    written: list[int] = []
    before = stored(source)
    copy_rows(source, empty, check=whole, on_progress=write)
    assert stored(empty) == before != stored(source)
