"""Syncing a vault with its project's server, as screens and commands ask for it.

Owns `fieldkit.ports.Exchange`: the order is `sync.exchange`'s, the state the vault's. Invariant: what status and
report say was confirmed by the server in a verified receipt, and every problem says what became of the data.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection, Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from threading import Lock
from typing import TYPE_CHECKING

from fieldkit.exchanging import membership
from fieldkit.exchanging.resealing import Resealing, reseal_all, reseal_erased
from fieldkit.exchanging.rounds import exchanged
from fieldkit.ports import (
    ChangeState,
    Delivery,
    Estimate,
    Stage,
    SyncProgress,
    SyncReport,
    SyncStatus,
    WaitingDevice,
)
from fieldkit.vault import moments
from fieldkit.vault.archive import StoredArchive
from fieldkit.vault.courier import StoredCourier
from fieldkit.vault.feed import StoredFeed
from fieldkit.vault.heads import has_heads_apart
from fieldkit.vault.members import Server, StoredMembers
from fieldkit.vault.outbox import GivenReceipt, StoredOutbox
from fieldkit.vault.vault import Vault
from sync.calls import Calls
from sync.exchange import Exchange, Report
from sync.lines import Progress, Step
from sync.messages import DeviceState
from sync.problems import Fault, SyncProblem, problem
from sync.sealing import seal_next
from sync.wire import new_id

if TYPE_CHECKING:
    from fieldkit.exchanging.membership import MakeTransport

_LAST_SYNC = "last_sync"
_LAST_FAILED = "last_sync_failed"
_PACE = "last_pace"
_TELLING = 1000
"""Bytes; fewer tell of round trips and nothing of the line's pace."""


@dataclass(frozen=True, slots=True)
class VaultStore:
    """`sync.stores.DeviceStore` of a vault."""

    members: StoredMembers
    outbox: StoredOutbox
    feed: StoredFeed
    courier: StoredCourier

    @classmethod
    def of(
        cls, vault: Vault, *, now: Callable[[], datetime], new_id: Callable[[], str] = new_id
    ) -> VaultStore:
        """The four parts on one vault's database."""
        database = vault.database
        return cls(
            StoredMembers(database),
            StoredOutbox(database, now=now),
            StoredFeed(database, now=now, new_id=new_id),
            StoredCourier(database),
        )


class VaultExchange:
    """`fieldkit.ports.Exchange` of a vault.

    Args:
        transport: how to reach the server; None: over HTTP.
        sleep: waits between tries.
        monotonic: seconds, by which the line's pace is told.
    """

    def __init__(
        self,
        vault: Vault,
        *,
        now: Callable[[], datetime],
        transport: MakeTransport | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._vault = vault
        self._now = now
        self._transport = transport
        self._sleep = sleep
        self._monotonic = monotonic
        self.store = VaultStore.of(vault, now=now)
        """What the exchange is made on; `fieldkit.exchanging.bundling` takes it when it has its turn."""
        self._archive = StoredArchive(vault.database)
        self._turn = Lock()

    def status(self) -> SyncStatus:
        """What waits, and what the server last confirmed; from the vault, without network."""
        counts = self.store.outbox.counts()
        waiting = counts.get(Delivery.WAITING, 0) + counts.get(Delivery.SEALED, 0)
        last = self._vault.settings.get(_LAST_SYNC)
        return SyncStatus(
            stage=self._stage(waiting),
            waiting=waiting,
            quarantined=counts.get(Delivery.QUARANTINED, 0),
            confirmed=counts.get(Delivery.CONFIRMED, 0),
            last_sync=moments.read(last) if isinstance(last, str) else None,
            unconfirmed_devices=len(self.devices()),
        )

    def changes(self) -> list[ChangeState]:
        """What has no verdict or was quarantined, then the last twenty confirmed but notices; the newest first."""
        return self.store.outbox.changes()

    def devices(self) -> list[WaitingDevice]:
        """Coordinator: devices that wait to be confirmed; empty for everyone else."""
        return [
            WaitingDevice(known.device, known.role, known.words)
            for known in self.store.members.devices()
            if known.state is DeviceState.PENDING
        ]

    def confirm(self, device: str) -> None:
        """Certify a device; the certificate leaves with the next sync. Twice is no fault. Raises SyncProblem."""
        membership.confirm(self._vault, device, now=self._now)

    def estimate(self, only: Collection[str] | None = None) -> Estimate:
        """What a sync would send, without network and without sealing for good. Raises SyncProblem.

        Args:
            only: submissions; None for all that wait. Opened notices always go.
        """
        try:
            return self._reckon(only)
        except SyncProblem as failed:
            raise failed.keeping(self.store.outbox.count_waiting()) from None

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Around what seals or takes in: two at once would give one number twice. Raises SyncProblem EXCHANGE_RUNS."""
        if not self._turn.acquire(blocking=False):
            raise problem(Fault.EXCHANGE_RUNS)
        try:
            yield
        finally:
            self._turn.release()

    def receipts(self) -> list[GivenReceipt]:
        """The receipts that this device holds, the newest first."""
        return self.store.outbox.receipts()

    async def sync(
        self, progress: Callable[[SyncProgress], None], *, only: Collection[str] | None = None
    ) -> SyncReport:
        """Push, pull, push what the pull caused. Cancellable between requests; raises SyncProblem; loses nothing.

        Args:
            only: submissions to send now; None for all that wait.
        """
        settings = self._vault.settings
        paced = _Paced(progress, self._monotonic)
        try:
            with self.alone():
                async with AsyncExitStack() as opened:
                    exchange, report = await self._exchanged(opened, paced.tell, only)
                    if await asyncio.to_thread(self.merge):
                        report = replace(report, pushed=report.pushed + await exchange.push(only))
                    await reseal_erased(self._archive, exchange, self.store.members.current())
        except SyncProblem as failed:
            if failed.fault is not Fault.EXCHANGE_RUNS:
                settings.keep(_LAST_FAILED, True)
            raise failed.keeping(self.store.outbox.count_waiting()) from None
        settings.keep(_LAST_FAILED, None)
        if report.pushed.length >= _TELLING:
            settings.keep(_PACE, report.pushed.length / max(paced.sending_seconds(), 0.001))
        settings.keep(_LAST_SYNC, moments.written(self._now()))
        return self._report(report)

    async def reseal(self) -> Resealing:
        """Coordinator: reseal what holds anything erased, or is sealed to an older list of recipients.

        Raises SyncProblem; what was resealed until then stays so.
        """
        with self.alone():
            async with AsyncExitStack() as opened:
                calls = await self._calls(opened)
                exchange = Exchange(self.store, calls, sleep=self._sleep)
                await exchange.sync()
                return await reseal_all(self._archive, exchange, self.store.members.current())

    def merge(self) -> int:
        """Merge what came in beside changes of this device, where that needs nobody; how many submissions."""
        # The form engine is loaded when it is needed: most syncs bring nothing to merge.
        if not self._vault.database.read(has_heads_apart):
            return 0
        from fieldkit.conflicts.reconciling import VaultConflicts

        return VaultConflicts(self._vault, now=self._now).merge()

    async def probe(self) -> str:
        """Greet the server and send nothing: one sentence on it. Raises SyncProblem."""
        async with AsyncExitStack() as opened:
            calls = await self._calls(opened)
            await Exchange(self.store, calls).greet()
        return "The server answers, and it is the project's."

    async def answers(self) -> bool:
        """Whether the project's server answers now: one small question, asked once; nothing is sent or changed.

        That nobody answers is remembered until the next sync, as `Stage.OFFLINE`.
        """
        try:
            member = await asyncio.to_thread(self.store.members.current)
            async with AsyncExitStack() as opened:
                calls = await self._calls(opened)
                answered = (await calls.hello()).project == member.project
        except SyncProblem:
            answered = False
        if not answered:
            await asyncio.to_thread(self._vault.settings.keep, _LAST_FAILED, True)
        return answered

    def _reckon(self, only: Collection[str] | None) -> Estimate:
        outbox = self.store.outbox
        begun = [outbox.own_segment(digest) for digest in outbox.unsettled(None)]
        changes, length = outbox.count_chosen(only), sum(len(segment.content) for segment in begun)
        tried = seal_next(self.store, only)
        if tried is not None and tried.segment is not None:
            length += round(len(tried.segment.content) * changes / tried.segment.header.count)
        pace = self._vault.settings.get(_PACE)
        seconds = length / pace if isinstance(pace, int | float) and pace > 0 else None
        return Estimate(changes + sum(segment.header.count for segment in begun), length, seconds)

    async def _exchanged(
        self,
        opened: AsyncExitStack,
        tell: Callable[[Progress], None],
        only: Collection[str] | None,
    ) -> tuple[Exchange, Report]:
        """One exchange, and a second one where this vault's standing changed meanwhile."""

        async def reach(server: Server) -> Calls:
            return Calls(await membership.open_transport(opened, server, self._transport))

        def make(calls: Calls) -> Exchange:
            return Exchange(self.store, calls, tell, sleep=self._sleep)

        return await exchanged(self._vault, reach, make, only)

    async def _calls(self, opened: AsyncExitStack) -> Calls:
        return Calls(await membership.open_transport(opened, self.store.members.server(), self._transport))

    def _stage(self, waiting: int) -> Stage:
        if not self.store.members.has_server():
            return Stage.NO_SERVER
        if self._turn.locked():
            return Stage.SENDING
        if self._vault.settings.get(_LAST_FAILED):
            return Stage.OFFLINE
        return Stage.WAITING if waiting else Stage.CONFIRMED

    def _report(self, report: Report) -> SyncReport:
        pushed, pulled = report.pushed, report.pulled
        return SyncReport(
            sent=pushed.sent,
            accepted=pushed.accepted,
            already_held=pushed.already_held,
            quarantined=pushed.quarantined,
            received=pulled.received,
            opened=pulled.opened,
            held_back=self.store.feed.count_held_back(),
            forms=pulled.forms,
            waiting=self.store.outbox.count_waiting(),
            forked=report.forked,
        )


class _Paced:
    """Progress passed on, and the seconds of it that were spent on sending: fetching has a pace of its own."""

    def __init__(self, progress: Callable[[SyncProgress], None], monotonic: Callable[[], float]) -> None:
        self._progress = progress
        self._monotonic = monotonic
        self._since = monotonic()
        self._is_sending = True
        self._seconds = 0.0

    def tell(self, progress: Progress) -> None:
        """Pass one step on."""
        self._count()
        self._is_sending = progress.step is not Step.RECEIVING
        self._progress(SyncProgress(progress.step, progress.done, progress.total))

    def sending_seconds(self) -> float:
        """What was spent on sending until now, broken lines included."""
        self._count()
        return self._seconds

    def _count(self) -> None:
        now = self._monotonic()
        if self._is_sending:
            self._seconds += now - self._since
        self._since = now
