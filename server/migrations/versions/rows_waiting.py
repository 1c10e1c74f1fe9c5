"""The seventh shape: rows that came with a segment enter the cells when somebody asks for figures."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add the table; all rows that are kept so far are in the cells."""
    op.create_table("unadded", sa.Column("sequence", sa.BigInteger(), primary_key=True, autoincrement=False))
