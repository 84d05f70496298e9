"""Prompts carried from one target to another, and which run each of them is."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "adaptation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("identity", sa.String(), nullable=False),
        sa.Column("task", sa.String(), nullable=False),
        sa.Column("task_hash", sa.String(), nullable=False),
        sa.Column("dataset", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("source_hash", sa.String(), nullable=False),
        sa.Column("target", sa.String(), nullable=False),
        sa.Column("target_hash", sa.String(), nullable=False),
        sa.Column("versions", sa.JSON(), nullable=False),
        sa.Column("base", sa.Integer(), nullable=True),
        sa.Column("prior", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("bar", sa.Float(), nullable=True),
        sa.Column("started_by", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.JSON(none_as_null=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_adaptation")),
        sa.UniqueConstraint("identity", name=op.f("uq_adaptation_identity")),
    )
    op.create_index(op.f("ix_adaptation_task"), "adaptation", ["task"], unique=False)
    # Empty in all rows of before: SQLite adds it without copying the table.
    op.add_column("run", sa.Column("adaptation", sa.Integer(), nullable=True))


def downgrade() -> None:
    op.drop_column("run", "adaptation")
    op.drop_index(op.f("ix_adaptation_task"), table_name="adaptation")
    op.drop_table("adaptation")
