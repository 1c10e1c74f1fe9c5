"""What came from the server: the project's statements, other devices' submissions, receipts and opened notices.

Owns `sync.stores.Feed` on the vault's database. Everything was judged by `sync.intake` before; here it only finds
its row. Invariant: a page and the checkpoint behind it are one transaction, and a page taken twice changes nothing.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from fieldkit.ports import Custody, Delivery, FormKey, Lifecycle
from fieldkit.vault import heads, members, moments, outbox, settings
from fieldkit.vault.database import Connection, Database
from fieldkit.vault.library import StoredForm, store_form, store_list
from fieldkit.vault.settings import Setting
from forms import definition_json
from forms.problems import FormProblem
from sync import segments
from sync.intake import Intake, SegmentState, TakenReceipt, TakenSegment, TakenStatement
from sync.problems import SyncProblem
from sync.receipts import Receipt, read_kept, read_time
from sync.roles import Role
from sync.statements import FormStatement, ListStatement, StatementKind
from sync.stores import Checkpoint, Taken
from sync.wire import Change, ChangeKind

_CHECKPOINT = "checkpoint"
_FEED = "feed"


class StoredFeed:
    """`sync.stores.Feed` on the vault's database."""

    def __init__(self, database: Database, *, now: Callable[[], datetime], new_id: Callable[[], str]) -> None:
        self._database = database
        self._now = now
        self._new_id = new_id

    def checkpoint(self) -> Checkpoint:
        """How far the feed was read; the beginning before the first time."""
        kept = self._database.read(lambda connection: settings.get(connection, _CHECKPOINT))
        if not isinstance(kept, list):
            return Checkpoint("", 0)
        epoch, sequence = kept
        return Checkpoint(str(epoch), int(sequence))

    def take(self, intake: Intake, checkpoint: Checkpoint | None) -> Taken:
        """Take in a page and move the checkpoint, together; durable when this returns."""
        now = self._now()

        def work(connection: Connection) -> Taken:
            taking = _Taking(connection, now, self._new_id)
            for statement in intake.statements:
                taking.statement(statement)
            for notice in intake.devices:
                members.store_notice(connection, notice)
            for segment in intake.segments:
                taking.segment(segment)
            for receipt in intake.receipts:
                taking.receipt(receipt)
            if checkpoint is not None:
                settings.keep(connection, _CHECKPOINT, [checkpoint.epoch, checkpoint.sequence])
            return replace(taking.taken, refused=taking.taken.refused + intake.refused)

        return self._database.write(work).result()

    def count_held_back(self) -> int:
        """Changes of devices that no coordinator has confirmed."""
        row = self._database.read(
            lambda connection: connection.execute(
                "SELECT coalesce(sum(last_n - first_n + 1), 0) FROM segments WHERE state = ?",
                [SegmentState.WAITING.value],
            ).fetchone()
        )
        return int(row[0])

    def confirmed_by_now(self) -> list[tuple[int, bytes]]:
        """Segments kept raw whose device has a certificate by now, with their sequence."""
        rows = self._database.read(
            lambda connection: connection.execute(
                "SELECT s.content FROM segments s JOIN devices d ON d.id = s.device"
                " WHERE s.state = ? AND d.certificate IS NOT NULL ORDER BY s.device, s.first_n",
                [SegmentState.WAITING.value],
            ).fetchall()
        )
        return [(0, bytes(row[0])) for row in rows]


class _Taking:
    """One page on its way into the tables, within one transaction."""

    def __init__(self, connection: Connection, now: datetime, new_id: Callable[[], str]) -> None:
        self._connection = connection
        self._moment = now
        self._now = moments.written(now)
        self._new_id = new_id
        self._coordinator = settings.info(connection).role is Role.COORDINATOR
        self._device = str(settings.get(connection, Setting.DEVICE, ""))
        self.taken = Taken()

    def statement(self, statement: TakenStatement) -> None:
        """Store a statement that holds, and the form or list in it; a form that can't be read is passed over."""
        payload = statement.payload
        if isinstance(payload, FormStatement):
            if not self._form(payload, statement.jws):
                self.taken += Taken(refused=1)
                return
        elif isinstance(payload, ListStatement):
            self._list(payload)
        members.store_statement(self._connection, statement.jws, payload)

    def segment(self, taken: TakenSegment) -> None:
        """Keep a segment raw and take in what could be read of it."""
        header, digest = taken.segment.header, taken.segment.digest
        known = self._connection.execute("SELECT state FROM segments WHERE digest = ?", [digest]).fetchone()
        if known is not None and known[0] != SegmentState.WAITING:
            return
        if known is None:
            self._connection.execute(
                "INSERT INTO segments (digest, device, first_n, last_n, previous, audience, sealed_at, origin, state,"
                " content) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    digest,
                    header.device,
                    header.first_n,
                    header.last_n,
                    header.previous,
                    header.audience,
                    self._now,
                    _FEED,
                    taken.state.value,
                    taken.segment.content,
                ],
            )
        else:
            self._connection.execute(
                "UPDATE segments SET state = ? WHERE digest = ?", [taken.state.value, digest]
            )
        if taken.state is SegmentState.WAITING:
            self.taken += Taken(held_back=header.count)
        elif taken.state is SegmentState.UNREADABLE:
            self.taken += Taken(refused=1)
        for change in taken.changes:
            self._change(change, taken)
        self._apply_kept_receipt(digest)

    def receipt(self, taken: TakenReceipt) -> None:
        """Give the changes of a segment their verdicts: own ones in the outbox, others in their revisions."""
        if taken.receipt.device == self._device:
            outbox.settle(self._connection, taken.receipt, taken.data, self._now)
        elif outbox.replace_receipt(self._connection, taken.receipt, taken.data):
            self._judge_others(taken.receipt)

    def _form(self, payload: FormStatement, jws: str) -> bool:
        try:
            definition = definition_json.load(payload.definition)
        except FormProblem:
            return False
        if (definition.form_id, definition.version) != (payload.form_id, payload.version):
            return False
        known = self._connection.execute(
            "SELECT 1 FROM forms WHERE form_id = ? AND version = ? AND statement = ?",
            [payload.form_id, payload.version, jws],
        ).fetchone()
        key = FormKey(payload.form_id, payload.version)
        form = StoredForm(key, definition.title, payload.definition, self._moment, jws)
        store_form(self._connection, form)
        self.taken += Taken(forms=0 if known else 1)
        return True

    def _list(self, payload: ListStatement) -> None:
        """Put a list in place, unless a later version of it is there."""
        (latest,) = self._connection.execute(
            "SELECT coalesce(max(version), 0) FROM statements WHERE kind = ? AND name = ?",
            [StatementKind.LIST.value, payload.name],
        ).fetchone()
        if payload.version > latest:
            store_list(self._connection, payload.name, payload.content)
            self.taken += Taken(forms=1)

    def _change(self, change: Change, taken: TakenSegment) -> None:
        if change.kind is ChangeKind.OPENED:
            self._connection.execute(
                "UPDATE revisions SET opened_at = coalesce(opened_at, ?) WHERE id = ?",
                [self._now, change.revision],
            )
            return
        if not self._may_change(change.submission, taken):
            self.taken += Taken(refused=1)
        elif not self._revision(change, taken):
            return
        elif change.kind is ChangeKind.WITHDRAWAL:
            self.taken += Taken(received=1)
        else:
            opened = taken.state is SegmentState.OPENED
            self.taken += Taken(received=1, opened=int(opened))
            if opened and self._coordinator:
                self._queue_notice(change, taken.segment.header.device)

    def _may_change(self, submission: str, taken: TakenSegment) -> bool:
        """A device changes its own submissions; a coordinator changes anybody's."""
        row = self._connection.execute("SELECT device FROM submissions WHERE id = ?", [submission]).fetchone()
        return row is None or row[0] == taken.segment.header.device or taken.by_coordinator

    def _revision(self, change: Change, taken: TakenSegment) -> bool:
        """Store a revision, a withdrawal among them, where the graph has it; False when it was there."""
        device = taken.segment.header.device
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
                device,
                recorded_at,
                taken.sequence or None,
                _FEED,
                json.dumps(change.open_part, ensure_ascii=False),
                sealed,
                change.name,
            ],
        )
        if inserted.rowcount != 1:
            return False
        self._begin(change, device, recorded_at)
        heads.settle_head(self._connection, change.submission)
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

    def _queue_notice(self, change: Change, device: str) -> None:
        """Tell the device that its change was opened; the notice leaves with the next push."""
        self._connection.execute(
            "INSERT INTO outbox (change_id, kind, submission, revision, body, delivery, changed_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            [
                self._new_id(),
                ChangeKind.OPENED.value,
                change.submission,
                change.revision,
                json.dumps({"device": device}),
                Delivery.WAITING.value,
                self._now,
            ],
        )

    def _apply_kept_receipt(self, digest: str) -> None:
        """A receipt may have come while the segment's device was not confirmed yet."""
        row = self._connection.execute("SELECT receipt FROM segments WHERE digest = ?", [digest]).fetchone()
        if row[0] is not None:
            self._judge_others(read_kept(bytes(row[0])))

    def _judge_others(self, receipt: Receipt) -> None:
        """Note the server's verdicts on another device's revisions."""
        content = self._connection.execute(
            "SELECT content FROM segments WHERE digest = ?", [receipt.segment]
        ).fetchone()[0]
        try:
            changes = segments.open_block(segments.read(bytes(content)))
        except SyncProblem:
            return
        for change, verdict in zip(changes, receipt.verdicts, strict=False):
            if change.kind is ChangeKind.REVISION:
                self._connection.execute(
                    "UPDATE revisions SET verdict = ?, sequence = coalesce(sequence, ?) WHERE id = ?",
                    [verdict.verdict.value, receipt.sequence, change.revision],
                )

    def _recorded_at(self, change: Change) -> str:
        """The device's own time of the revision; ours where it tells none, or one that is none."""
        try:
            return moments.written(read_time(change.recorded_at))
        except (SyncProblem, OverflowError):
            return self._now
