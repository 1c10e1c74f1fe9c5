"""What came from the server: the project's statements, other devices' submissions, receipts and opened notices.

Owns `sync.stores.Feed` on the vault's database: pages, raw segments, statements and receipts; what each change of a
segment does is `fieldkit.vault.arriving`'s. Everything was judged by `sync.intake` before. Invariant: the checkpoint
behind a page moves with the last of it, and what is taken twice changes nothing.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from fieldkit.ports import FormKey
from fieldkit.vault import (
    archive,
    erasing,
    moments,
    outbox,
    rereading,
    server_lives,
    settings,
    squatting,
    statements,
    successions,
)
from fieldkit.vault.arriving import FEED, Arrival
from fieldkit.vault.database import Connection, Database
from fieldkit.vault.form_versions import FormState
from fieldkit.vault.library import StoredForm, store_form, store_list
from fieldkit.vault.settings import Setting
from forms import definition_json
from forms.readiness import can_run, title_of
from sync.intake import Intake, SegmentState, TakenReceipt, TakenSegment, TakenStatement
from sync.problems import SyncProblem
from sync.receipts import NO_LONGER_ACCEPTED, Receipt, Verdict, read_kept
from sync.resealing import Generation, answers_in, follows, generation_of, numbered, read_generation
from sync.statements import FormStatement, ListStatement
from sync.stores import Checkpoint, Taken
from sync.wire import ChangeKind

_CHECKPOINT = "checkpoint"
TOGETHER = 200
"""Changes, or verdicts on them, that are taken in in one transaction: some 30 ms in which nothing else is saved. One
segment has as many at most."""


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
        """Take in a page and then move the checkpoint; durable when this returns.

        In parts of few changes, so that an answer which is given meanwhile is saved between two of them. A page that
        makes this vault a coordinator's puts the checkpoint back to the beginning, where all is read as one's: until
        then, what others sent was passed over.
        """
        taken, parts = Taken(), list(intake.parts(TOGETHER))
        for part in parts:
            reached = checkpoint if part is parts[-1] else None
            more, is_another = self._database.write(self._taking(part, checkpoint, reached)).result()
            taken += more
            if is_another:
                break
        if any(_takes_away(segment) for segment in intake.segments):
            self._database.checkpoint()
        return taken

    def _taking(
        self, intake: Intake, page: Checkpoint | None, reached: Checkpoint | None
    ) -> Callable[[Connection], tuple[Taken, bool]]:
        """What takes a part of a page in: what was new, and whether this vault has another role now.

        Args:
            page: the checkpoint behind the whole page.
            reached: the same with its last part, else None.
        """
        now = self._now()

        def work(connection: Connection) -> tuple[Taken, bool]:
            role = settings.info(connection).role
            taking = _Taking(connection, now, self._new_id)
            for statement in intake.statements:
                taking.statement(statement)
            for notice in intake.devices:
                statements.store_notice(connection, notice)
                successions.take_notice(connection, notice)
            for segment in intake.segments:
                taking.segment(segment)
            taking.read_again()
            if page is not None:
                server_lives.meet(connection, page.epoch, page.watermark or 0)
            for receipt in intake.receipts:
                taking.receipt(receipt, by_hand=intake.by_hand)
            is_another = settings.info(connection).role is not role
            if is_another:
                settings.keep(connection, _CHECKPOINT, None)
            elif reached is not None:
                settings.keep(connection, _CHECKPOINT, [reached.epoch, reached.sequence])
            return replace(taking.taken, refused=taking.taken.refused + intake.refused), is_another

        return work

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
        """Segments kept raw that are to be read by now, with their sequence: their device has a certificate."""
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
        self._arrival = Arrival(connection, self._now, new_id)
        self._own = successions.line(connection, str(settings.get(connection, Setting.DEVICE, "")))
        self.taken = Taken()

    def statement(self, statement: TakenStatement) -> None:
        """Store a statement that holds, and the form or list in it; a form under another name is passed over."""
        payload = statement.payload
        if isinstance(payload, FormStatement):
            if not self._form(payload, statement.jws):
                self.taken += Taken(refused=1)
                return
        elif isinstance(payload, ListStatement):
            self._list(payload)
        statements.store_statement(self._connection, statement.jws, payload)

    def segment(self, taken: TakenSegment) -> None:
        """Keep a segment raw and take in what could be read of it."""
        header, digest = taken.segment.header, taken.segment.digest
        known = self._connection.execute(
            "SELECT state, content FROM segments WHERE digest = ?", [digest]
        ).fetchone()
        if known is not None and bytes(known[1]) != taken.segment.content:
            self._meet_generation(taken, read_generation(bytes(known[1])))
        if known is not None and not _says_more(SegmentState(known[0]), taken.state):
            return
        if known is None and header.device in self._own:
            return
        if known is None:
            self._connection.execute(
                "INSERT INTO segments (digest, device, first_n, last_n, previous, audience, sealed_at, origin, state,"
                " generation, content) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    digest,
                    header.device,
                    header.first_n,
                    header.last_n,
                    header.previous,
                    header.audience,
                    self._now,
                    FEED,
                    taken.state.value,
                    generation_of(taken.segment),
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
        self._arrival.passed_over = False
        for change in taken.changes:
            self.taken += self._arrival.take(change, taken)
        if self._arrival.passed_over:
            rereading.note_passed_over(self._connection, digest)
        self._apply_kept_receipt(digest)

    def read_again(self) -> None:
        """Let segments be read again of which something was passed over, where more is known now."""
        if self._arrival.knows_more:
            rereading.read_again(self._connection)

    def _meet_generation(self, taken: TakenSegment, held: Generation) -> None:
        """Put another generation in the place of the one held, or note that the server is to get that one again.

        The chain and the receipts stay as they are. Where a server was put back, another coordinator may have resealed
        what this vault, too, had resealed before; what the server has now counts, and is resealed once more where it
        still holds what was erased. One of a stick is no later word than that.
        """
        if taken.state is SegmentState.UNREADABLE:
            return
        try:
            answered = set(answers_in(taken.segment).values())
        except SyncProblem:
            return
        is_later = generation_of(taken.segment) > generation_of(held)
        if not is_later and follows(held, taken.segment):
            archive.note_behind(self._connection, taken.segment.digest)
        elif is_later or taken.sequence:
            self._connection.execute(
                "UPDATE segments SET generation = ?, content = ? WHERE digest = ?",
                [generation_of(taken.segment), taken.segment.content, taken.segment.digest],
            )
            for submission in answered:
                erasing.note_remains(self._connection, submission)

    def receipt(self, taken: TakenReceipt, *, by_hand: bool) -> None:
        """Give the changes of a segment their verdicts: own ones in the outbox, others in their revisions."""
        if not outbox.replace_receipt(self._connection, taken.receipt, taken.data, by_hand=by_hand):
            return
        if taken.receipt.device in self._own:
            outbox.settle(self._connection, taken.receipt, self._now)
        else:
            self._judge_others(taken.receipt)

    def _form(self, payload: FormStatement, jws: str) -> bool:
        key = FormKey(payload.form_id, payload.version)
        runs = can_run(payload.definition)
        if runs and _named(payload.definition) != key:
            return False
        known = self._connection.execute(
            "SELECT 1 FROM forms WHERE form_id = ? AND version = ? AND statement = ?",
            [payload.form_id, payload.version, jws],
        ).fetchone()
        title = title_of(payload.definition) or payload.form_id
        state = FormState.OFFERED if runs else FormState.TOO_NEW
        form = StoredForm(key, title, payload.definition, self._moment, jws, state)
        store_form(self._connection, form)
        self.taken += Taken(forms=0 if known else 1)
        return True

    def _list(self, payload: ListStatement) -> None:
        """Put a list in place, unless a later version of it is there.

        Where two coordinators gave two lists one number, what others have counts, and not what was published here.
        """
        held = self._connection.execute(
            "SELECT 1 FROM lists WHERE name = ? AND content = ?", [payload.name, payload.content]
        ).fetchone()
        latest = statements.latest_list(self._connection, payload.name)
        if payload.version > latest or (payload.version == latest and held is None):
            store_list(self._connection, payload.name, payload.content)
            self.taken += Taken(forms=1)

    def _apply_kept_receipt(self, digest: str) -> None:
        """A receipt may have come while the segment's device was not confirmed yet."""
        row = self._connection.execute("SELECT receipt FROM segments WHERE digest = ?", [digest]).fetchone()
        if row[0] is not None:
            self._judge_others(read_kept(bytes(row[0])))

    def _judge_others(self, receipt: Receipt) -> None:
        """Note the server's verdicts on another device's revisions.

        Two segments may bring one revision, by copies of one vault or by a coordinator who hands a withdrawal on; what
        was accepted of either counts. That a revision is held is true whoever sent it; that it is quarantined is said
        of what its own device sent, and not of what another one sent under the same id. Where a server that was put
        back heard of a revocation before it got again what had come in time, it has that no more, and it counts here
        no more either, unless another device vouches for it.
        """
        content = self._connection.execute(
            "SELECT content FROM segments WHERE digest = ?", [receipt.segment]
        ).fetchone()[0]
        try:
            changes = numbered(read_generation(bytes(content)))
        except SyncProblem:
            return
        verdicts = {verdict.n: verdict for verdict in receipt.verdicts}
        senders = json.dumps(successions.line(self._connection, receipt.device))
        for n, change in changes:
            verdict = verdicts.get(n)
            if verdict is not None and change.kind in (ChangeKind.REVISION, ChangeKind.WITHDRAWAL):
                is_held = verdict.verdict is not Verdict.QUARANTINED
                is_first = verdict.verdict is Verdict.ACCEPTED
                if is_held and squatting.give_way(self._connection, change, receipt, is_first=is_first):
                    self.taken += Taken(refused=1)
                self._connection.execute(
                    _JUDGED,
                    {
                        "verdict": verdict.verdict.value,
                        "sequence": receipt.sequence,
                        "revision": change.revision,
                        "submission": change.submission,
                        "is_held": is_held,
                        "is_final": verdict.reason == NO_LONGER_ACCEPTED,
                        "quarantined": Verdict.QUARANTINED.value,
                        "sender": receipt.device,
                        "senders": senders,
                    },
                )
                self._arrival.judged(change, is_held=is_held)


_JUDGED = """
UPDATE revisions SET verdict = :verdict, sequence = coalesce(sequence, :sequence),
    vouched_by = iif(:is_held AND device NOT IN (SELECT value FROM json_each(:senders)), :sender, vouched_by)
WHERE id = :revision AND submission = :submission AND (:is_held OR
    ((:is_final OR coalesce(verdict, :quarantined) = :quarantined) AND vouched_by IS NULL
        AND device IN (SELECT value FROM json_each(:senders))))
"""
"""`vouched_by`: who sent what the server holds of a revision, where it is not the device that made it."""


def _named(definition: str) -> FormKey:
    form = definition_json.load(definition)
    return FormKey(form.form_id, form.version)


def _says_more(known: SegmentState, taken: SegmentState) -> bool:
    """Whether a segment that is held can be read now, or its sealed block, which was resealed for this vault, too."""
    unread = known in (SegmentState.WAITING, SegmentState.PASSED_OVER)
    return unread or (known, taken) == (SegmentState.SEALED, SegmentState.OPENED)


def _takes_away(taken: TakenSegment) -> bool:
    """Whether something must be gone from the write-ahead log, too."""
    erases = any(change.kind is ChangeKind.ERASURE for change in taken.changes)
    return erases or generation_of(taken.segment) > 0
