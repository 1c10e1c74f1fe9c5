"""Keeping what was judged: revisions, the verdict on every change, and what follows from grants and erasures.

Owns what counts as held already; leaves what speaks against a change to `server.judging`. Invariant: the store's
constraints decide what is a duplicate, never a look before the insert; and what an erasure names is gone from the
tables when its receipt is given.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from server.judging import Judged, Reason
from server.queries import changes, erasures, grants, projections, revisions, segments, vouching
from server.queries.changes import JudgedRow
from server.queries.devices import Device
from server.queries.erasures import Erasure
from sync.problems import SyncProblem
from sync.receipts import ChangeVerdict, Verdict
from sync.resealing import Generation, erased_in, numbered, read_generation
from sync.wire import IN_THE_GRAPH, ChangeKind

_SAID_AGAIN = frozenset({Reason.OTHERS, Reason.REVOKED})


def keep_judged(
    connection: Connection,
    device: Device,
    segment: Generation,
    sequence: int,
    judged: Sequence[Judged],
) -> tuple[ChangeVerdict, ...]:
    """Keep what nothing speaks against, note every verdict, and give them in the order of n."""
    rows = keep_revisions(connection, device.id, sequence, judged)
    rows += [
        JudgedRow(n, segment.digest, "", Verdict.QUARANTINED, Reason.ERASED, "", "")
        for n in erased_in(segment)
    ]
    rows.sort(key=lambda row: row.n)
    new = changes.add(connection, device.id, segment.digest, rows)
    return tuple(
        ChangeVerdict(row.n, Verdict.ALREADY_HELD)
        if row.verdict is Verdict.ACCEPTED and row.n not in new
        else ChangeVerdict(row.n, row.verdict, row.reason)
        for row in rows
    )


def follow(
    connection: Connection, device: str, audience: str, judged: Sequence[Judged], *, received_at: int
) -> bool:
    """Do what follows from grants and erasures that nothing speaks against; whether the audience may do more now."""
    allowed = [each.change for each in judged if not each.reason]
    erased = [change for change in allowed if change.kind is ChangeKind.ERASURE]
    erasures.repeat(
        connection,
        [Erasure(change.submission, change.change_id, device, received_at) for change in erased],
    )
    handed = [change.submission for change in allowed if change.kind is ChangeKind.GRANT]
    return grants.add(connection, [(submission, audience) for submission in handed])


def keep_revisions(
    connection: Connection, device: str, sequence: int, judged: Sequence[Judged]
) -> list[JudgedRow]:
    """Keep the revisions that nothing speaks against; what is then to be noted of every change."""
    first: dict[tuple[str, str], Judged] = {}
    for each in judged:
        if not each.reason and each.change.kind in IN_THE_GRAPH:
            first.setdefault((each.change.submission, each.change.revision), each)
    kept = revisions.add(
        connection, device, sequence, [(each.change, each.hash, each.open_part) for each in first.values()]
    )
    rows, again = [], set()
    for each in judged:
        key = (each.change.submission, each.change.revision)
        if each.reason in _SAID_AGAIN and revisions.is_held(connection, *key, each.hash):
            # Its device goes on under another id, or was revoked since: nothing is changed by saying it again.
            rows.append(_noted(each, Verdict.ALREADY_HELD))
            again.add(key)
        elif each.reason or each.change.kind not in IN_THE_GRAPH or (key in kept and first[key] is each):
            rows.append(_noted(each, Verdict.QUARANTINED if each.reason else Verdict.ACCEPTED, each.reason))
        elif each.hash == revisions.hash_of(connection, *key):
            rows.append(_noted(each, Verdict.ALREADY_HELD))
            again.add(key)
        else:
            rows.append(_noted(each, Verdict.QUARANTINED, Reason.TAKEN))
    projections.mark_stale(connection, vouching.attribute(connection, device, again))
    return rows


def begin_to_count(connection: Connection, device: str) -> None:
    """Let count what a device sent before the project certified it; until then its revisions are kept, and no more.

    Whether that was before or after it was revoked makes no difference: the server may hear of both in any order.
    """
    for segment in segments.of_device(connection, device):
        standing = changes.standing(connection, segment.digest)
        try:
            opened = numbered(read_generation(segment.content))
        except SyncProblem:
            continue
        made = [change for n, change in opened if n in standing and change.kind in IN_THE_GRAPH]
        vouching.attribute(connection, device, {(change.submission, change.revision) for change in made})
        projections.mark_stale(connection, {change.submission for change in made})


def keep_unreadable(connection: Connection, device: Device, segment: Generation) -> tuple[ChangeVerdict, ...]:
    """Note a rightly signed segment whose content can't be read as quarantined from its first n to its last."""
    numbers = range(segment.header.first_n, segment.header.last_n + 1)
    verdict, reason = Verdict.QUARANTINED, Reason.UNREADABLE
    rows = [JudgedRow(n, segment.digest, "", verdict, reason, "", "") for n in numbers]
    changes.add(connection, device.id, segment.digest, rows)
    return tuple(ChangeVerdict(n, verdict, reason) for n in numbers)


def _noted(judged: Judged, verdict: Verdict, reason: str = "") -> JudgedRow:
    change = judged.change
    return JudgedRow(judged.n, judged.hash, change.change_id, verdict, reason, change.form_id, change.version)
