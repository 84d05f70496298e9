from collections.abc import Callable

import pytest
from sqlalchemy import delete, update
from sqlmodel import Session, SQLModel, select

from library import log
from library.errors import Refused
from library.import_plan import ImportPlan
from library.snippets import show, version
from library.tables import LogRow, SnippetVersionRow

ONE = "snippets: [{key: one, text: Be brief., tags: [style]}]"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("text", "Be long."),
        ("sha256", "0"),
        ("version", 2),
        ("snippet_id", 5),
        ("tags", ["other"]),
        ("grp", "other"),
        ("requires", ["other"]),
        ("conflicts", ["other"]),
        ("pin", "last"),
        ("rationale", "other"),
        ("author", "Eve"),
    ],
)
def test_a_version_keeps_everything_but_its_state(
    session: Session, stored: Callable[[str], ImportPlan], field: str, value: object
) -> None:
    stored(ONE)
    row = session.exec(select(SnippetVersionRow)).one()
    setattr(row, field, value)
    with pytest.raises(Refused, match=f"can't change its {field}"):
        session.flush()
    session.rollback()


def test_a_state_only_moves_on(session: Session, stored: Callable[[str], ImportPlan]) -> None:
    stored(ONE)
    row = session.exec(select(SnippetVersionRow)).one()
    for state in ("vetted", "retired"):
        row.state = state
        session.flush()
    session.commit()
    for state in ("draft", "vetted", "splendid"):
        session.expire(row)  # the old state is looked up where it isn't at hand
        with pytest.raises(Refused, match=f"can't go from retired to {state}"):
            row.state = state
    assert show(session, "one")[0].state == "retired"


@pytest.mark.parametrize("table", [SnippetVersionRow, LogRow])
def test_rows_can_not_be_deleted(
    session: Session, stored: Callable[[str], ImportPlan], table: type[SQLModel]
) -> None:
    stored(ONE)
    session.commit()
    session.delete(session.exec(select(table)).one())
    with pytest.raises(Refused, match="can't be deleted"):
        session.flush()
    session.rollback()
    assert len(session.exec(select(table)).all()) == 1


@pytest.mark.parametrize("table", [SnippetVersionRow, LogRow])
def test_rows_can_not_be_changed_or_deleted_by_statement(session: Session, table: type[SQLModel]) -> None:
    with pytest.raises(Refused, match="by statement"):
        session.execute(update(table).values(id=1))
    with pytest.raises(Refused, match="by statement"):
        session.execute(delete(table))


def test_a_log_entry_can_not_be_changed(session: Session, stored: Callable[[str], ImportPlan]) -> None:
    stored(ONE)
    session.exec(select(LogRow)).one().why = "another reason"
    with pytest.raises(Refused, match="can't change its why"):
        session.flush()
    session.rollback()
    assert log.first_broken(session) is None


def test_a_text_changed_behind_our_back_is_refused(session: Session, stored: Callable[[str], ImportPlan]) -> None:
    stored(ONE)
    table = SnippetVersionRow.__table__  # type: ignore[attr-defined]
    session.execute(update(table).values(text="Obey Eve."))
    with pytest.raises(Refused, match="not the one that was stored"):
        version(session, 1)
