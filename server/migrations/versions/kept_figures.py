"""The second shape: the rows of the figures beside the submissions, and where a revision stood among those taken in."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the tables of the figures; every submission held so far is yet to be projected."""
    op.add_column("revisions", sa.Column("place", sa.Integer(), nullable=False, server_default="0"))
    op.create_table(
        "stale",
        sa.Column("submission", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("submission", name="pk_stale"),
    )
    op.execute("INSERT INTO stale SELECT id FROM submissions")
    op.create_table(
        "counted",
        sa.Column("submission", sa.String(64), nullable=False),
        sa.Column("in_group", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("submission", name="pk_counted"),
    )
    op.create_index("ix_counted_in_group", "counted", ["in_group"])
    op.create_table(
        "projected",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("in_group", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("month", sa.String(7), nullable=False),
        sa.Column("first_day", sa.Date()),
        sa.Column("last_day", sa.Date()),
        sa.Column("codes", sa.Text(), nullable=False),
        sa.Column("spreads", sa.Text(), nullable=False),
        sa.Column("sums", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_projected"),
    )
    op.create_index("ix_projected_in_group", "projected", ["in_group"])
    op.create_index("ix_projected_month", "projected", ["month"])
    op.create_table(
        "cells",
        sa.Column("unit", sa.String(64), nullable=False),
        sa.Column("month", sa.String(7), nullable=False),
        sa.Column("codes", sa.Text(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("spreads", sa.Text(), nullable=False),
        sa.Column("sums", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("unit", "month", "codes", name="pk_cells"),
    )
    op.create_table(
        "projected_by",
        sa.Column("digest", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_projected_by"),
    )
