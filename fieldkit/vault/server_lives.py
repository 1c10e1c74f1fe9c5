"""Which life of the server this vault has met, and which receipts were given in one before it.

Owns the rule that a receipt of an earlier life counts only up to the watermark: what was given later, the backup that
the server was put back from may lack. Invariant: a new receipt for the same segment settles it, and nothing else does.
"""

from __future__ import annotations

from fieldkit.vault import settings
from fieldkit.vault.database import Connection
from fieldkit.vault.settings import Setting
from sync.receipts import read_kept

_LIFE = "server_life"
"""Epoch of the server's present life, and its watermark when this vault first met it."""


def meet(connection: Connection, epoch: str, watermark: int) -> None:
    """Note the life that a page of the feed is of; the same one again changes nothing."""
    kept = settings.get(connection, _LIFE)
    if not isinstance(kept, list) or kept[0] != epoch:
        settings.keep(connection, _LIFE, [epoch, watermark])


def doubtful(connection: Connection) -> list[str]:
    """Digests of this device's segments whose receipt was given in an earlier life, above the watermark."""
    kept = settings.get(connection, _LIFE)
    if not isinstance(kept, list):
        return []
    epoch, watermark = kept
    rows = connection.execute(
        "SELECT digest, receipt FROM segments WHERE origin = 'device' AND device = ? AND receipt IS NOT NULL",
        [settings.get(connection, Setting.DEVICE, "")],
    ).fetchall()
    receipts = [(digest, read_kept(bytes(receipt))) for digest, receipt in rows]
    return [digest for digest, receipt in receipts if receipt.epoch != epoch and receipt.sequence > watermark]
