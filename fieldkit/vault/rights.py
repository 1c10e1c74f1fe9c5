"""Which changes of another device count in this vault, by whose the submission is.

Owns the rights of devices over submissions as far as this vault knows them; the server judges them by itself, and what
a change does is `fieldkit.vault.arriving`'s. Invariant: a coordinator may change anybody's submission, a device only
its own and those handed to it.
"""

from __future__ import annotations

from fieldkit.vault import handing, successions
from fieldkit.vault.database import Connection
from sync.intake import TakenSegment
from sync.wire import Change, OpenChange


def may_withdraw(connection: Connection, change: Change, taken: TakenSegment) -> bool:
    """A device withdraws what is its own, and is known to be."""
    owner, is_certain = _owner(connection, change)
    return taken.by_coordinator or (is_certain and owner in _same(connection, taken))


def may_change(connection: Connection, change: Change, taken: TakenSegment) -> bool:
    """A device changes its own submissions and those handed to it; a coordinator changes anybody's.

    While nobody knows whose it is, the server's verdict alone says whether a change counts.
    """
    owner, is_certain = _owner(connection, change)
    if taken.by_coordinator or not is_certain or not change.parents or owner in _same(connection, taken):
        return True
    handed = handing.holders(connection, change.submission)
    return not set(successions.line(connection, taken.segment.header.device)).isdisjoint(handed)


def may_unseal(connection: Connection, change: Change, taken: TakenSegment) -> bool:
    """A sealed part counts from the device that made the revision, or a coordinator: another could put in anything."""
    (author,) = connection.execute("SELECT device FROM revisions WHERE id = ?", [change.revision]).fetchone()
    return taken.by_coordinator or author in _same(connection, taken)


def is_taken(connection: Connection, change: Change) -> bool:
    """Whether its revision has the id of one of another submission: chance makes none, so somebody chose it."""
    row = connection.execute("SELECT submission FROM revisions WHERE id = ?", [change.revision]).fetchone()
    return row is not None and str(row[0]) != change.submission


def settle_owner(connection: Connection, change: OpenChange) -> bool:
    """Give a submission to the device that made its first revision, though a later one came before; whether it is news.

    For a first revision that is the only one here, and for one that the server accepted: it accepts one device's.
    """
    settled = connection.execute(
        "UPDATE submissions SET device = r.device FROM revisions r"
        " WHERE submissions.id = r.submission AND r.submission = ? AND r.id = ? AND submissions.device <> r.device",
        [change.submission, change.revision],
    )
    return int(settled.rowcount) > 0


def begins_alone(connection: Connection, change: Change) -> bool:
    """Whether a first revision is the only one that its submission has here."""
    begun = connection.execute(
        "SELECT count(*) FROM revisions WHERE submission = ? AND parents = '[]'", [change.submission]
    ).fetchone()
    return not change.parents and int(begun[0]) == 1


def _owner(connection: Connection, change: Change) -> tuple[str, bool]:
    """Whose a submission is, and whether that is certain: its first revision is here."""
    row = connection.execute(
        "SELECT s.device, EXISTS (SELECT 1 FROM revisions r WHERE r.submission = s.id AND r.parents = '[]')"
        " FROM submissions s WHERE s.id = ?",
        [change.submission],
    ).fetchone()
    return ("", False) if row is None else (str(row[0]), bool(row[1]))


def _same(connection: Connection, taken: TakenSegment) -> frozenset[str]:
    """The device that sealed a segment, and all that began as copies of one vault with it.

    They send the same under different ids, and any of them may come first.
    """
    return successions.copies(connection, taken.segment.header.device)
