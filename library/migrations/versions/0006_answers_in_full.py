"""What a target says beside the text of its answer: a refusal, its reasoning, and which model it was."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

# No row of before holds any of this. Empty rather than filled in, SQLite adds them without copying the table.
COLUMNS = {
    "refusal": sa.String,
    "reasoning": sa.String,
    "reasoning_tokens": sa.Integer,
    "problem": sa.String,
    "served_model": sa.String,
    "system_fingerprint": sa.String,
}


def upgrade() -> None:
    for name, kind in COLUMNS.items():
        op.add_column("cell", sa.Column(name, kind(), nullable=True))


def downgrade() -> None:
    for name in reversed(COLUMNS):
        op.drop_column("cell", name)
