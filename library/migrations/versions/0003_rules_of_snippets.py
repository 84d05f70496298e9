"""Rules of a snippet version: what it requires, what it conflicts with, where it is pinned."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # The default fills the rows there are; a new version always says what its rules are.
    with op.batch_alter_table("snippet_version") as table:
        table.add_column(sa.Column("requires", sa.JSON(), nullable=False, server_default="[]"))
        table.add_column(sa.Column("conflicts", sa.JSON(), nullable=False, server_default="[]"))
        table.add_column(sa.Column("pin", sa.String(), nullable=True))
    with op.batch_alter_table("snippet_version") as table:
        table.alter_column("requires", existing_type=sa.JSON(), server_default=None)
        table.alter_column("conflicts", existing_type=sa.JSON(), server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("snippet_version") as table:
        table.drop_column("pin")
        table.drop_column("conflicts")
        table.drop_column("requires")
