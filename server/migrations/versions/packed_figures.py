"""The fourth shape: the rows of the figures kept together by group and month, their sums packed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the tables of the figures anew; every submission held so far is yet to be projected."""
    for table in ("projected", "cells"):
        op.drop_table(table)
    op.execute("DELETE FROM counted")
    op.execute("DELETE FROM stale")
    op.execute("INSERT INTO stale SELECT id FROM submissions")
    op.create_table(
        "projected",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("in_group", sa.Text(), nullable=False),
        sa.Column("month", sa.String(21), nullable=False),
        sa.Column("heads", sa.Text(), nullable=False),
        sa.Column("sums", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_projected"),
    )
    op.create_index("ix_projected_in_group", "projected", ["in_group"])
    op.create_index("ix_projected_month", "projected", ["month"])
    op.create_table(
        "cells",
        sa.Column("unit", sa.String(64), nullable=False),
        sa.Column("month", sa.String(21), nullable=False),
        sa.Column("codes", sa.Text(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("spreads", sa.Text(), nullable=False),
        sa.Column("sums", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("unit", "month", "codes", name="pk_cells"),
    )
