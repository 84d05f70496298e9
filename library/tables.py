"""The library's tables, and the rule that keeps written rows as they were."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from itertools import islice
from typing import Any, ClassVar

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Column,
    DateTime,
    Dialect,
    Text,
    UniqueConstraint,
    event,
    insert,
    inspect,
    select,
)
from sqlalchemy.orm import ORMExecuteState, Session, object_session
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field, SQLModel
from sqlmodel._compat import SQLModelConfig

from library.errors import Refused

# Every constraint gets a name, so that a later migration can name it too, whatever the database.
SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

STATES = ("draft", "vetted", "retired", "rejected")
IN_FORCE = ("vetted", "retired")
"""The states that count for what may be in a prompt: a draft, open or rejected, replaces nothing."""
_NEXT = {"draft": ("vetted", "retired", "rejected"), "vetted": ("retired",)}
_BACK = {"vetted": ("draft",), "retired": ("draft", "vetted"), "rejected": ("draft",)}
UNDOING = "an act on snippets is being undone"
"""Under this name a session holds that states may go back, which only undoing an act does."""

_ROWS_IN_A_STATEMENT = 1000
INSERTED = "newest ids before rows were inserted"
"""Under this name a session knows, by table, above which id its rows were inserted by statement."""


class UtcDateTime(TypeDecorator[datetime]):
    """A time stored in UTC and given back aware, also by databases that keep no time zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Take an aware time to UTC; raises ValueError for one without a time zone."""
        if value is not None and value.tzinfo is None:
            raise ValueError(f"a time without a time zone can't be stored: {value!r}")
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Return the time as aware, in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Table(SQLModel):
    """The base of every table; pydantic's part is built only where a row is validated, which few commands do.

    An entry of the log names each row that it made or changed by its content hash (`library.rows`), but for
    tables that aren't `logged`; the hash covers all columns but those that are `unlogged`, which change
    without an entry. A column that a table gets later is nullable: older rows keep their hashes.
    """

    model_config = SQLModelConfig(defer_build=True)
    logged: ClassVar[bool] = True
    unlogged: ClassVar[frozenset[str]] = frozenset()


class Immutable:
    """Mixed into a table class: its rows are never deleted, and change only in `changeable` columns."""

    changeable: ClassVar[frozenset[str]] = frozenset()


class SnippetRow(Table, table=True):
    """A snippet's name; its id is its place in library order."""

    __tablename__ = "snippet"

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)


class SnippetVersionRow(Immutable, Table, table=True):
    """One text of a snippet with its rules, immutable but for its state: draft, vetted, retired or rejected."""

    __tablename__ = "snippet_version"
    __table_args__ = (
        UniqueConstraint("snippet_id", "version"),
        CheckConstraint("state in ('draft', 'vetted', 'retired', 'rejected')", name="state"),
    )
    changeable: ClassVar[frozenset[str]] = frozenset({"state"})

    id: int | None = Field(default=None, primary_key=True)
    snippet_id: int = Field(foreign_key="snippet.id")
    version: int
    text: str = Field(sa_column=Column(Text, nullable=False))
    sha256: str
    state: str
    tags: list[str] = Field(sa_column=Column(JSON, nullable=False))
    grp: str | None = None
    requires: list[str] = Field(sa_column=Column(JSON, nullable=False))
    conflicts: list[str] = Field(sa_column=Column(JSON, nullable=False))
    pin: str | None = None
    rationale: str = Field(sa_column=Column(Text, nullable=False))
    author: str
    created_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class OriginRow(Immutable, Table, table=True):
    """Where a version comes from: who misread which examples how, or what wrote it; and warnings accepted."""

    __tablename__ = "origin"

    id: int | None = Field(default=None, primary_key=True)
    version_id: int = Field(foreign_key="snippet_version.id", unique=True)
    kind: str
    task: str
    target: str
    examples: list[str] = Field(sa_column=Column(JSON, nullable=False))
    misunderstood: str = Field(sa_column=Column(Text, nullable=False))
    attend: str = Field(sa_column=Column(Text, nullable=False))
    source: dict[str, str] = Field(sa_column=Column(JSON, nullable=False))
    warnings: list[dict[str, str]] = Field(sa_column=Column(JSON, nullable=False))


class SnippetCommentRow(Immutable, Table, table=True):
    """A comment on a snippet, with the version that was its newest then."""

    __tablename__ = "snippet_comment"
    changeable: ClassVar[frozenset[str]] = frozenset({"resolved_by", "resolved_at"})

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(index=True)
    version: int
    text: str = Field(sa_column=Column(Text, nullable=False))
    author: str
    written_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    resolved_by: str = ""
    resolved_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime, nullable=True))


class LibraryPolicyRow(Immutable, Table, table=True):
    """Whether whoever wrote a draft may vet it alone; the newest row counts."""

    __tablename__ = "library_policy"

    id: int | None = Field(default=None, primary_key=True)
    alone: bool
    set_by: str
    set_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class PersonRow(Table, table=True):
    """A person who signs in, and what they may do; one who was removed keeps the name, for the log's sake."""

    __tablename__ = "person"

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True)
    email: str = Field(unique=True)
    roles: list[str] = Field(sa_column=Column(JSON, nullable=False))
    added_by: str
    added_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    removed_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime, nullable=True))


class TokenRow(Immutable, Table, table=True):
    """A token by which a service acts: the hash of its secret, what it may do; `tasks` is empty for every task."""

    __tablename__ = "service_token"
    changeable: ClassVar[frozenset[str]] = frozenset({"last_used_at", "revoked_at", "revoked_by"})
    unlogged: ClassVar[frozenset[str]] = frozenset({"last_used_at"})

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True)
    sha256: str
    scopes: list[str] = Field(sa_column=Column(JSON, nullable=False))
    tasks: list[str] = Field(sa_column=Column(JSON, nullable=False))
    made_by: str
    made_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    expires_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime, nullable=True))
    last_used_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime, nullable=True))
    revoked_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime, nullable=True))
    revoked_by: str = ""


class LogRow(Immutable, Table, table=True):
    """One entry of the log: who did what to which subject, when and why, chained to the entry before."""

    __tablename__ = "log"
    logged: ClassVar[bool] = False

    id: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    who: str
    action: str
    subject: str = Field(index=True)
    why: str = Field(sa_column=Column(Text, nullable=False))
    detail: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    # Unique, so that two writers can never both follow the same entry.
    previous: str = Field(unique=True)
    hash: str


def insert_all(session: Session, table: type[SQLModel], rows: Iterable[Mapping[str, Any]]) -> None:
    """Insert rows given as columns, in their order, which their ids keep; what is pending is flushed first.

    Thousands of mapped objects would take ten times as long.
    """
    session.flush()
    if issubclass(table, Table) and table.logged:
        primary = inspect(table).primary_key[0]
        newest = session.scalar(select(primary).order_by(primary.desc()).limit(1)) or 0
        session.info.setdefault(INSERTED, {}).setdefault(table, newest)
    statement, waiting = insert(inspect(table).local_table), iter(rows)
    while some := list(islice(waiting, _ROWS_IN_A_STATEMENT)):
        session.execute(statement, some)


@event.listens_for(Session, "before_flush")
def _refuse_changes_to_rows(session: Session, _context: object, _instances: object) -> None:
    for row in session.deleted:
        if isinstance(row, Immutable):
            raise Refused(f"{_name(row)} can't be deleted", fix="Retire it, or write a new one.")
    for row in session.dirty:
        if isinstance(row, Immutable):
            _refuse_changes(row)


def _refuse_changes(row: Immutable) -> None:
    changed = {each.key for each in inspect(row).attrs if each.history.has_changes()}
    if fixed := sorted(changed - row.changeable):
        raise Refused(f"{_name(row)} can't change its {', '.join(fixed)}", fix="Write a new version.")


# With active_history the old state is read from the database where it isn't known yet.
@event.listens_for(SnippetVersionRow.state, "set", active_history=True)
def _refuse_states_that_go_back(row: SnippetVersionRow, new: str, old: object, _initiator: object) -> None:
    if old not in STATES or old == new:  # a new row, or nothing to do
        return
    session = object_session(row)
    ways = _NEXT.get(str(old), ())
    if session is not None and session.info.get(UNDOING):
        ways += _BACK.get(str(old), ())
    if new not in ways:
        raise Refused(
            f"{_name(row)} can't go from {old} to {new}",
            fix="States go from draft to vetted to retired, or from draft to rejected; an undo leads back.",
        )


@event.listens_for(Session, "do_orm_execute")
def _refuse_changes_to_many_rows(statement: ORMExecuteState) -> None:
    """Updates and deletes by statement pass the flush by, so they are refused altogether."""
    mapper = statement.bind_mapper
    if (statement.is_update or statement.is_delete) and mapper and issubclass(mapper.class_, Immutable):
        table = mapper.local_table
        raise Refused(f"rows of {table} can't be changed or deleted by statement", fix="Write a new version.")


def _name(row: object) -> str:
    return f"{inspect(row).mapper.local_table.name} {getattr(row, 'id', '')}"
