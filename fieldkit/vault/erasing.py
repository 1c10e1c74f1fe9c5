"""Erasing a submission: its answers leave this vault, and its id stays so that nothing of it is taken in again.

Owns the table of erasures and all that has to go with an erased submission. What a coordinator's erasure does on the
server is `server.keeping`'s. Invariant: once a submission stands among the erasures, no row of the vault holds an
answer of it; segments that still do are named by `fieldkit.vault.archive` until they were resealed.
"""

from __future__ import annotations

from fieldkit.ports import Custody, Lifecycle
from fieldkit.vault import settings
from fieldkit.vault.database import Connection

_PROJECTED_BY = "projected_by"


def is_erased(connection: Connection, submission: str) -> bool:
    """Whether a coordinator erased the submission, here or elsewhere."""
    row = connection.execute("SELECT 1 FROM erasures WHERE submission = ?", [submission]).fetchone()
    return row is not None


def erase(connection: Connection, submission: str, *, device: str, now: str) -> bool:
    """Note an erasure and take the submission's answers out of every table; False when it was noted before.

    A submission that this vault does not hold is noted all the same: it may come later, by stick or feed.

    Args:
        device: the coordinator's.
    """
    noted = connection.execute(
        "INSERT OR IGNORE INTO erasures (submission, device, erased_at) VALUES (?, ?, ?)",
        [submission, device, now],
    )
    connection.execute(
        "UPDATE revisions SET open_part = '{}', sealed_part = NULL, name = '', custody = ? WHERE submission = ?",
        [Custody.PURGED.value, submission],
    )
    connection.execute(
        "UPDATE submissions SET lifecycle = ?, name = '' WHERE id = ?", [Lifecycle.ERASED.value, submission]
    )
    for statement in (
        "DELETE FROM drafts WHERE revises = ?",
        "DELETE FROM reviews WHERE submission = ?",
        "DELETE FROM conflicts WHERE submission = ?",
        "DELETE FROM choices WHERE submission = ?",
        "DELETE FROM merges WHERE submission = ?",
        "DELETE FROM outbox WHERE submission = ? AND delivery = 'waiting' AND kind <> 'erasure'",
    ):
        connection.execute(statement, [submission])
    _forget_rows(connection, submission)
    return int(noted.rowcount) == 1


def note_remains(connection: Connection, submission: str) -> None:
    """Note that a segment with answers of an erased submission came: it is to be resealed without them."""
    connection.execute("UPDATE erasures SET resealed = 0 WHERE submission = ?", [submission])


def _forget_rows(connection: Connection, submission: str) -> None:
    """Drop the figures' rows where the submission counted; they are projected anew when figures are asked for.

    Taking out its group alone would need the catalogue, and would leave what it added in the sums of months.
    """
    if connection.execute("SELECT 1 FROM counted WHERE submission = ?", [submission]).fetchone() is None:
        return
    for table in ("projected", "cells", "counted"):
        connection.execute(f"DELETE FROM {table}")  # noqa: S608
    settings.keep(connection, _PROJECTED_BY, None)
