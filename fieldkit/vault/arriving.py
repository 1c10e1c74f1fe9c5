"""One change of another device on its way into the tables, within one transaction.

Owns what a revision, a withdrawal, an opened notice, a review, a grant and an erasure each change in this vault; the
page that it came with is `fieldkit.vault.feed`'s, the graph `fieldkit.vault.heads`', who may `fieldkit.vault.rights`'.
Everything was judged by `sync.intake` before. Invariant: a change taken twice changes nothing, and nothing of an erased
submission is taken in.
"""

from __future__ import annotations

import json
from collections.abc import Callable

from fieldkit.ports import Custody, Lifecycle, VaultInfo
from fieldkit.vault import erasing, handing, heads, moments, queueing, reviews, rights, settings, successions
from fieldkit.vault.database import Connection
from sync.intake import SegmentState, TakenSegment
from sync.problems import SyncProblem
from sync.receipts import read_time
from sync.roles import Role
from sync.stores import Taken
from sync.wire import Change, ChangeKind, OpenChange

FEED = "feed"
"""The origin of rows that came from other devices."""


class Arrival:
    """Takes in the changes of segments.

    Args:
        now: as `moments.written`.
        new_id: ids of the notices that follow.
    """

    def __init__(self, connection: Connection, now: str, new_id: Callable[[], str]) -> None:
        self._connection = connection
        self._now = now
        self._new_id = new_id
        self._info: VaultInfo = settings.info(connection)
        self._own = successions.line(connection, self._info.device)
        self.passed_over = False
        """Whether a change was not its device's to make, as far as this vault knows."""
        self.knows_more = False
        """Whether more is known now of what devices may do: a first revision came, or a grant."""

    def take(self, change: Change, taken: TakenSegment) -> Taken:
        """Take in one change; what was new in it."""
        match change.kind:
            case ChangeKind.OPENED:
                return self._opened(change)
            case ChangeKind.ERASURE:
                return self._erasure(change, taken)
        if erasing.is_erased(self._connection, change.submission):
            erasing.note_remains(self._connection, change.submission)
            return Taken()
        match change.kind:
            case ChangeKind.REVIEW:
                return self._review(change, taken)
            case ChangeKind.GRANT:
                return self._grant(change, taken)
            case ChangeKind.WITHDRAWAL:
                if not rights.may_withdraw(self._connection, change, taken):
                    return self._pass_over()
            case _ if not rights.may_change(self._connection, change, taken):
                return self._pass_over()
        return self._in_the_graph(change, taken)

    def judged(self, change: OpenChange, *, is_held: bool) -> None:
        """The server's verdict on another device's revision was noted: whose its submission is, and what is shown."""
        if is_held and not change.parents and rights.settle_owner(self._connection, change):
            self.knows_more = True
        heads.settle_head(self._connection, change.submission)

    def _pass_over(self) -> Taken:
        self.passed_over = True
        return Taken(refused=1)

    def _opened(self, change: Change) -> Taken:
        self._connection.execute(
            "UPDATE revisions SET opened_at = coalesce(opened_at, ?) WHERE id = ?",
            [self._now, change.revision],
        )
        return Taken()

    def _erasure(self, change: Change, taken: TakenSegment) -> Taken:
        device = taken.segment.header.device
        held = self._connection.execute("SELECT 1 FROM submissions WHERE id = ?", [change.submission])
        if held.fetchone() is not None:
            self._store(change, taken)
        news = erasing.erase(self._connection, change.submission, device=device, now=self._now)
        return Taken(received=int(news))

    def _review(self, change: Change, taken: TakenSegment) -> Taken:
        part = reviews.part_of(change)
        if part is None:
            return Taken(refused=1)
        kept = reviews.keep(
            self._connection,
            change.change_id,
            change.submission,
            change.revision,
            part,
            device=taken.segment.header.device,
            now=self._now,
        )
        return Taken(received=int(kept), opened=int(kept))

    def _grant(self, change: Change, taken: TakenSegment) -> Taken:
        header = taken.segment.header
        for_us = header.audience in self._own
        if not header.audience or (for_us and taken.state is not SegmentState.OPENED):
            return Taken(refused=1)
        kept = handing.take(
            self._connection,
            change,
            holder="" if for_us else header.audience,
            by=header.device,
            now=self._recorded_at(change),
        )
        self.knows_more = self.knows_more or kept
        return Taken(received=int(kept and for_us), opened=int(kept and for_us))

    def _in_the_graph(self, change: Change, taken: TakenSegment) -> Taken:
        if rights.is_taken(self._connection, change):
            return Taken(refused=1)
        is_new = self._store(change, taken)
        if change.kind is ChangeKind.WITHDRAWAL:
            if is_new and self._info.role is Role.COORDINATOR:
                self._hand_on(change, taken.segment.header.device, ChangeKind.WITHDRAWAL)
            return Taken(received=int(is_new))
        opened = taken.state is SegmentState.OPENED
        if opened and self._info.role is Role.COORDINATOR:
            self._answer(change, taken.segment.header.device, is_new=is_new)
        return Taken(received=int(is_new), opened=int(opened and is_new))

    def _store(self, change: Change, taken: TakenSegment) -> bool:
        """Store what is a revision where the graph has it; False when it was there, and no less whole."""
        header = taken.segment.header
        recorded_at = self._recorded_at(change)
        custody = Custody.WHOLE if taken.state is SegmentState.OPENED else Custody.SEALED
        sealed = None if change.sealed_part is None else json.dumps(change.sealed_part, ensure_ascii=False)
        inserted = self._connection.execute(
            "INSERT OR IGNORE INTO revisions (id, submission, parents, form_id, version, lifecycle, custody, device,"
            " recorded_at, sequence, origin, open_part, sealed_part, name)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                change.revision,
                change.submission,
                json.dumps(change.parents),
                change.form_id,
                change.version,
                change.lifecycle.value,
                custody.value,
                header.device,
                recorded_at,
                taken.sequence or None,
                FEED,
                json.dumps(change.open_part, ensure_ascii=False),
                sealed,
                change.name,
            ],
        )
        if inserted.rowcount != 1:
            return sealed is not None and self._unseal(change, taken, sealed, recorded_at)
        self._begin(change, header.audience or header.device, recorded_at)
        if rights.begins_alone(self._connection, change):
            rights.settle_owner(self._connection, change)
            self.knows_more = True
        heads.settle_head(self._connection, change.submission)
        return True

    def _unseal(self, change: Change, taken: TakenSegment, sealed: str, recorded_at: str) -> bool:
        """Add the sealed part where it could not be opened before; False where nothing was missing."""
        if not rights.may_unseal(self._connection, change, taken):
            return False
        whole, closed = Custody.WHOLE.value, Custody.SEALED.value
        opened = self._connection.execute(
            "UPDATE revisions SET sealed_part = ?, name = ?, recorded_at = ?, custody = ?"
            " WHERE id = ? AND custody = ?",
            [sealed, change.name, recorded_at, whole, change.revision, closed],
        )
        if opened.rowcount != 1:
            return False
        self._connection.execute(
            "UPDATE submissions SET name = ?, finalised_at = ? WHERE id = ? AND head = ?",
            [change.name, recorded_at, change.submission, change.revision],
        )
        return True

    def _begin(self, change: Change, device: str, recorded_at: str) -> None:
        """Add the submission, unless it is there: any of its revisions may come first."""
        self._connection.execute(
            "INSERT OR IGNORE INTO submissions (id, form_id, device, lifecycle, name, created_at, finalised_at, head)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [
                change.submission,
                change.form_id,
                device,
                Lifecycle.FINALISED.value,
                change.name,
                recorded_at,
                recorded_at,
                change.revision,
            ],
        )

    def _answer(self, change: Change, device: str, *, is_new: bool) -> None:
        """Tell the device that its change was opened, and pass what is new on to others who hold the submission.

        A device that joined anew sends again what it had sent under another id, and is to hear of it all the same.
        """
        if not is_new and queueing.has_opened(self._connection, change.revision, device):
            return
        queueing.put(
            self._connection,
            ChangeKind.OPENED,
            change=self._new_id(),
            submission=change.submission,
            revision=change.revision,
            now=self._now,
            audience=device,
        )
        if is_new:
            self._hand_on(change, device, ChangeKind.GRANT)

    def _hand_on(self, change: Change, device: str, kind: ChangeKind) -> None:
        handing.hand_on(
            self._connection,
            change.submission,
            change.revision,
            made_by=device,
            new_id=self._new_id,
            now=self._now,
            kind=kind,
        )

    def _recorded_at(self, change: Change) -> str:
        """The device's own time of the revision; ours where it tells none, or one that is none."""
        try:
            return moments.written(read_time(change.recorded_at))
        except (SyncProblem, OverflowError):
            return self._now
