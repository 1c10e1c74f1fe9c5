"""Segments of other devices that a server had taken in and lost when it was put back from a backup.

Owns which these are until the server has each of them again: they are brought before it hears who was revoked since,
so that what a device sent in time goes on counting. Invariant: what a server had quarantined whole is never among them.
"""

from __future__ import annotations

from fieldkit.vault import settings
from fieldkit.vault.database import Connection
from sync.receipts import Verdict, read_kept

_LOST = "lost_segments"


def note(connection: Connection, digest: str) -> None:
    """Note that the server lost a segment, if its receipt says that anything of it had been taken in."""
    row = connection.execute(
        "SELECT receipt FROM segments WHERE digest = ? AND origin = 'feed' AND receipt IS NOT NULL", [digest]
    ).fetchone()
    if row is None:
        return
    verdicts = read_kept(bytes(row[0])).verdicts
    if any(each.verdict is not Verdict.QUARANTINED for each in verdicts):
        settings.keep(connection, _LOST, sorted({*_noted(connection), digest}))


def missing(connection: Connection) -> list[str]:
    """Digests of those that the server has yet to confirm again, a device's first n first."""
    noted = _noted(connection)
    if not noted:
        return []
    rows = connection.execute(
        "SELECT digest FROM segments WHERE receipt IS NULL AND origin = 'feed' ORDER BY device, first_n"
    ).fetchall()
    return [digest for (digest,) in rows if digest in noted]


def _noted(connection: Connection) -> set[str]:
    kept = settings.get(connection, _LOST, [])
    return {str(digest) for digest in kept} if isinstance(kept, list) else set()
