"""The exchange: push what waits, pull what is new, push what the pull caused.

Owns the order of things and nothing else: decisions are `sync.planning`'s and `sync.intake`'s, bytes are
`sync.calls`', state is the store's. Invariant: sealed bytes are in the store before the first of them leaves, and
no state changes but by a receipt that was verified; so everything here may be cut anywhere and done again.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, field

from sync import lives
from sync.calls import Calls
from sync.certifying import certify, certify_recipient, require_certified
from sync.feeds import Entry, EntryKind, Page
from sync.intake import Intake, Judge, Membership, TakenReceipt
from sync.lines import Line, Progress, Step
from sync.messages import Hello
from sync.planning import Patience, first_together
from sync.problems import Fault, SyncProblem, problem
from sync.receipts import Receipt, Verdict, open_receipt, require_for
from sync.resealing import Generation, Resealed, read_generation
from sync.roles import Role
from sync.sealing import seal_and_keep
from sync.statements import StatementKind, read_claim
from sync.stores import Checkpoint, DeviceStore, Taken


@dataclass(frozen=True, slots=True)
class PushReport:
    """What a push did, by verified verdicts."""

    sent: int = 0
    accepted: int = 0
    already_held: int = 0
    quarantined: int = 0
    """By the server, or set aside here because they can't travel."""
    notices: int = 0
    """Opened notices that left; they count as nothing else."""
    length: int = 0
    """Bytes of the segments that got their receipts."""

    @classmethod
    def of(cls, segment: Generation, receipt: Receipt) -> PushReport:
        """What the receipt of one segment says."""
        length = len(segment.content)
        if segment.header.audience:
            return cls(notices=segment.header.count, length=length)
        verdicts = [each.verdict for each in receipt.verdicts]
        return cls(
            sent=len(verdicts),
            accepted=verdicts.count(Verdict.ACCEPTED),
            already_held=verdicts.count(Verdict.ALREADY_HELD),
            quarantined=verdicts.count(Verdict.QUARANTINED),
            length=length,
        )

    def __add__(self, other: PushReport) -> PushReport:
        return PushReport(
            self.sent + other.sent,
            self.accepted + other.accepted,
            self.already_held + other.already_held,
            self.quarantined + other.quarantined,
            self.notices + other.notices,
            self.length + other.length,
        )


@dataclass(frozen=True, slots=True)
class Report:
    """What a whole sync did."""

    pushed: PushReport
    pulled: Taken
    carried: int = 0
    """Changes of other devices that were brought to the server."""
    forked: bool = False
    """This vault was copied, or put back from an older copy: the server holds another branch of its chain, too."""


IDLE_PAGES = 6
"""Pages of the feed in a row without anything new that the project or one of its devices signed, after which a pull
ends. An honest one of 500 entries or a megabyte nearly always has some; each page more is as much that a server in the
wrong hands may fill a disk with at each sync."""
_NOT_TAKEN = frozenset({Fault.NOT_ALLOWED, Fault.REQUEST_REFUSED, Fault.OTHER_PROJECT, Fault.RESEALED})
"""What the server says to a segment that it does not take from a courier."""


@dataclass(slots=True)
class Exchange:
    """One device's exchange with its server.

    Args:
        sleep: waits between tries; a test passes one that does not.
    """

    store: DeviceStore
    calls: Calls
    progress: Callable[[Progress], None] = lambda _: None
    randomness: random.Random = field(default_factory=random.Random)
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    _answered: set[str] = field(default_factory=set, init=False)
    """Digests answered in this sync: a server that holds another branch is not offered ours over and over."""
    _line: Line = field(init=False)
    _epoch: str = field(default="", init=False)
    """Of the last receipt in this sync; with `Calls.news` it tells how far the feed goes."""

    def __post_init__(self) -> None:
        self._line = Line(self.calls, self.progress, Patience(self.randomness), self.sleep)

    async def sync(self, only: Collection[str] | None = None) -> Report:
        """Greet, push, pull, push what the pull caused, and carry what others gave along.

        Raises SyncProblem; may be cut and repeated.

        Args:
            only: submissions to send now; None for everything that waits.
        """
        self._answered.clear()
        self._epoch = ""
        if not await asyncio.to_thread(knows_its_server, self.store):
            await self.greet()
            pushed, carried = await self.push(only), 0
        else:
            pushed, carried = await self._make_good()
            await self._send_statements()
            pushed += await self._push_to_known(only)
        pulled = await self.pull()
        again, brought = await self._make_good()
        await self._send_statements()
        pushed += again + await self.push(only)
        carried += brought + await self._carry(await asyncio.to_thread(self.store.courier.carried))
        return Report(pushed, pulled, carried, await self._sees_a_fork())

    async def _make_good(self) -> tuple[PushReport, int]:
        """Bring what a server that was put back had taken in: what was sent from here, and how many changes of others.

        Before it hears who was revoked since: it would quarantine what it had accepted in time.
        """
        revokes = any(map(is_revocation, await asyncio.to_thread(self.store.members.unsent_statements)))
        if revokes:
            hello = await self._line.insist(self.calls.hello)
            read = (await asyncio.to_thread(self.store.feed.checkpoint)).epoch
            if read not in ("", hello.epoch):
                await self._meet_new_life(read)
        lost = await asyncio.to_thread(self.store.courier.lost)
        if not revokes and not lost:
            return PushReport(), 0
        await self._send_statements(with_revocations=False)
        carried = await self._carry(lost)
        return await self._offer_again(), carried

    async def _sees_a_fork(self) -> bool:
        """Whether the server follows another branch, though it answered for all that this device has."""
        held = self.calls.held
        unsettled = [] if held is None else await asyncio.to_thread(self.store.outbox.unsettled, held)
        return bool(unsettled) and self._answered.issuperset(unsettled)

    async def _push_to_known(self, only: Collection[str] | None) -> PushReport:
        """Push without a greeting; where the receipt's key is another now, greet to learn whether it is certified."""
        try:
            return await self.push(only)
        except SyncProblem as refused:
            if refused.fault is not Fault.RECEIPT:
                raise
        await self.greet()
        return await self.push(only)

    async def greet(self) -> Hello:
        """Find out that this is the project's server, and certify it if that is still to be done and we may.

        Raises:
            SyncProblem: OTHER_PROJECT, SERVER_UNCERTIFIED, or what kept the server from answering.
        """
        self.progress(Progress(Step.CONNECTING, 0, 0))
        hello = await self._line.insist(self.calls.hello)
        member = await asyncio.to_thread(self.store.members.current)
        if hello.project != member.project:
            raise problem(Fault.OTHER_PROJECT)
        if hello.statement is None:
            await asyncio.to_thread(certify, self.store.members, hello, member)
        else:
            certified = require_certified(hello, member.trust.project_key)
            # Learnt before the feed tells it: the receipts of the push that follows are signed with this key.
            await asyncio.to_thread(self.store.members.learn_statement, hello.statement)
            if hello.age_recipient not in ("", certified.age_recipient):
                await asyncio.to_thread(certify_recipient, self.store.members, hello)
        await self._send_statements()
        return hello

    async def push(self, only: Collection[str] | None = None) -> PushReport:
        """Offer sealed segments again that have no receipt, then seal and send what waits."""
        report = await self._offer_again()
        total = report.sent + await asyncio.to_thread(self.store.outbox.count_waiting)
        member = await asyncio.to_thread(self.store.members.current)
        while (sealed := await asyncio.to_thread(seal_and_keep, self.store, only)) is not None:
            report += PushReport(quarantined=len(sealed.choice.refused))
            self._tell_sent(report, total)
            if sealed.segment is not None:
                report += await self._offer(sealed.segment, member)
                self._tell_sent(report, total)
        return report

    async def _offer_again(self) -> PushReport:
        """Offer sealed segments that have no receipt, or of which the server says that it holds them no more."""
        report = PushReport()
        member = await asyncio.to_thread(self.store.members.current)
        total = await asyncio.to_thread(self.store.outbox.count_waiting)
        unsettled = await asyncio.to_thread(self.store.outbox.unsettled, self.calls.held)
        offered = [digest for digest in unsettled if digest not in self._answered]
        await asyncio.to_thread(self.store.outbox.take_back, offered)
        for digest in offered:
            segment = await asyncio.to_thread(self.store.outbox.own_segment, digest)
            self._tell_sent(report, total)
            report += await self._offer(segment, member, offered_before=True)
            self._tell_sent(report, total)
        return report

    def _tell_sent(self, report: PushReport, total: int) -> None:
        self.progress(Progress(Step.SENDING, min(report.sent, total), total))

    async def _carry(self, digests: Sequence[str]) -> int:
        """Bring segments of other devices to the server that it has yet to confirm; how many changes it took.

        What the server does not take from us blocks nothing; it is kept, and offered again at the next sync.
        """
        member = await asyncio.to_thread(self.store.members.current)
        carried = 0
        for digest in digests:
            segment = read_generation(await asyncio.to_thread(self.store.courier.content, digest))
            self.progress(Progress(Step.CARRYING, carried, 0))
            try:
                data = await self._line.settle(segment)
            except SyncProblem as refused:
                if not is_not_taken(refused, segment):
                    raise
                continue
            receipt = open_receipt(data, member.trust.server_key())
            require_for(receipt, segment.header, segment.digest)
            intake = Intake(receipts=[TakenReceipt(data, receipt)])
            await asyncio.to_thread(self.store.feed.take, intake, None)
            self._line.patience.progressed()
            carried += segment.header.count
        return carried

    async def replace(self, resealed: Resealed) -> bool:
        """Bring a later generation of a segment; False where the server holds another than the one it was made from."""
        member = await asyncio.to_thread(self.store.members.current)
        try:
            data = await self._line.deliver(resealed, offered_before=False)
        except SyncProblem as refused:
            if refused.fault not in (Fault.RESEALED, Fault.NOT_ALLOWED):
                raise
            return False
        require_for(open_receipt(data, member.trust.server_key()), resealed.header, resealed.digest)
        judge = Judge(member)
        intake = judge.judge([Entry(0, EntryKind.SEGMENT, resealed.content)])
        await asyncio.to_thread(self.store.feed.take, intake, None)
        self._line.patience.progressed()
        return True

    async def pull(self) -> Taken:
        """Take in everything behind the checkpoint, page by page; a receipt may have said that there is nothing.

        Where that made this device a coordinator's, what concerns coordinators is read from the beginning.
        """
        member = await asyncio.to_thread(self.store.members.current)
        taken = await self._pull(member)
        present = await asyncio.to_thread(self.store.members.current)
        return taken if present.role is member.role else taken + await self._pull(present)

    async def _pull(self, member: Membership) -> Taken:
        judge = Judge(member, self.store.members.notice)
        at = await asyncio.to_thread(self.store.feed.checkpoint)
        taken, proven, idle = Taken(), set[str](), 0
        while (at.epoch, at.sequence) != (self._epoch, self.calls.news):
            self.progress(Progress(Step.RECEIVING, taken.received, 0))
            page = await self._page(at)
            if at.epoch not in ("", page.epoch):
                await self._meet_new_life(at.epoch)
            intake = await asyncio.to_thread(judge.judge, page.entries)
            news = intake.proven() - proven
            proven |= news
            idle = 0 if news else idle + 1
            at = Checkpoint(page.epoch, page.next, page.watermark)
            taken += await asyncio.to_thread(self.store.feed.take, intake, at)
            if not page.more or (await asyncio.to_thread(self.store.feed.checkpoint)).epoch == "":
                break  # read to its end, or to be read again as a coordinator's
            if idle >= IDLE_PAGES:
                raise problem(Fault.ENDLESS_FEED)
        return taken + await asyncio.to_thread(open_confirmed, self.store, judge)

    async def _page(self, at: Checkpoint) -> Page:
        """The page behind a checkpoint; in another life of the server, from where it says that both are the same."""
        begin = Checkpoint("", 0)
        try:
            page = await self._line.insist(lambda: self.calls.feed(at.epoch, at.sequence))
        except SyncProblem as refused:
            if refused.fault is not Fault.CHECKPOINT or at == begin:
                raise
            await self._meet_new_life(at.epoch)
            return await self._page(begin)
        reached = at.sequence if page.epoch == at.epoch else 0
        if page.next < reached or (page.more and page.next == reached):
            raise problem(Fault.REPLY_UNREADABLE)
        return page

    async def _meet_new_life(self, before: str) -> None:
        """Before the checkpoint enters it, doubt answers, and let a coordinator make good what was lost of others."""
        await asyncio.to_thread(lives.doubt_answers, self.store, before, self._answered)
        if (await asyncio.to_thread(self.store.members.current)).role is Role.COORDINATOR:
            vector = await self._line.insist(self.calls.vector)
            await asyncio.to_thread(lives.offer_what_is_lacking, self.store, vector)

    async def _offer(
        self, segment: Generation, member: Membership, *, offered_before: bool = False
    ) -> PushReport:
        """Send a segment and settle it by its receipt."""
        data = await self._line.settle(segment, offered_before)
        receipt = open_receipt(data, member.trust.server_key())
        require_for(receipt, segment.header, segment.digest)
        self._epoch = receipt.epoch
        await asyncio.to_thread(self.store.outbox.keep_receipt, receipt, data)
        self._answered.add(segment.digest)
        self._line.patience.progressed()
        return PushReport.of(segment, receipt)

    async def _send_statements(self, *, with_revocations: bool = True) -> None:
        def unsent() -> list[str]:
            waiting = self.store.members.unsent_statements()
            return [jws for jws in waiting if with_revocations or not is_revocation(jws)]

        while together := await asyncio.to_thread(unsent):
            some = first_together(together)
            await self._line.insist(lambda some=some: self.calls.put_statements(some))  # type: ignore[misc]
            await asyncio.to_thread(self.store.members.statements_sent, some)


def knows_its_server(store: DeviceStore) -> bool:
    """Whether a device met its server before: greeting it again costs a round trip and tells no more than a receipt."""
    server = store.members.current().trust.server
    if server is None or store.feed.checkpoint().epoch == "":
        return False
    # A server that was certified before it had an age key gets it certified at a greeting, by one device alone.
    return server.age_recipient != "" or store.members.project_key() is None


def open_confirmed(store: DeviceStore, judge: Judge) -> Taken:
    """Read the segments that were kept until their device was confirmed, or more was known of it."""
    raw = store.feed.confirmed_by_now()
    return store.feed.take(judge.open_again(raw), None) if raw else Taken()


def is_not_taken(refused: SyncProblem, segment: Generation) -> bool:
    """Whether the server does not take a segment from a courier; of a later generation it may hold another one."""
    return refused.fault in _NOT_TAKEN or (isinstance(segment, Resealed) and refused.fault is Fault.UPLOAD)


def is_revocation(jws: str) -> bool:
    """Whether a statement that is kept here ends a device."""
    return read_claim(jws).kind is StatementKind.REVOCATION
