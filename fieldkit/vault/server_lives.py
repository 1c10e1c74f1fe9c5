"""Which lives of the server this vault has met, in their order, and which receipts were given in one before.

Owns the rule that a receipt of an earlier life counts only up to the watermark: what was given later, the backup that
the server was put back from may lack. Invariant: a new receipt for the same segment settles it, and nothing else does.
"""

from __future__ import annotations

from fieldkit.vault import settings
from fieldkit.vault.database import Connection
from fieldkit.vault.settings import Setting
from sync.receipts import Receipt, read_kept

_LIFE = "server_life"
"""Epoch of the server's present life, and its watermark when this vault first met it."""

_MET = "server_lives"
"""Epochs in the order in which they were met."""
_MOST = 64
"""A server is put back a few times in its life; one that is in the wrong hands might name a new one each time."""


def meet(connection: Connection, epoch: str, watermark: int) -> None:
    """Note the life that a page of the feed is of; the same one again changes nothing."""
    kept = settings.get(connection, _LIFE)
    if not isinstance(kept, list) or kept[0] != epoch:
        note(connection, epoch)
        settings.keep(connection, _LIFE, [epoch, watermark])


def note(connection: Connection, epoch: str) -> None:
    """Note that the server itself answered in a life; one that is known keeps its place."""
    known = met(connection)
    if epoch not in known:
        settings.keep(connection, _MET, [*known, epoch][-_MOST:])


def met(connection: Connection) -> list[str]:
    """The epochs that were met, the present one last."""
    known = settings.get(connection, _MET)
    if isinstance(known, list):
        return [str(epoch) for epoch in known]
    kept = settings.get(connection, _LIFE)
    return [str(kept[0])] if isinstance(kept, list) else []


def doubtful(connection: Connection) -> list[str]:
    """Digests of this device's segments whose receipt was given in an earlier life, above the watermark."""
    kept = settings.get(connection, _LIFE)
    if not isinstance(kept, list):
        return []
    epoch, watermark = kept
    return [
        digest
        for digest, receipt in _own_receipts(connection)
        if receipt.epoch != epoch and receipt.sequence > watermark
    ]


def given_since(connection: Connection, epoch: str) -> list[str]:
    """Digests of this device's segments whose receipt was given in a life, or in those that were met after it."""
    lives = met(connection)
    since = lives[lives.index(epoch) :] if epoch in lives else lives
    return [digest for digest, receipt in _own_receipts(connection) if receipt.epoch in since]


def _own_receipts(connection: Connection) -> list[tuple[str, Receipt]]:
    rows = connection.execute(
        "SELECT digest, receipt FROM segments WHERE origin = 'device' AND device = ? AND receipt IS NOT NULL",
        [settings.get(connection, Setting.DEVICE, "")],
    ).fetchall()
    return [(digest, read_kept(bytes(receipt))) for digest, receipt in rows]
