"""Segments of which a change was passed over, since its device had no right to it as far as this vault knew.

Owns that mark, and that such segments are read again: once a first revision, a grant or a succession is heard of, which
may come behind what rests on it, by a stick or from a server that was put back. Invariant: what a vault makes of the
segments, grants and successions that it got does not depend on their order.
"""

from __future__ import annotations

from fieldkit.vault.database import Connection
from sync.intake import SegmentState


def note_passed_over(connection: Connection, digest: str) -> None:
    """Mark a segment, within the caller's transaction."""
    _mark(connection, SegmentState.PASSED_OVER, "digest = ?", digest)


def read_again(connection: Connection) -> None:
    """Let all of them wait to be read as those of a device that was just confirmed do."""
    _mark(connection, SegmentState.WAITING, "state = ?", SegmentState.PASSED_OVER.value)


def read_anew(connection: Connection, digest: str) -> None:
    """Let one segment wait to be read again, whatever was made of it."""
    _mark(connection, SegmentState.WAITING, "digest = ?", digest)


def _mark(connection: Connection, state: SegmentState, which: str, value: str) -> None:
    connection.execute(f"UPDATE segments SET state = ? WHERE {which}", [state.value, value])  # noqa: S608
