"""A database of any revision of the schema with rows in every table it has, made from the schema itself.

A table that a later migration brings is filled as the others are, by the types of its columns. Where it takes a
particular value, because a check or the audit wants it, `particular` has it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import Boolean, Column, Connection, DateTime, Float, Integer, MetaData, insert
from sqlalchemy import Table as SqlTable
from sqlalchemy import text as sql
from sqlalchemy import types as kinds

from composer.audit.comparison import logged_tables
from composer.data.examples import Example, dataset_hash
from composer.models.target import Target
from library.canonical import canonical_bytes, digest, text_digest
from library.database import VERSION_TABLE, Database
from library.rows import NamedRow, batch_digest
from library.schema import alembic_config
from tests import small

NOW = datetime(2025, 5, 6, 7, 8, 9, 123456, tzinfo=UTC)
REVISIONS = tuple(sorted(one.revision for one in ScriptDirectory.from_config(alembic_config()).walk_revisions()))
"""Every revision of the schema that a database may have, oldest first."""
ROWS = 2
"""Rows of each table; in the second one every column that may be empty is."""
CHAIN = ("log", "log_end", "named_row")
"""Tables that the log itself is made of."""
NAMES_ROWS, CANONICAL_EVIDENCE = "0007", "0005"
"""Revisions from which entries name rows by their hashes, and evidence is stored as canonical text."""
BY_NUMBER = {"candidate": "candidate submitted", "run": "run entered", "release": "released"}
ONE_EACH = {
    "verdict": "approve",
    "correction": "correction proposed",
    "task": "task added",
    "target": "target added",
    "dataset": "data imported",
}
"""What entries say that name no rows: by these actions the audit knows which rows they made."""


def examples() -> tuple[Example, ...]:
    return tuple(
        Example(id=f"one-{n}", inputs={"query": "é", "document": "“x” 💡"}, gold=n, split="dev", clusters=())
        for n in range(1, ROWS + 1)
    )


DATASET = f"small:{dataset_hash(examples())}"


def particular(table: str, n: int, revision: str) -> Mapping[str, Any]:
    """Return the values of a table's nth row that can't be made up."""
    task = small.task(title=f"Task {n}")
    target = Target(name="tiny", kind="embedded", model="smollm2-135m", seed=n)
    said = f"Say “{n}”, as a naïve reader would. 💡"
    evidence: Any = {"b": [n, 1.5, None], "a": {"é": "“”"}}
    canonical = canonical_bytes(evidence).decode()
    return {
        "snippet_version": {"state": "vetted", "text": said, "sha256": text_digest(said), "version": n},
        "task": {"name": task.name, "hash": task.hash, "content": task.model_dump(mode="json")},
        "target": {"name": target.name, "hash": target.hash, "content": target.model_dump(mode="json")},
        "dataset": {"hash": DATASET, "task": task.name},
        "example": {"dataset": DATASET, "example_id": f"one-{n}", "content": examples()[n - 1].content},
        "base": {"text": said, "sha256": text_digest(said)},
        "candidate": {
            "evidence": canonical if revision >= CANONICAL_EVIDENCE else evidence,
            "evidence_hash": text_digest(canonical),
            "versions": [n],
            "incumbent_versions": [],
            "base": 1,
        },
        "release": {"versions": [n]},
        "run": {"state": "finished", "proposed": [n]},
        "disposition": {"example_id": f"one-{n}"},
    }.get(table, {})


def fill(connection: Connection, revision: str) -> dict[str, list[dict[str, Any]]]:
    """Bring an empty database to a revision, fill every table, and return the rows as they are stored."""
    command.upgrade(alembic_config(connection), revision)
    tables = reflected(connection)
    for table in tables:
        if table.name not in CHAIN:
            for n in range(1, ROWS + 1):
                wanted = particular(table.name, n, revision)
                row = {one.name: _value(table, one, n) for one in table.columns}
                connection.execute(insert(table), {**row, **{key: wanted[key] for key in wanted if key in row}})
    _write_log(connection, {one.name: one for one in tables}, revision)
    return stored(connection)


def reflected(connection: Connection) -> list[SqlTable]:
    """Return all tables there are, those first that others refer to."""
    found = MetaData()
    found.reflect(connection)
    return [one for one in found.sorted_tables if one.name != VERSION_TABLE]


def stored(connection: Connection) -> dict[str, list[dict[str, Any]]]:
    """Return all rows of all tables as the database has them, JSON as the text that is stored."""
    found = {}
    for table in reflected(connection):
        columns = ", ".join(f'cast("{one.name}" as text) as "{one.name}"' for one in table.columns)
        order = ", ".join(f'"{one.name}"' for one in table.primary_key.columns)
        rows = connection.execute(sql(f'select {columns} from "{table.name}" order by {order}')).mappings()
        found[table.name] = [dict(row) for row in rows]
    return found


def database_at(database: Database, revision: str) -> dict[str, list[dict[str, Any]]]:
    """Fill an empty database at a revision; returns its rows."""
    with database.migration_connection() as connection:
        return fill(connection, revision)


def _value(table: SqlTable, column: Column[Any], n: int) -> Any:
    """Return a value for a column of the nth row: a number, the nth row that it refers to, or an odd text."""
    if n == ROWS and column.nullable:
        return None
    if column.primary_key and isinstance(column.type, Integer):
        return n
    if column.foreign_keys:
        return n
    if isinstance(column.type, Boolean):
        return n == 1
    if isinstance(column.type, Integer):
        return n
    if isinstance(column.type, Float):
        return n + 0.25
    if isinstance(column.type, DateTime):
        return NOW + timedelta(days=n)
    if isinstance(column.type, kinds.JSON):
        return [n, "é “”", {"x": None}]
    return f"{table.name} {column.name} {n}: é “” 💡"


def _write_log(connection: Connection, tables: Mapping[str, SqlTable], revision: str) -> None:
    named = revision >= NAMES_ROWS
    changes = _naming(connection, tables) if named else _older(tables)
    previous, entries = "0" * 64, 0
    for entries, (action, subject, detail, together) in enumerate(changes, 1):
        columns = {"previous": previous, "who": "Ada", "action": action, "subject": subject}
        columns |= {"why": "Só “so”.", "detail": detail}
        at = NOW + timedelta(minutes=entries)
        previous = digest({**columns, "at": at.isoformat(timespec="microseconds")})
        connection.execute(insert(tables["log"]), {**columns, "id": entries, "at": at, "hash": previous})
        for one in together:
            row = {"kind": one.kind, "key": one.key, "entry": entries, "sha256": one.sha256}
            connection.execute(insert(tables["named_row"]), row)
    if named:
        connection.execute(tables["log_end"].update().values(entries=entries, head=previous, older=0))


_Entry = tuple[str, str, dict[str, Any], Sequence[NamedRow]]


def _naming(connection: Connection, tables: Mapping[str, SqlTable]) -> list[_Entry]:
    """Return an entry for each table that names its rows by hashes; answers together, as there are many."""
    found: list[_Entry] = []
    for model in logged_tables():
        name = str(model.__tablename__)
        if name not in tables:
            continue
        (key,) = tables[name].primary_key.columns
        rows = connection.execute(tables[name].select()).mappings()
        named = [_named(name, dict(row), model.unlogged, key.name) for row in rows]
        if name == "cell":
            detail: dict[str, Any] = {"batch": {"rows": len(named), "sha256": batch_digest(named)}}
            found.append(("answers kept", "run:1", detail, named))
        else:
            found.append(("written", name, {"rows": {f"{one.kind}:{one.key}": one.sha256 for one in named}}, ()))
    return found


def _named(table: str, row: dict[str, Any], unlogged: frozenset[str], key: str) -> NamedRow:
    """Return the content hash of a row as every version since it was introduced takes it."""
    columns = {}
    for name, value in row.items():
        if name in unlogged or value is None:
            continue
        if isinstance(value, datetime):  # SQLite gives times without a zone, which are in UTC
            value = (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(UTC)
            value = value.isoformat(timespec="microseconds")
        columns[name] = text_digest(value) if (table, name) == ("candidate", "evidence") else value
    return NamedRow(table, str(row[key]), digest({"table": table, "columns": columns}))


def _older(tables: Mapping[str, SqlTable]) -> list[_Entry]:
    """Return the entries of before they named rows."""
    numbers = range(1, ROWS + 1)
    found: list[_Entry] = [
        (action, f"{name}:{n}", {}, ()) for name, action in BY_NUMBER.items() if name in tables for n in numbers
    ]
    found += [(action, "x:1", {}, ()) for name, action in ONE_EACH.items() if name in tables for _ in numbers]
    if "disposition" in tables:
        detail = {"examples": [f"one-{n}" for n in numbers]}
        found.append(("regression: acceptable", "candidate:1", detail, ()))
    return found or [("snippet imported", "snippet:x", {}, ())]
