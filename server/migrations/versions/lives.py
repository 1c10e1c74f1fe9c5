"""The fifth shape: what a store remembers of the life before this one, and how far its last backup reaches."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add the columns; a store that was never put back has no life before, and no backup yet."""
    op.add_column("life", sa.Column("former_epoch", sa.String(64), nullable=False, server_default=""))
    op.add_column("life", sa.Column("began_behind", sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column("life", sa.Column("watermark", sa.BigInteger(), nullable=False, server_default="0"))
