"""What this device made and the server has yet to confirm.

Owns `sync.stores.Outbox` on the vault's database: the waiting changes, the device's chain of sealed segments, and
the verdicts of receipts. What goes together is decided by `sync.planning`. Invariant: a change has an n exactly
when sealed bytes with it are stored, and its delivery is changed by nothing but those bytes and a verified receipt.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from fieldkit.ports import ChangeState, Delivery
from fieldkit.vault import candidates, heads, lost, moments, server_lives, settings
from fieldkit.vault.database import Connection, Database
from fieldkit.vault.settings import Setting
from sync.messages import Held, head_of
from sync.planning import Refusal
from sync.receipts import ChangeVerdict, Receipt, Verdict, is_older, read_kept
from sync.resealing import Generation, read_generation
from sync.segments import Segment
from sync.stores import Waiting
from sync.wire import NO_DIGEST, Change, ChangeKind

_RECENT = 20
"""Confirmed changes that the sync screen lists."""


@dataclass(frozen=True, slots=True)
class GivenReceipt:
    """A verified receipt for a segment of this device, and how many bytes the segment has."""

    receipt: Receipt
    length: int


class StoredOutbox:
    """`sync.stores.Outbox` on the vault's database, and what the sync screen lists of it."""

    def __init__(self, database: Database, *, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now

    def count_waiting(self) -> int:
        """Revisions and withdrawals without a verdict."""
        counts = self.counts()
        return counts.get(Delivery.WAITING, 0) + counts.get(Delivery.SEALED, 0)

    def counts(self) -> dict[Delivery, int]:
        """Revisions and withdrawals by their delivery; a delivery without any is missing."""
        rows = self._database.read(
            lambda connection: connection.execute(
                "SELECT delivery, count(*) FROM outbox WHERE kind <> ? GROUP BY delivery",
                [ChangeKind.OPENED.value],
            ).fetchall()
        )
        return {Delivery(delivery): count for delivery, count in rows}

    def count_chosen(self, only: Collection[str] | None) -> int:
        """Changes that `waiting` would give one after the other."""
        return self._database.read(lambda connection: candidates.count(connection, only))

    def receipts(self) -> list[GivenReceipt]:
        """The receipt in force for each own segment, the newest first."""
        rows = self._database.read(
            lambda connection: connection.execute(
                "SELECT receipt, length(content) FROM segments WHERE origin = 'device' AND receipt IS NOT NULL"
                " ORDER BY first_n DESC"
            ).fetchall()
        )
        return [GivenReceipt(read_kept(bytes(receipt)), int(length)) for receipt, length in rows]

    def changes(self) -> list[ChangeState]:
        """What has no verdict or was quarantined, then the last twenty confirmed but notices; the newest first."""

        def listed(connection: Connection, condition: str, limit: int) -> list[ChangeState]:
            rows = connection.execute(
                "SELECT o.change_id, o.kind, coalesce(f.title, r.form_id), s.name, o.delivery, o.reason, o.changed_at,"  # noqa: S608
                " o.submission, g.receipt"
                " FROM outbox o JOIN revisions r ON r.id = o.revision JOIN submissions s ON s.id = o.submission"
                " LEFT JOIN forms f ON f.form_id = r.form_id AND f.version = r.version"
                " LEFT JOIN segments g ON g.digest = o.segment"
                f" WHERE o.delivery {condition} ORDER BY o.changed_at DESC, o.position DESC LIMIT ?",
                [Delivery.CONFIRMED.value, limit],
            )
            return [_change_state(*row) for row in rows.fetchall()]

        return self._database.read(
            lambda connection: [
                *listed(connection, "<> ?", -1),
                *listed(connection, "= ? AND o.kind <> 'opened'", _RECENT),
            ]
        )

    def unsettled(self, held: Held | None) -> list[str]:
        """Digests of own segments to offer, the first n first.

        Those without a receipt; those above what the server holds, after it was put back from a backup; all of them
        when it holds another segment where this device's own should be.
        """
        rows = self._database.read(
            lambda connection: connection.execute(
                "SELECT digest, last_n, receipt IS NULL FROM segments WHERE origin = 'device' AND device = ?"
                " ORDER BY first_n",
                [_device(connection)],
            ).fetchall()
        )
        if held is None:
            return [digest for digest, _, unanswered in rows if unanswered]
        ours = any(last_n == held.n and head_of(digest) == held.head for digest, last_n, _ in rows)
        differs = held.n > 0 and not ours
        return [digest for digest, last_n, unanswered in rows if unanswered or last_n > held.n or differs]

    def own_segment(self, digest: str) -> Generation:
        """A segment that this device sealed."""
        row = self._database.read(
            lambda connection: connection.execute(
                "SELECT content FROM segments WHERE digest = ?", [digest]
            ).fetchone()
        )
        return read_generation(bytes(row[0]))

    def waiting(self, only: Collection[str] | None) -> Waiting | None:
        """The changes that come next, all for one audience; None when nothing waits."""

        def work(connection: Connection) -> Waiting | None:
            audience, following = candidates.following(connection, only)
            if not following:
                return None
            last_n, previous = _chain_end(connection)
            return Waiting(following, last_n + 1, previous, audience)

        return self._database.read(work)

    def refuse(self, refusals: Sequence[Refusal]) -> None:
        """Quarantine changes that can't travel, with their reason; durable when this returns."""
        now = moments.written(self._now())

        def work(connection: Connection) -> None:
            for refusal in refusals:
                connection.execute(
                    "UPDATE outbox SET delivery = ?, reason = ?, changed_at = ? WHERE change_id = ?",
                    [Delivery.QUARANTINED.value, refusal.reason, now, refusal.change_id],
                )

        self._database.write(work).result()

    def take_back(self, digests: Collection[str]) -> None:
        """Forget the verdicts on own segments that the server no longer holds; durable when this returns.

        Segments that have no receipt are as they were.
        """
        if not digests:
            return
        now = moments.written(self._now())

        def work(connection: Connection) -> None:
            for digest in digests:
                _take_back(connection, digest, now)

        self._database.write(work).result()

    def given_since(self, epoch: str) -> list[str]:
        """Digests of own segments whose receipts were given in a life of the server, or in those met after it."""
        return self._database.read(lambda connection: server_lives.given_since(connection, epoch))

    def keep_sealed(self, segment: Segment, changes: Sequence[Change]) -> None:
        """Keep the sealed bytes and give the changes their n; durable when this returns."""
        now = moments.written(self._now())
        header = segment.header

        def work(connection: Connection) -> None:
            connection.execute(
                "INSERT INTO segments (digest, device, first_n, last_n, previous, audience, sealed_at, origin, state,"
                " content) VALUES (?, ?, ?, ?, ?, ?, ?, 'device', ?, ?)",
                [
                    segment.digest,
                    header.device,
                    header.first_n,
                    header.last_n,
                    header.previous,
                    header.audience,
                    now,
                    Delivery.SEALED.value,
                    segment.content,
                ],
            )
            for n, change in enumerate(changes, header.first_n):
                connection.execute(
                    "UPDATE outbox SET delivery = ?, n = ?, segment = ?, changed_at = ? WHERE change_id = ?",
                    [Delivery.SEALED.value, n, segment.digest, now, change.change_id],
                )

        self._database.write(work).result()

    def keep_receipt(self, receipt: Receipt, data: bytes) -> None:
        """Give the changes of an own segment their verdicts, by what the server answers; durable when this returns."""
        now = moments.written(self._now())

        def work(connection: Connection) -> None:
            server_lives.note(connection, receipt.epoch)
            if replace_receipt(connection, receipt, data, by_hand=False):
                settle(connection, receipt, now)

        self._database.write(work).result()


def _change_state(
    change: str,
    kind: str,
    title: str,
    name: str,
    delivery: str,
    reason: str,
    changed_at: str,
    submission: str,
    receipt: bytes | None,
) -> ChangeState:
    return ChangeState(
        change,
        kind,
        title,
        name,
        Delivery(delivery),
        reason,
        moments.read(changed_at),
        submission,
        None if receipt is None else read_kept(bytes(receipt)).received_at,
    )


def settle(connection: Connection, receipt: Receipt, now: str) -> None:
    """Give the changes of an own segment their verdicts, within the caller's transaction."""
    for verdict in receipt.verdicts:
        quarantined = verdict.verdict is Verdict.QUARANTINED
        delivery = Delivery.QUARANTINED if quarantined else Delivery.CONFIRMED
        connection.execute(
            "UPDATE outbox SET delivery = ?, verdict = ?, reason = ?, changed_at = ? WHERE segment = ? AND n = ?",
            [delivery.value, verdict.verdict.value, verdict.reason, now, receipt.segment, verdict.n],
        )
        connection.execute(
            "UPDATE revisions SET verdict = ?, sequence = coalesce(sequence, ?) WHERE id ="
            " (SELECT revision FROM outbox WHERE segment = ? AND n = ? AND kind = ?)",
            [
                verdict.verdict.value,
                receipt.sequence,
                receipt.segment,
                verdict.n,
                ChangeKind.REVISION.value,
            ],
        )
        if not quarantined:
            _vouch(connection, receipt, verdict)


def _vouch(connection: Connection, receipt: Receipt, verdict: ChangeVerdict) -> None:
    """Note that the server holds a withdrawal of another device that was handed on from here, come what may."""
    vouched = connection.execute(
        "UPDATE revisions SET verdict = ?, vouched_by = ? WHERE device <> ? AND id ="
        " (SELECT revision FROM outbox WHERE segment = ? AND n = ? AND kind = ?) RETURNING submission",
        [
            verdict.verdict.value,
            receipt.device,
            receipt.device,
            receipt.segment,
            verdict.n,
            ChangeKind.WITHDRAWAL.value,
        ],
    ).fetchall()
    for (submission,) in vouched:
        heads.settle_head(connection, submission)


def _take_back(connection: Connection, digest: str, now: str) -> None:
    lost.note(connection, digest)
    forgotten = connection.execute(
        "UPDATE segments SET receipt = NULL WHERE digest = ? AND receipt IS NOT NULL", [digest]
    )
    if forgotten.rowcount == 1:
        connection.execute(
            "UPDATE revisions SET verdict = NULL WHERE id IN"
            " (SELECT revision FROM outbox WHERE segment = ? AND kind = ?)",
            [digest, ChangeKind.REVISION.value],
        )
        connection.execute(
            "UPDATE outbox SET delivery = ?, verdict = NULL, reason = '', changed_at = ? WHERE segment = ?",
            [Delivery.SEALED.value, now, digest],
        )


def replace_receipt(connection: Connection, receipt: Receipt, data: bytes, *, by_hand: bool) -> bool:
    """Put a verified receipt beside its segment; False when that is unknown, or has a later one.

    Args:
        by_hand: it came on a stick, where an older one may come late. What the server gives now is in force: put back
            from a backup, it may have given a later one since, and have that no more.
    """
    row = connection.execute("SELECT receipt FROM segments WHERE digest = ?", [receipt.segment]).fetchone()
    if row is None:
        return False
    held = read_kept(bytes(row[0])) if by_hand and row[0] is not None else None
    if held is not None and is_older(receipt, held, server_lives.met(connection)):
        return False
    connection.execute("UPDATE segments SET receipt = ? WHERE digest = ?", [data, receipt.segment])
    return True


def _chain_end(connection: Connection) -> tuple[int, str]:
    """The last n of this device's chain and the digest of its last segment."""
    row = connection.execute(
        "SELECT last_n, digest FROM segments WHERE origin = 'device' AND device = ? ORDER BY last_n DESC LIMIT 1",
        [_device(connection)],
    ).fetchone()
    return (0, NO_DIGEST) if row is None else (int(row[0]), str(row[1]))


def _device(connection: Connection) -> str:
    return str(settings.get(connection, Setting.DEVICE, ""))
