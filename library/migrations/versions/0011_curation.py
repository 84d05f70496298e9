"""Rejected drafts, where versions come from, comments on snippets, who may vet alone, and drafts being tried."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

BEFORE = "state in ('draft', 'vetted', 'retired')"
AFTER = "state in ('draft', 'vetted', 'retired', 'rejected')"


def upgrade() -> None:
    _allow_states(AFTER)
    op.create_table(
        "origin",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("task", sa.String(), nullable=False),
        sa.Column("target", sa.String(), nullable=False),
        sa.Column("examples", sa.JSON(), nullable=False),
        sa.Column("misunderstood", sa.Text(), nullable=False),
        sa.Column("attend", sa.Text(), nullable=False),
        sa.Column("source", sa.JSON(), nullable=False),
        sa.Column("warnings", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"], ["snippet_version.id"], name=op.f("fk_origin_version_id_snippet_version")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_origin")),
        sa.UniqueConstraint("version_id", name=op.f("uq_origin_version_id")),
    )
    op.create_table(
        "snippet_comment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("resolved_by", sa.String(), nullable=False),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_snippet_comment")),
    )
    op.create_index(op.f("ix_snippet_comment_key"), "snippet_comment", ["key"])
    op.create_table(
        "library_policy",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("alone", sa.Boolean(), nullable=False),
        sa.Column("set_by", sa.String(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_library_policy")),
    )
    op.create_table(
        "authoring_job",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("task", sa.String(), nullable=False),
        sa.Column("target", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("examples", sa.JSON(), nullable=False),
        sa.Column("apart", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("stop_asked", sa.Boolean(), nullable=False),
        sa.Column("paid", sa.Integer(), nullable=False),
        sa.Column("expected", sa.Integer(), nullable=False),
        sa.Column("message", sa.String(), nullable=False),
        sa.Column("result", sa.JSON(), nullable=True),
        sa.Column("started_by", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_authoring_job")),
    )
    op.create_index(op.f("ix_authoring_job_task"), "authoring_job", ["task"])


def downgrade() -> None:
    op.drop_table("authoring_job")
    op.drop_table("library_policy")
    op.drop_table("snippet_comment")
    op.drop_table("origin")
    _allow_states(BEFORE)


def _allow_states(condition: str) -> None:
    # SQLite changes a constraint by copying the table.
    with op.batch_alter_table("snippet_version") as table:
        table.drop_constraint("state", type_="check")
        table.create_check_constraint("state", condition)
