"""Later generations of a segment: for other recipients, or without what was erased.

Owns when one may take the place of the one before; leaves their layout to `sync.resealing`. Invariant: what a
generation says in the open is what the one before said, but for submissions that a coordinator erased; and the
device's chain and receipts stay as they are.
"""

from __future__ import annotations

from sqlalchemy import Connection

from server.problems import RequestProblem
from server.queries import devices, erasures, feed, segments
from server.queries.feed import NewEntry
from sync import resealing
from sync.feeds import EntryKind
from sync.problems import SyncProblem
from sync.resealing import Resealed


def require_signed(connection: Connection, resealed: Resealed, device_key: bytes) -> None:
    """Raises RequestProblem SERVER-010 unless the device signed the header and a coordinator this generation."""
    by = devices.find(connection, resealed.resealer)
    if by is None or not by.is_coordinator:
        raise _not_signed()
    try:
        resealing.verify(resealed, device_key, by.sign_key)
    except SyncProblem:
        raise _not_signed() from None


def apply(connection: Connection, resealed: Resealed) -> None:
    """Put a generation in the place of the one held, and tell those who hold the segment; the same twice is no fault.

    Raises:
        RequestProblem: SERVER-024 where it was made from another than the one held; SERVER-025; SERVER-001 where the
            blocks can't be read.
    """
    content = segments.content(connection, resealed.digest)
    if content == resealed.content:
        return
    held = resealing.read_generation(content)
    if not resealing.follows(resealed, held):
        raise RequestProblem(
            "SERVER-024",
            "The segment was resealed by somebody else meanwhile; nothing was changed.",
            remedy="Sync, then reseal again.",
        )
    _require_same(connection, held, resealed)
    segments.replace_content(connection, resealed)
    header = resealed.header
    audiences = dict.fromkeys((header.audience or feed.COORDINATORS, header.device))
    entries = [
        NewEntry(EntryKind.SEGMENT, audience, device=header.device, digest=resealed.digest)
        for audience in audiences
    ]
    feed.append(connection, entries)


def _require_same(connection: Connection, held: resealing.Generation, resealed: Resealed) -> None:
    try:
        before, after = dict(resealing.numbered(held)), dict(resealing.numbered(resealed))
    except SyncProblem as problem:
        raise RequestProblem("SERVER-001", problem.message) from None
    gone = {before[n].submission for n in before.keys() - after.keys()}
    same = all(before.get(n) == change for n, change in after.items())
    if not same or gone - erasures.among(connection, gone):
        raise RequestProblem(
            "SERVER-025", "The resealed segment does not say what the segment said; nothing was changed."
        )


def _not_signed() -> RequestProblem:
    return RequestProblem("SERVER-010", "The segment was not resealed by a coordinator; it was not kept.")
