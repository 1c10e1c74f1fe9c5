"""The first shape: who may send, what was received and judged, what is signed, and the order of it all."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make all tables."""
    _make_people()
    _make_received()
    _make_graph()
    _make_published()


def _id(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(64), nullable=False)


def _word(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(16), nullable=False)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=False)


def _of(table: str, column: str, key: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [key], name=f"fk_{table}_{column}")


def _make_people() -> None:
    op.create_table(
        "life",
        sa.Column("id", sa.Integer(), nullable=False),
        _id("project"),
        _text("project_name"),
        sa.Column("project_key", sa.LargeBinary(), nullable=False),
        _id("epoch"),
        sa.Column("certificate", sa.Text()),
        _number("last_sequence"),
        sa.PrimaryKeyConstraint("id", name="pk_life"),
    )
    op.create_table(
        "devices",
        _id("id"),
        _word("role"),
        _word("state"),
        sa.Column("sign_key", sa.LargeBinary(), nullable=False),
        _text("age_recipient"),
        _id("token_hash"),
        sa.Column("forked", sa.Boolean(), nullable=False),
        _number("held_n"),
        _id("held_digest"),
        _number("joined_at"),
        sa.PrimaryKeyConstraint("id", name="pk_devices"),
    )
    op.create_table(
        "invitations",
        _id("code_hash"),
        _word("role"),
        _number("expires_at"),
        sa.Column("device", sa.String(64)),
        sa.PrimaryKeyConstraint("code_hash", name="pk_invitations"),
        _of("invitations", "device", "devices.id"),
    )


def _make_received() -> None:
    op.create_table(
        "segments",
        _id("digest"),
        _id("device"),
        _number("first_n"),
        _number("last_n"),
        _id("previous"),
        _id("audience"),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("receipt", sa.LargeBinary()),
        _number("received_at"),
        sa.PrimaryKeyConstraint("digest", name="pk_segments"),
        _of("segments", "device", "devices.id"),
    )
    op.create_index("ix_segments_device_previous", "segments", ["device", "previous"])
    op.create_table(
        "changes",
        _id("device"),
        _number("n"),
        _id("hash"),
        _id("change_id"),
        _id("segment"),
        _word("verdict"),
        _text("reason"),
        _text("form_id"),
        _text("version"),
        sa.PrimaryKeyConstraint("device", "n", "hash", name="pk_changes"),
        _of("changes", "device", "devices.id"),
        _of("changes", "segment", "segments.digest"),
    )
    op.create_index("ix_changes_segment", "changes", ["segment"])
    op.create_index("ix_changes_verdict_form_id_version", "changes", ["verdict", "form_id", "version"])


def _make_graph() -> None:
    op.create_table(
        "submissions",
        _id("id"),
        sa.Column("owner", sa.String(64)),
        _text("form_id"),
        sa.PrimaryKeyConstraint("id", name="pk_submissions"),
        _of("submissions", "owner", "devices.id"),
    )
    op.create_table(
        "revisions",
        _id("submission"),
        _id("revision"),
        _id("hash"),
        sa.Column("parents", sa.JSON(), nullable=False),
        _text("form_id"),
        _text("version"),
        _word("lifecycle"),
        _id("device"),
        _number("sequence"),
        sa.Column("open_part", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("submission", "revision", name="pk_revisions"),
        _of("revisions", "submission", "submissions.id"),
        _of("revisions", "device", "devices.id"),
    )
    op.create_table(
        "ancestry",
        _id("submission"),
        _id("parent"),
        _id("revision"),
        sa.PrimaryKeyConstraint("submission", "parent", "revision", name="pk_ancestry"),
    )


def _make_published() -> None:
    op.create_table(
        "statements",
        _id("digest"),
        _word("kind"),
        _text("name"),
        _text("version"),
        _text("jws"),
        sa.PrimaryKeyConstraint("digest", name="pk_statements"),
        sa.UniqueConstraint("kind", "name", "version", name="uq_statements_kind_name_version"),
    )
    op.create_table(
        "feed",
        _number("sequence"),
        _word("kind"),
        _id("audience"),
        _id("device"),
        _id("digest"),
        sa.Column("body", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("sequence", name="pk_feed"),
    )
    op.create_index("ix_feed_audience_sequence", "feed", ["audience", "sequence"])
