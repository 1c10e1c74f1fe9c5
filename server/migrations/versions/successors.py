"""The sixth shape: devices that go on in the place of another one, whose vault was copied."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add the table; nobody has succeeded anybody yet."""
    op.create_table(
        "successions",
        sa.Column("device", sa.String(64), primary_key=True),
        sa.Column("predecessor", sa.String(64), nullable=False),
        sa.Column("consent", sa.Text(), nullable=False),
    )
    op.create_index(op.f("ix_successions_predecessor"), "successions", ["predecessor"])
