"""What Alembic runs around the migrations: on the connection it is handed, in that one's transaction."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlmodel import SQLModel
from sqlmodel.sql.sqltypes import AutoString

from library.tables import UtcDateTime


def _plain_types(kind: str, thing: Any, _context: AutogenContext) -> str | Literal[False]:
    """Write our own types into a new migration as what they are to a database."""
    if kind == "type" and isinstance(thing, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(thing, AutoString):
        return "sa.String()"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    render_as_batch=True,
    transactional_ddl=True,
    compare_type=True,
    compare_server_default=True,
    render_item=_plain_types,
)
with context.begin_transaction():
    context.run_migrations()
