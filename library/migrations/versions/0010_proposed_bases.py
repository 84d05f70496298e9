"""Bases that somebody proposed for a task besides its own, and which one a composition has."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

# Empty where it is the task's own, as in all rows of before, SQLite adds them without copying the tables.
COLUMNS = (("candidate", "base"), ("candidate", "incumbent_base"), ("release", "base"), ("run", "base"))


def upgrade() -> None:
    op.create_table(
        "base",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("task", sa.String(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("added_by", sa.String(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_base")),
        sa.UniqueConstraint("task", "sha256", name=op.f("uq_base_task_sha256")),
    )
    op.create_index(op.f("ix_base_task"), "base", ["task"], unique=False)
    for table, column in COLUMNS:
        op.add_column(table, sa.Column(column, sa.Integer(), nullable=True))


def downgrade() -> None:
    for table, column in reversed(COLUMNS):
        op.drop_column(table, column)
    op.drop_index(op.f("ix_base_task"), table_name="base")
    op.drop_table("base")
