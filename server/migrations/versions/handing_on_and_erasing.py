"""The third shape: to whom submissions were handed on, which were erased, and how often a segment was resealed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make both tables; every segment held so far is as its device sealed it."""
    op.create_table(
        "grants",
        sa.Column("submission", sa.String(64), nullable=False),
        sa.Column("device", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("submission", "device", name="pk_grants"),
    )
    op.create_table(
        "erasures",
        sa.Column("submission", sa.String(64), nullable=False),
        sa.Column("change_id", sa.String(64), nullable=False),
        sa.Column("device", sa.String(64), nullable=False),
        sa.Column("erased_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("submission", name="pk_erasures"),
    )
    op.add_column("segments", sa.Column("generation", sa.Integer(), nullable=False, server_default="0"))
