"""Rows that an entry of the log names together by their content hashes, and where the log ends."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "named_row",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("entry", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "key", "entry", name="pk_named_row"),
    )
    op.create_index("ix_named_row_entry", "named_row", ["entry"])
    end = op.create_table(
        "log_end",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("head", sa.String(), nullable=False),
        sa.Column("older", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_log_end"),
    )
    # Entries of before name no rows by their hashes.
    entries = op.get_bind().execute(sa.text("select id, hash from log order by id")).all()
    last, head = entries[-1] if entries else (0, "0" * 64)
    op.bulk_insert(end, [{"id": 1, "entries": len(entries), "head": head, "older": last}])


def downgrade() -> None:
    op.drop_table("log_end")
    op.drop_table("named_row")
