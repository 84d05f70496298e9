"""What the cells of a run's search say of each snippet."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("run") as table:
        table.add_column(sa.Column("worth", sa.JSON(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("run") as table:
        table.drop_column("worth")
