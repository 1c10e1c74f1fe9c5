"""Handing submissions to devices: a coordinator's change to the device whose it is, a revision to a further device.

Owns the table of grants, and whom a coordinator's change is addressed to. Invariant: only a coordinator hands on, and
only to devices that a coordinator confirmed; a device that was handed a submission holds both of its parts.
"""

from __future__ import annotations

import json
from collections.abc import Callable

from fieldkit.ports import Custody
from fieldkit.vault import heads, queueing, rereading, settings
from fieldkit.vault.database import Connection
from sync.roles import Role
from sync.wire import Change, ChangeKind

_CERTIFIED = "SELECT 1 FROM devices WHERE id = ? AND certificate IS NOT NULL AND state <> 'revoked'"

_UNSENT = """
WITH RECURSIVE later (id) AS (
    SELECT c.id FROM acceptable c JOIN json_each(c.parents) p ON p.value = :revision WHERE c.submission = :submission
    UNION
    SELECT c.id FROM later JOIN acceptable c JOIN json_each(c.parents) p ON p.value = later.id
    WHERE c.submission = :submission)
SELECT r.id FROM later JOIN revisions r ON r.id = later.id
WHERE r.lifecycle = 'finalised' AND r.custody = :whole AND r.device <> :device AND NOT EXISTS (
    SELECT 1 FROM outbox o WHERE o.revision = r.id AND o.kind IN ('grant', 'revision')
    AND json_extract(o.body, '$.device') = :device)
ORDER BY r.id
"""


def is_certified(connection: Connection, device: str) -> bool:
    """Whether a device was confirmed and not revoked since, as far as this vault heard."""
    return connection.execute(_CERTIFIED, [device]).fetchone() is not None


def addressee(connection: Connection, submission: str) -> str:
    """The device to which what this vault makes of a submission is addressed; empty: the coordinators alone.

    A coordinator's correction goes to the device that recorded the submission; what that device makes itself, and what
    a device makes of a submission handed to it, goes to the coordinators.
    """
    info = settings.info(connection)
    row = connection.execute("SELECT device FROM submissions WHERE id = ?", [submission]).fetchone()
    owner = "" if row is None else str(row[0])
    if info.role is not Role.COORDINATOR or owner == info.device:
        return ""
    return owner if is_certified(connection, owner) else ""


def holders(connection: Connection, submission: str) -> list[str]:
    """The further devices to which a submission was handed, by id; empty on a device that is no coordinator's."""
    rows = connection.execute(
        "SELECT device FROM grants WHERE submission = ? ORDER BY device", [submission]
    ).fetchall()
    return [device for (device,) in rows]


def grant(
    connection: Connection,
    submission: str,
    revision: str,
    device: str,
    *,
    new_id: Callable[[], str],
    now: str,
) -> None:
    """Note a grant and queue it, with the revision."""
    connection.execute("INSERT OR IGNORE INTO grants VALUES (?, ?)", [submission, device])
    _send(connection, submission, revision, device, new_id=new_id, now=now)


def hand_on(
    connection: Connection,
    submission: str,
    revision: str,
    *,
    made_by: str,
    new_id: Callable[[], str],
    now: str,
    kind: ChangeKind = ChangeKind.GRANT,
) -> None:
    """Pass a new revision to the devices that hold the submission and did not make it.

    One that came late was perhaps corrected before anything was handed on: what was made of it goes with it, else it
    would be a head there that nobody else has.

    Only the vault that handed the submission on does so: several coordinators would each send the same.

    Args:
        made_by: the device that made the revision; a coordinator's own is addressed to the submission's device already.
        kind: GRANT for a revision, WITHDRAWAL for what ends the submission.
    """
    handed_here = connection.execute(
        "SELECT 1 FROM outbox WHERE submission = ? AND kind = ?", [submission, ChangeKind.GRANT.value]
    ).fetchone()
    if handed_here is None:
        return
    own = settings.info(connection).device
    (owner,) = connection.execute("SELECT device FROM submissions WHERE id = ?", [submission]).fetchone()
    others = [*holders(connection, submission), *([owner] if made_by != own else [])]
    for device in dict.fromkeys(others):
        if device in (made_by, own) or not is_certified(connection, device):
            continue
        _send(connection, submission, revision, device, new_id=new_id, now=now, kind=kind)
        for later in _unsent(connection, submission, revision, device):
            _send(connection, submission, later, device, new_id=new_id, now=now)


def _unsent(connection: Connection, submission: str, revision: str, device: str) -> list[str]:
    """What was made of a revision, can be read here, and was neither made by a device nor ever sent to it from here."""
    rows = connection.execute(
        _UNSENT,
        {"submission": submission, "revision": revision, "device": device, "whole": Custody.WHOLE.value},
    ).fetchall()
    return [later for (later,) in rows]


def take(connection: Connection, change: Change, *, holder: str, by: str, now: str) -> bool:
    """Take in a grant; whether it brought something.

    The device addressed gets the revision whole, also where it held it without its sealed part; a coordinator notes who
    holds the submission.

    Args:
        holder: the device addressed, where it is another than this one and those in whose place this one goes on.
        by: the coordinator's device.
    """
    if holder:
        kept = connection.execute("INSERT OR IGNORE INTO grants VALUES (?, ?)", [change.submission, holder])
        if kept.rowcount == 1:
            rereading.read_again(connection)
        return int(kept.rowcount) == 1
    owner, author = (_device(change.body.get(name), by) for name in ("device", "by"))
    connection.execute(
        "INSERT OR IGNORE INTO submissions (id, form_id, device, lifecycle, name, created_at, finalised_at, head)"
        " VALUES (?, ?, ?, 'finalised', ?, ?, ?, ?)",
        [change.submission, change.form_id, owner, change.name, now, now, change.revision],
    )
    parts = [
        change.name,
        json.dumps(change.open_part, ensure_ascii=False),
        json.dumps(change.sealed_part or {}, ensure_ascii=False),
    ]
    # Not one statement with ON CONFLICT: its rule would hold in the triggers, too.
    added = connection.execute(
        "INSERT OR IGNORE INTO revisions (id, submission, parents, form_id, version, lifecycle, custody, device,"
        " recorded_at, origin, verdict, name, open_part, sealed_part)"
        " VALUES (?, ?, ?, ?, ?, 'finalised', ?, ?, ?, 'feed', 'accepted', ?, ?, ?)",
        [
            change.revision,
            change.submission,
            json.dumps(change.parents),
            change.form_id,
            change.version,
            Custody.WHOLE.value,
            author,
            now,
            *parts,
        ],
    )
    returned = connection.execute(
        "UPDATE revisions SET custody = ?, name = ?, open_part = ?, sealed_part = ?"
        " WHERE id = ? AND submission = ? AND custody <> ?",
        [Custody.WHOLE.value, *parts, change.revision, change.submission, Custody.WHOLE.value],
    )
    connection.execute(
        "UPDATE submissions SET name = ? WHERE id = ? AND head = ?",
        [change.name, change.submission, change.revision],
    )
    heads.settle_head(connection, change.submission)
    return int(added.rowcount + returned.rowcount) > 0


def _send(
    connection: Connection,
    submission: str,
    revision: str,
    device: str,
    *,
    new_id: Callable[[], str],
    now: str,
    kind: ChangeKind = ChangeKind.GRANT,
) -> None:
    queueing.put(
        connection,
        kind,
        change=new_id(),
        submission=submission,
        revision=revision,
        now=now,
        audience=device,
    )


def _device(named: object, otherwise: str) -> str:
    return named if isinstance(named, str) and named else otherwise
