"""Since when the data of each device is missing, from what this vault has taken in.

Owns the sentences on devices and on submissions with several versions; what else the figures leave out is
`fieldkit.vault.counting`'s. Reads alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from fieldkit.ports import Custody, Lifecycle
from fieldkit.vault.database import Connection, Database
from fieldkit.vault.settings import Setting, get

SILENT = timedelta(days=30)
"""Devices of the field sync once a month at least; a shorter time would name those that are only on their way."""

_DEVICE_LETTERS = 8
"""As many as lists of devices show of an id."""

_HEARD = """
SELECT d.id, max(s.sealed_at) FROM devices d LEFT JOIN segments s ON s.device = d.id AND s.state <> 'waiting'
WHERE d.state = 'confirmed' AND d.role = 'recorder' AND d.id <> ? GROUP BY d.id ORDER BY d.id
"""
_HELD_BACK = """
SELECT device, sum(last_n - first_n + 1), min(sealed_at) FROM segments WHERE state = 'waiting'
GROUP BY device ORDER BY device
"""
_NOT_OPENED = """
SELECT r.device, count(*), min(r.recorded_at) FROM submissions s JOIN revisions r ON r.id = s.head
WHERE s.lifecycle = ? AND r.custody = ? GROUP BY r.device ORDER BY r.device
"""


def coverage(database: Database, today: date) -> list[str]:
    """Sentences, by device; empty when every device was heard from and everything could be opened."""
    return database.read(lambda connection: list(_sentences(connection, today)))


def _sentences(connection: Connection, today: date) -> Iterator[str]:
    own = str(get(connection, Setting.DEVICE, ""))
    for device, heard in connection.execute(_HEARD, [own]).fetchall():
        if heard is None:
            yield f"Device {device[:_DEVICE_LETTERS]}: nothing came from it yet."
        elif date.fromisoformat(heard[:10]) < today - SILENT:
            yield f"Device {device[:_DEVICE_LETTERS]}: nothing came from it since {heard[:10]}."
    for device, count, since in connection.execute(_HELD_BACK).fetchall():
        yield (
            f"Device {device[:_DEVICE_LETTERS]}: {_submissions(count)} held back since {since[:10]}, until somebody"
            " confirms the device."
        )
    sealed = [Lifecycle.FINALISED.value, Custody.SEALED.value]
    for device, count, since in connection.execute(_NOT_OPENED, sealed).fetchall():
        yield f"Device {device[:_DEVICE_LETTERS]}: {_submissions(count)} not opened here, the first of {since[:10]}."
    (conflicts,) = connection.execute("SELECT count(*) FROM conflicts").fetchone()
    if conflicts:
        yield f"{_submissions(conflicts)} changed in two ways at once: each counts once, by one of its versions."


def _submissions(count: int) -> str:
    return f"{count} submission{'s' if count != 1 else ''}"
