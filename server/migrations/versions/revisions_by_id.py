"""The eighth shape: revisions are found by their id alone, which belongs to one submission."""

from __future__ import annotations

from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Add the index."""
    op.create_index(op.f("ix_revisions_revision"), "revisions", ["revision"])
