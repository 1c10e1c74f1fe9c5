"""Two revisions under one id: chance makes none, so somebody took an id that they had seen.

Owns which of them this vault keeps. The first that comes is taken in, since nobody can tell, and the other one is left
out; once the server accepted one, that one stands, by whichever way and in whichever order they came. Invariant: what
this vault made itself, and what was erased, is never replaced.
"""

from __future__ import annotations

import json

from fieldkit.vault import erasing, heads, rereading, successions
from fieldkit.vault.database import Connection
from sync.intake import SegmentState
from sync.receipts import Receipt
from sync.wire import ChangeKind, OpenChange


def give_way(connection: Connection, accepted: OpenChange, receipt: Receipt, *, is_first: bool) -> bool:
    """Take out what stands under the id of a revision that the server holds, where it is another one.

    The segment that brought the accepted one is read again then.

    Args:
        receipt: of that segment.
        is_first: whether the server accepted the revision out of that segment, and did not hold it already.

    Returns whether anything was taken out.
    """
    row = connection.execute(
        "SELECT submission, parents, open_part, origin, device FROM revisions WHERE id = ?",
        [accepted.revision],
    ).fetchone()
    if row is None or row[3] == "device" or erasing.is_erased(connection, str(row[0])):
        return False
    submission, device = str(row[0]), str(row[4])
    if (
        submission == accepted.submission
        and not _says_otherwise(accepted, json.loads(row[1]), json.loads(row[2]))
        and not (is_first and _is_sealed_by_another(connection, accepted, receipt, device))
    ):
        return False
    connection.execute("DELETE FROM revisions WHERE id = ?", [accepted.revision])
    connection.execute(
        "DELETE FROM submissions WHERE id = :id AND NOT EXISTS (SELECT 1 FROM revisions WHERE submission = :id)"
        " AND NOT EXISTS (SELECT 1 FROM drafts WHERE revises = :id)",
        {"id": submission},
    )
    heads.settle_head(connection, submission)
    rereading.read_anew(connection, receipt.segment)
    return True


def _says_otherwise(accepted: OpenChange, parents: list[str], open_part: object) -> bool:
    said = sorted(accepted.parents), accepted.open_part
    return accepted.kind is ChangeKind.REVISION and said != (sorted(parents), open_part)


def _is_sealed_by_another(
    connection: Connection, accepted: OpenChange, receipt: Receipt, device: str
) -> bool:
    """Whether the sealed part held is of another device than the one from which the server accepted the revision.

    A merge is the same whoever made it, and so is what copies of one vault send. Only what can be read here can take
    the place of anything.
    """
    if device == receipt.device:
        return False
    state = connection.execute("SELECT state FROM segments WHERE digest = ?", [receipt.segment]).fetchone()
    return (
        accepted.kind is ChangeKind.REVISION
        and len(accepted.parents) < 2
        and state is not None
        and state[0] == SegmentState.OPENED.value
        and device not in successions.copies(connection, receipt.device)
    )
