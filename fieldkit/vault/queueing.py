"""Putting a change at the end of the outbox, within the caller's transaction."""

from __future__ import annotations

import json

from fieldkit.ports import Delivery
from fieldkit.vault.database import Connection
from sync.wire import ChangeKind


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
