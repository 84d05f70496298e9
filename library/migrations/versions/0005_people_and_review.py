"""People and their roles, and what a review is made of: words on regressions, comments, corrections, jobs."""

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

from library.canonical import canonical_bytes

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def _time(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _key() -> sa.Column[Any]:
    return sa.Column("id", sa.Integer(), nullable=False)


def upgrade() -> None:
    op.create_table(
        "person",
        _key(),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("roles", sa.JSON(), nullable=False),
        sa.Column("added_by", sa.String(), nullable=False),
        _time("added_at"),
        _time("removed_at", nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_person"),
        sa.UniqueConstraint("name", name="uq_person_name"),
        sa.UniqueConstraint("email", name="uq_person_email"),
    )
    op.create_table(
        "disposition",
        _key(),
        sa.Column("candidate_id", sa.Integer(), nullable=False),
        sa.Column("example_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("reviewer", sa.String(), nullable=False),
        _time("given_at"),
        sa.ForeignKeyConstraint(["candidate_id"], ["candidate.id"], name="fk_disposition_candidate_id_candidate"),
        sa.PrimaryKeyConstraint("id", name="pk_disposition"),
    )
    op.create_index("ix_disposition_candidate_id", "disposition", ["candidate_id"])
    op.create_table(
        "comment",
        _key(),
        sa.Column("candidate_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("object_hash", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        _time("written_at"),
        sa.Column("resolved_by", sa.String(), nullable=False),
        _time("resolved_at", nullable=True),
        sa.ForeignKeyConstraint(["candidate_id"], ["candidate.id"], name="fk_comment_candidate_id_candidate"),
        sa.PrimaryKeyConstraint("id", name="pk_comment"),
    )
    op.create_index("ix_comment_candidate_id", "comment", ["candidate_id"])
    op.create_table(
        "correction",
        _key(),
        sa.Column("candidate_id", sa.Integer(), nullable=False),
        sa.Column("task", sa.String(), nullable=False),
        sa.Column("example_id", sa.String(), nullable=False),
        sa.Column("gold_before", sa.JSON(), nullable=False),
        sa.Column("gold", sa.JSON(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("proposed_by", sa.String(), nullable=False),
        _time("proposed_at"),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=False),
        sa.Column("decision", sa.String(), nullable=False),
        _time("decided_at", nullable=True),
        sa.ForeignKeyConstraint(["candidate_id"], ["candidate.id"], name="fk_correction_candidate_id_candidate"),
        sa.PrimaryKeyConstraint("id", name="pk_correction"),
    )
    op.create_index("ix_correction_candidate_id", "correction", ["candidate_id"])
    op.create_index("ix_correction_task", "correction", ["task"])
    op.create_table(
        "job",
        _key(),
        sa.Column("candidate_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("examples", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("paid", sa.Integer(), nullable=False),
        sa.Column("expected", sa.Integer(), nullable=False),
        sa.Column("message", sa.String(), nullable=False),
        sa.Column("made", sa.Integer(), nullable=True),
        sa.Column("result", sa.JSON(), nullable=True),
        sa.Column("started_by", sa.String(), nullable=False),
        _time("created_at"),
        _time("ended_at", nullable=True),
        sa.ForeignKeyConstraint(["candidate_id"], ["candidate.id"], name="fk_job_candidate_id_candidate"),
        sa.PrimaryKeyConstraint("id", name="pk_job"),
    )
    op.create_index("ix_job_candidate_id", "job", ["candidate_id"])
    op.create_table(
        "webhook",
        _key(),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("secret_env", sa.String(), nullable=False),
        sa.Column("actions", sa.JSON(), nullable=False),
        sa.Column("delivered", sa.Integer(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        _time("next_try_at", nullable=True),
        sa.Column("problem", sa.String(), nullable=False),
        sa.Column("added_by", sa.String(), nullable=False),
        _time("added_at"),
        sa.PrimaryKeyConstraint("id", name="pk_webhook"),
        sa.UniqueConstraint("url", name="uq_webhook_url"),
    )
    with op.batch_alter_table("verdict") as table:
        table.add_column(sa.Column("about", sa.Integer(), nullable=True))
        # Whoever gave a verdict before people signed in was the one local person.
        table.add_column(sa.Column("local", sa.Boolean(), nullable=False, server_default=sa.true()))
    with op.batch_alter_table("verdict") as table:
        table.alter_column("local", existing_type=sa.Boolean(), server_default=None)
    with op.batch_alter_table("candidate") as table:
        table.add_column(sa.Column("rescored_from", sa.Integer(), nullable=True))
        table.add_column(sa.Column("summary", sa.JSON(), nullable=True))
        table.alter_column("evidence", existing_type=sa.JSON(), type_=sa.Text(), postgresql_using="evidence::text")
    _write_evidence_canonically()


def _write_evidence_canonically() -> None:
    """Store evidence as the text that its hash is of, so that reading it can check it as it stands."""
    candidate = sa.table("candidate", sa.column("id", sa.Integer()), sa.column("evidence", sa.Text()))
    connection = op.get_bind()
    for number, text in connection.execute(sa.select(candidate.c.id, candidate.c.evidence)).all():
        canonical = canonical_bytes(json.loads(text)).decode()
        connection.execute(candidate.update().where(candidate.c.id == number).values(evidence=canonical))


def downgrade() -> None:
    with op.batch_alter_table("candidate") as table:
        table.alter_column("evidence", existing_type=sa.Text(), type_=sa.JSON(), postgresql_using="evidence::json")
        table.drop_column("summary")
        table.drop_column("rescored_from")
    with op.batch_alter_table("verdict") as table:
        table.drop_column("local")
        table.drop_column("about")
    for name in ("webhook", "job", "correction", "comment", "disposition", "person"):
        op.drop_table(name)
