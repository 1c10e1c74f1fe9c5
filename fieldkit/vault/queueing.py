"""Putting a change at the end of the outbox, within the caller's transaction."""

from __future__ import annotations

import json

from fieldkit.ports import Delivery
from fieldkit.vault.database import Connection
from sync.wire import ChangeKind


def has_opened(connection: Connection, revision: str, audience: str) -> bool:
    """Whether a device was told, or is going to be told, that its revision was opened."""
    found = connection.execute(
        "SELECT 1 FROM outbox WHERE kind = ? AND revision = ? AND json_extract(body, '$.device') = ?",
        [ChangeKind.OPENED.value, revision, audience],
    )
    return found.fetchone() is not None


def put(
    connection: Connection,
    kind: ChangeKind,
    *,
    change: str,
    submission: str,
    revision: str,
    now: str,
    audience: str = "",
) -> None:
    """Queue a change; a revision's parts stay where they are.

    Args:
        audience: the device that may fetch it beside the coordinators; empty: none.
    """
    body = json.dumps({"device": audience} if audience else {})
    connection.execute(
        "INSERT INTO outbox (change_id, kind, submission, revision, body, delivery, changed_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        [change, kind.value, submission, revision, body, Delivery.WAITING.value, now],
    )
