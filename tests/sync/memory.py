"""A device's store in memory: `sync.stores.DeviceStore` without a vault.

`tests/fieldkit/test_device_store_contract.py` runs one set of tests against it and the real vault.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from sync.identity import SigningKey
from sync.intake import Intake, Membership, SegmentState, TakenSegment
from sync.messages import DeviceNotice, Held, chain_back, head_of
from sync.planning import Candidate, Refusal
from sync.receipts import Receipt, Verdict, is_older
from sync.resealing import Generation
from sync.roles import Role
from sync.segments import Segment
from sync.statements import FormStatement, ListStatement
from sync.stores import Checkpoint, Taken, Waiting
from sync.wire import NO_DIGEST, Change, ChangeKind, new_id
from tests.sync.project import Holder, Project


@dataclass
class MemoryMembers:
    """Who a device of the test project is."""

    project: Project
    holder: Holder
    holds_project_key: bool = False
    statements: list[str] = field(default_factory=list)
    unsent: list[str] = field(default_factory=list)
    told: dict[str, DeviceNotice] = field(default_factory=dict)

    def current(self) -> Membership:
        trust = self.project.trust()
        for jws in self.statements:
            trust = trust.taking(trust.check(jws))
        holder = self.holder
        return Membership(self.project.project, holder.device, holder.role, holder.key, holder.age, trust)

    def notice(self, device: str) -> DeviceNotice | None:
        return self.told.get(device)

    def project_key(self) -> SigningKey | None:
        return self.project.key if self.holds_project_key else None

    def keep_statement(self, jws: str) -> None:
        if jws not in self.statements:
            self.statements.append(jws)
            self.unsent.append(jws)

    def learn_statement(self, jws: str) -> None:
        if jws not in self.statements:
            self.statements.append(jws)

    def unsent_statements(self) -> list[str]:
        return list(self.unsent)

    def offer_again(self, statements: Sequence[str]) -> None:
        self.unsent += [jws for jws in statements if jws not in self.unsent]

    def statements_sent(self, statements: Sequence[str]) -> None:
        self.unsent = [jws for jws in self.unsent if jws not in statements]


@dataclass
class Queued:
    """A change in the outbox."""

    change: Change
    audience: str = ""
    segment: str = ""
    verdict: Verdict | None = None
    refused: str = ""

    @property
    def waits(self) -> bool:
        return not self.segment and not self.refused


@dataclass
class Kept:
    """An own segment and its latest receipt."""

    segment: Segment
    receipt: Receipt | None = None


@dataclass
class MemoryOutbox:
    """What waits and what was sealed, in lists."""

    queue: list[Queued] = field(default_factory=list)
    chain: list[Kept] = field(default_factory=list)
    lives: list[str] = field(default_factory=list)
    """Of the server, in the order in which it was met in them."""

    def meet(self, epoch: str) -> None:
        if epoch not in self.lives:
            self.lives.append(epoch)

    def add(self, change: Change, audience: str = "") -> None:
        self.queue.append(Queued(change, audience))

    def count_waiting(self) -> int:
        return sum(
            entry.verdict is None and not entry.refused and entry.change.kind is not ChangeKind.OPENED
            for entry in self.queue
        )

    def unsettled(self, held: Held | None) -> list[str]:
        differs = (
            held is not None
            and held.n > 0
            and not any(
                (kept.segment.header.last_n, head_of(kept.segment.digest)) == (held.n, held.head)
                for kept in self.chain
            )
        )
        return [
            kept.segment.digest
            for kept in self.chain
            if kept.receipt is None or differs or (held is not None and kept.segment.header.last_n > held.n)
        ]

    def own_segment(self, digest: str) -> Segment:
        return next(kept.segment for kept in self.chain if kept.segment.digest == digest)

    def waiting(self, only: Collection[str] | None) -> Waiting | None:
        chosen = [
            entry
            for entry in self.queue
            if entry.waits
            and (only is None or entry.change.kind is ChangeKind.OPENED or entry.change.submission in only)
        ]
        if not chosen:
            return None
        audience = chosen[0].audience
        candidates = [
            Candidate(entry.change.change_id, entry.change.model_dump())
            for entry in chosen
            if entry.audience == audience
        ]
        last = self.chain[-1].segment if self.chain else None
        first_n = last.header.last_n + 1 if last else 1
        return Waiting(candidates[:200], first_n, last.digest if last else NO_DIGEST, audience)

    def refuse(self, refusals: Sequence[Refusal]) -> None:
        for refusal in refusals:
            self._entry(refusal.change_id).refused = refusal.reason

    def given_since(self, epoch: str) -> list[str]:
        since = self.lives[self.lives.index(epoch) :] if epoch in self.lives else self.lives
        return [
            kept.segment.digest
            for kept in self.chain
            if kept.receipt is not None and kept.receipt.epoch in since
        ]

    def take_back(self, digests: Collection[str]) -> None:
        for kept in self.chain:
            if kept.segment.digest in digests:
                kept.receipt = None
                for entry in self.queue:
                    if entry.segment == kept.segment.digest:
                        entry.verdict = None

    def keep_sealed(self, segment: Segment, changes: Sequence[Change]) -> None:
        self.chain.append(Kept(segment))
        for change in changes:
            self._entry(change.change_id).segment = segment.digest

    def keep_receipt(self, receipt: Receipt, data: bytes) -> None:
        self.meet(receipt.epoch)
        self.settle(receipt, by_hand=False)

    def settle(self, receipt: Receipt, *, by_hand: bool) -> None:
        for kept in self.chain:
            if kept.segment.digest == receipt.segment and (
                not by_hand or kept.receipt is None or not is_older(receipt, kept.receipt, self.lives)
            ):
                kept.receipt = receipt
                entries = [entry for entry in self.queue if entry.segment == receipt.segment]
                for entry, verdict in zip(entries, receipt.verdicts, strict=True):
                    entry.verdict = verdict.verdict

    def _entry(self, change_id: str) -> Queued:
        return next(entry for entry in self.queue if entry.change.change_id == change_id)


@dataclass
class MemoryFeed:
    """What came in, in dictionaries."""

    members: MemoryMembers
    outbox: MemoryOutbox
    at: Checkpoint = field(default_factory=lambda: Checkpoint("", 0))
    held: dict[str, TakenSegment] = field(default_factory=dict)
    revisions: dict[str, Change] = field(default_factory=dict)
    opened: set[str] = field(default_factory=set)
    forms: set[tuple[str, str]] = field(default_factory=set)
    receipts: dict[str, bytes] = field(default_factory=dict)
    """Of other devices' segments."""

    def checkpoint(self) -> Checkpoint:
        return self.at

    def take(self, intake: Intake, checkpoint: Checkpoint | None) -> Taken:
        taken = Taken(refused=intake.refused)
        for statement in intake.statements:
            if statement.jws not in self.members.statements:
                self.members.statements.append(statement.jws)
            if isinstance(statement.payload, FormStatement | ListStatement):
                key = (statement.payload.digest, str(statement.payload.version))
                taken += Taken(forms=int(key not in self.forms))
                self.forms.add(key)
        for notice in intake.devices:
            self.members.told.setdefault(notice.device, notice)
        for segment in intake.segments:
            taken += self._segment(segment)
        if checkpoint is not None:
            self.outbox.meet(checkpoint.epoch)
        for receipt in intake.receipts:
            self.outbox.settle(receipt.receipt, by_hand=intake.by_hand)
            if receipt.receipt.segment in self.held:
                self.receipts[receipt.receipt.segment] = receipt.data
        self.at = checkpoint or self.at
        return taken

    def confirmed_by_now(self) -> list[tuple[int, bytes]]:
        known = self.members.current().trust.certificates
        return [
            (0, taken.segment.content)
            for taken in self.held.values()
            if taken.state is SegmentState.WAITING and taken.segment.header.device in known
        ]

    def _segment(self, segment: TakenSegment) -> Taken:
        before = self.held.get(segment.segment.digest)
        if before is not None and before.state is not SegmentState.WAITING:
            return Taken()
        self.held[segment.segment.digest] = replace(segment)
        taken = Taken(
            held_back=segment.segment.header.count if segment.state is SegmentState.WAITING else 0,
            refused=int(segment.state is SegmentState.UNREADABLE),
        )
        for change in segment.changes:
            taken += self._change(change, segment)
        return taken

    def _change(self, change: Change, segment: TakenSegment) -> Taken:
        if change.kind is ChangeKind.OPENED:
            self.opened.add(change.revision)
            return Taken()
        if change.revision in self.revisions:
            return Taken()
        self.revisions[change.revision] = change
        opened = segment.state is SegmentState.OPENED
        if opened and change.kind is ChangeKind.REVISION and self.members.holder.role is Role.COORDINATOR:
            notice = Change(
                change_id=new_id(),
                kind=ChangeKind.OPENED,
                submission=change.submission,
                revision=change.revision,
            )
            self.outbox.add(notice, segment.segment.header.device)
        return Taken(received=1, opened=int(opened))


@dataclass
class MemoryCourier:
    """What can be carried of the other three."""

    members: MemoryMembers
    outbox: MemoryOutbox
    feed: MemoryFeed

    def carried(self) -> list[str]:
        if self.members.holder.role is not Role.COORDINATOR:
            return []
        return [digest for digest in self.feed.held if digest not in self.feed.receipts]

    def lost(self) -> list[str]:
        return []

    def addressed_to(self, device: str) -> list[str]:
        return [kept.segment.digest for kept in self.outbox.chain if kept.segment.header.audience == device]

    def content(self, digest: str) -> bytes:
        if digest in self.feed.held:
            return self.feed.held[digest].segment.content
        return self.outbox.own_segment(digest).content

    def receipts_of(self, device: str) -> list[bytes]:
        return [
            self.feed.receipts[digest]
            for digest, taken in self.feed.held.items()
            if digest in self.feed.receipts and taken.segment.header.device == device
        ]

    def statements_for(self, device: str) -> list[str]:
        return [*self.members.project.statements(), *self.members.statements]

    def statements(self) -> list[str]:
        return [*self.members.project.statements(), *self.members.statements]

    def unheld(self, held: Mapping[str, Held]) -> list[str]:
        if self.members.holder.role is not Role.COORDINATOR:
            return []
        taken: list[Generation] = [each.segment for each in self.feed.held.values()]
        before = {each.digest: each.header.previous for each in taken}
        ends = {(device, each.n, each.head) for device, each in held.items()}
        there = {
            digest
            for each in taken
            if (each.header.device, each.header.last_n, head_of(each.digest)) in ends
            for digest in chain_back(each.digest, before)
        }
        return [each.digest for each in taken if each.digest not in there]

    def note_ahead(self, resealed: Mapping[str, int]) -> None:
        """Nothing is resealed in memory."""

    def vector(self) -> dict[str, Held]:
        chain: list[Generation] = [kept.segment for kept in self.outbox.chain]
        chain += [taken.segment for taken in self.feed.held.values()]
        ends: dict[str, tuple[int, str]] = {}
        for segment in sorted(chain, key=lambda segment: segment.header.first_n):
            header = segment.header
            if (header.first_n - 1, header.previous) == ends.get(header.device, (0, NO_DIGEST)):
                ends[header.device] = (header.last_n, segment.digest)
        return {device: Held(n=n, head=head_of(digest)) for device, (n, digest) in ends.items()}


@dataclass
class MemoryStore:
    """The four together."""

    members: MemoryMembers
    outbox: MemoryOutbox
    feed: MemoryFeed
    courier: MemoryCourier

    @classmethod
    def of(cls, project: Project, holder: Holder, *, holds_project_key: bool = False) -> MemoryStore:
        """An empty store of one of the project's devices."""
        members, outbox = MemoryMembers(project, holder, holds_project_key), MemoryOutbox()
        feed = MemoryFeed(members, outbox)
        return cls(members, outbox, feed, MemoryCourier(members, outbox, feed))
