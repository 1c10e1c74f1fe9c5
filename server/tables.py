"""The tables of the central store, as SQLAlchemy Core sees them.

Owns names, columns and the constraints that decide what is a duplicate; leaves how they come to be to
`server.migrations` and every statement to `server.queries`. Invariant: no column can hold a sealed answer, a token or
an invitation's code in clear; segments hold the bytes as the device signed them. Times are whole seconds since 1970,
UTC.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

life = Table(
    "life",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("project", String(64), nullable=False),
    Column("project_name", Text, nullable=False),
    Column("project_key", LargeBinary, nullable=False),
    Column("epoch", String(64), nullable=False),
    Column("certificate", Text),
    Column("last_sequence", BigInteger, nullable=False),
    Column("former_epoch", String(64), nullable=False, server_default=""),
    Column("began_behind", BigInteger, nullable=False, server_default="0"),
    Column("watermark", BigInteger, nullable=False, server_default="0"),
)
"""One row: whose store this is, its present life, and the last sequence given. Its lock is the single writer's.
A store that was put back from a backup is the same as in its life before, `former_epoch`, up to `began_behind`.
`watermark`: the sequence up to which a backup is known to hold everything."""

devices = Table(
    "devices",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("role", String(16), nullable=False),
    Column("state", String(16), nullable=False),
    Column("sign_key", LargeBinary, nullable=False),
    Column("age_recipient", Text, nullable=False),
    Column("token_hash", String(64), nullable=False),
    Column("forked", Boolean, nullable=False),
    Column("held_n", BigInteger, nullable=False),
    Column("held_digest", String(64), nullable=False),
    Column("joined_at", BigInteger, nullable=False),
)

successions = Table(
    "successions",
    metadata,
    Column("device", String(64), primary_key=True),
    Column("predecessor", String(64), nullable=False, index=True),
    Column("consent", Text, nullable=False),
)
"""Devices that go on in the place of another one, whose vault was copied; `consent`: that one's signature."""

invitations = Table(
    "invitations",
    metadata,
    Column("code_hash", String(64), primary_key=True),
    Column("role", String(16), nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("device", ForeignKey("devices.id")),
)
"""`device` is the one that used the code; NULL: unused."""

segments = Table(
    "segments",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("device", ForeignKey("devices.id"), nullable=False),
    Column("first_n", BigInteger, nullable=False),
    Column("last_n", BigInteger, nullable=False),
    Column("previous", String(64), nullable=False),
    Column("audience", String(64), nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("receipt", LargeBinary),
    Column("received_at", BigInteger, nullable=False),
    Column("generation", Integer, nullable=False, server_default="0"),
    Index(None, "device", "previous"),
)
"""`digest` names the bytes that the device signed, whatever the generation of `content`; 0: these bytes."""

changes = Table(
    "changes",
    metadata,
    Column("device", ForeignKey("devices.id"), nullable=False, primary_key=True),
    Column("n", BigInteger, nullable=False, primary_key=True),
    Column("hash", String(64), nullable=False, primary_key=True),
    Column("change_id", String(64), nullable=False),
    Column("segment", ForeignKey("segments.digest"), nullable=False),
    Column("verdict", String(16), nullable=False),
    Column("reason", Text, nullable=False),
    Column("form_id", Text, nullable=False),
    Column("version", Text, nullable=False),
    Index(None, "segment"),
    Index(None, "verdict", "form_id", "version"),
)
"""The key decides what is a duplicate; a second hash for one n is a fork."""

submissions = Table(
    "submissions",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("owner", ForeignKey("devices.id")),
    Column("form_id", Text, nullable=False),
)
"""Who may change a submission besides coordinators: the device that made its first revision; NULL until that came."""

revisions = Table(
    "revisions",
    metadata,
    Column("submission", ForeignKey("submissions.id"), nullable=False, primary_key=True),
    Column("revision", String(64), nullable=False, primary_key=True),
    Column("hash", String(64), nullable=False),
    Column("parents", JSON, nullable=False),
    Column("form_id", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("lifecycle", String(16), nullable=False),
    Column("device", ForeignKey("devices.id"), nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("open_part", JSON, nullable=False),
    Column("place", Integer, nullable=False, server_default="0"),
    Index(None, "revision"),
)
"""Accepted revisions, withdrawals among them; what is quarantined stays in its segment. `place`: within a sequence."""

ancestry = Table(
    "ancestry",
    metadata,
    Column("submission", String(64), nullable=False, primary_key=True),
    Column("parent", String(64), nullable=False, primary_key=True),
    Column("revision", String(64), nullable=False, primary_key=True),
)
"""The edges of the graph of revisions; a revision that is nobody's parent is a head."""

grants = Table(
    "grants",
    metadata,
    Column("submission", String(64), primary_key=True),
    Column("device", String(64), primary_key=True),
)
"""To which further devices a coordinator handed a submission; they may revise it. It may come before the submission."""

erasures = Table(
    "erasures",
    metadata,
    Column("submission", String(64), primary_key=True),
    Column("change_id", String(64), nullable=False),
    Column("device", String(64), nullable=False),
    Column("erased_at", BigInteger, nullable=False),
)
"""Submissions that a coordinator erased; their answers are taken in no more. It may come before the submission."""

statements = Table(
    "statements",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("name", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("jws", Text, nullable=False),
    UniqueConstraint("kind", "name", "version"),
)

feed = Table(
    "feed",
    metadata,
    Column("sequence", BigInteger, primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("audience", String(64), nullable=False),
    Column("device", String(64), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("body", LargeBinary),
    Index(None, "audience", "sequence"),
)
"""The server's order. `body` is NULL where `digest` names a segment or statement that holds it."""

stale = Table("stale", metadata, Column("submission", String(64), primary_key=True))
"""Submissions that changed since the rows of the figures were last renewed."""

counted = Table(
    "counted",
    metadata,
    Column("submission", String(64), primary_key=True),
    Column("in_group", Text, nullable=False),
    Index(None, "in_group"),
)
"""Submissions that count in a group with others, and that group."""

projected = Table(
    "projected",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("in_group", Text, nullable=False),
    Column("month", String(21), nullable=False),
    Column("heads", Text, nullable=False),
    Column("sums", LargeBinary, nullable=False),
    Index(None, "in_group"),
    Index(None, "month"),
)
"""The rows of the figures, of open answers alone: those of one group and month together."""

cells = Table(
    "cells",
    metadata,
    Column("unit", String(64), primary_key=True),
    Column("month", String(21), primary_key=True),
    Column("codes", Text, primary_key=True),
    Column("rows", Integer, nullable=False),
    Column("spreads", Text, nullable=False),
    Column("sums", LargeBinary, nullable=False),
)
"""Rows added up by month and place."""

unadded = Table("unadded", metadata, Column("sequence", BigInteger, primary_key=True, autoincrement=False))
"""The batches whose rows are not in the cells yet, by the sequence of the segment that brought them."""

projected_by = Table("projected_by", metadata, Column("digest", String(64), primary_key=True))
"""The catalogue by which rows were projected; at most one row."""
