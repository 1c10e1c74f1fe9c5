"""The one sync that may run in this process: started by a person or by itself, watched from any screen.

Owns whether a sync runs, how far it is, how the last one ended, and syncing by itself; what a sync does is the
exchange's, when the server is asked is `fieldkit.exchanging.probing`'s. Everything here runs on one event loop.
Invariants: two syncs never run at once; one that runs by itself is quiet, gives way to a person's, and seals nothing
before the server has answered.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field, replace

from fieldkit.exchanging.chosen import Chosen
from fieldkit.exchanging.exchange_ports import Estimate, Exchange, Stage, SyncReport, SyncStatus
from fieldkit.exchanging.probing import Probing
from fieldkit.ports import Settings
from fieldkit.progress import SyncProgress
from forms.problems import Problem
from sync.lines import Step
from sync.wire import LIMITS

BY_ITSELF = "sync_by_itself"
"""Setting: False where a person turned it off."""

_TOO_LITTLE = 0.05
"""Less than this share confirmed tells nothing of the pace."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a sync ended; with neither report nor problem it was stopped."""

    report: SyncReport | None = None
    problem: Problem | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Underway:
    """A sync that runs, as far as the server's word tells."""

    begun: float
    estimate: Estimate | None
    """None: it is being told."""
    step: str = Step.CONNECTING
    confirmed: int = 0
    """Changes with a receipt."""
    total: int = 0
    """Changes that go; 0: not known."""
    arrived: int = 0
    """Bytes of the segment under way that the server holds."""
    length: int = 0
    received: int = 0
    """Entries of the feed."""
    moved: float = 0.0
    """When the server last said that it holds more."""

    def after(self, told: SyncProgress, now: float) -> Underway:
        """The same, one step on; what a second push of the same sync confirms is added to nothing."""
        match told.step:
            case Step.SENDING:
                total = max(self.total, told.done) if self.total else told.total
                confirmed = max(self.confirmed, told.done)
                moved = now if confirmed > self.confirmed else self.moved
                return replace(
                    self, step=told.step, confirmed=confirmed, total=total, arrived=0, length=0, moved=moved
                )
            case Step.ARRIVED:
                moved = now if told.done > self.arrived else self.moved
                return replace(self, step=told.step, arrived=told.done, length=told.total, moved=moved)
            case Step.RECEIVING:
                return replace(self, step=told.step, received=told.done)
        return replace(self, step=told.step)

    @property
    def share(self) -> float:
        """How much of what goes the server has said to hold, from 0 to 1."""
        if not self.total:
            return 0.0
        segment = min(self.total - self.confirmed, LIMITS.changes)
        arrived = segment * self.arrived / self.length if self.length else 0.0
        return min(1.0, (self.confirmed + arrived) / self.total)

    def seconds_left(self, now: float) -> float | None:
        """An estimate: by what is confirmed, before that by the last line; None: nothing tells, or it is used up.

        It runs down until the server confirms more.

        >>> Underway(0.0, None, confirmed=1, total=4, moved=10.0).seconds_left(12.0)
        28.0
        """
        share, expected = self.share, self.estimate.seconds if self.estimate is not None else None
        if share == 1:
            return 0.0
        if share >= _TOO_LITTLE:
            left = (self.moved - self.begun) * (1 - share) / share - (now - self.moved)
        elif expected is not None:
            left = expected - (now - self.begun)
        else:
            return None
        return left if left > 0 else None


class Syncing:
    """Syncs on demand and by itself.

    Args:
        elapsed: the clock, in seconds.
        chance: from 0 to 1, for the pauses.
    """

    def __init__(
        self,
        exchange: Exchange,
        settings: Settings,
        *,
        elapsed: Callable[[], float],
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._exchange = exchange
        self._settings = settings
        self._elapsed = elapsed
        self._chance = chance
        self._probing = Probing.begin(elapsed())
        self._task: asyncio.Task[None] | None = None
        self._watchers: list[Callable[[], None]] = []
        self.chosen = Chosen(exchange, settings)
        """What goes."""
        self.underway: Underway | None = None
        """None: no sync runs; asking whether the server is there is none yet."""
        self.outcome: Outcome | None = None
        """Of the last sync that a person started, or that moved something; None: there was none since unlocking."""

    def watch(self, watcher: Callable[[], None]) -> None:
        """Call this, on the event loop, whenever a sync begins, moves on or ends."""
        self._watchers.append(watcher)

    @property
    def is_by_itself(self) -> bool:
        """Whether syncing by itself is switched on; reads the vault."""
        return self._settings.get(BY_ITSELF) is not False

    def switch(self, *, by_itself: bool) -> None:
        """Switch syncing by itself on or off, for this vault; durable when this returns."""
        self._settings.keep(BY_ITSELF, by_itself)
        if by_itself:
            self.note_news()

    @property
    def seconds_left(self) -> float | None:
        """An estimate for the sync that runs; None: none runs, or nothing tells."""
        return None if self.underway is None else self.underway.seconds_left(self._elapsed())

    def seen(self, status: SyncStatus) -> SyncStatus:
        """A status of the vault with what this process knows besides: that it is on its way now."""
        if self.underway is not None and status.waiting:
            return replace(status, stage=Stage.SENDING)
        return status

    def note_news(self) -> None:
        """Something new waits to be sent."""
        self._probing = self._probing.after_news(self._elapsed())

    def is_due(self) -> bool:
        """Whether `by_itself` should be called now; costs next to nothing."""
        return self._task is None and self._probing.is_due(self._elapsed())

    async def by_hand(self) -> None:
        """Sync now, unless a sync runs; what only asks for the server by itself gives way."""
        if self.underway is not None:
            return
        self.stop()
        if self._task is not None:
            await asyncio.wait({self._task})
        await self._alone(self._sync_by_hand())

    async def by_itself(self) -> None:
        """Ask whether the server is there, and sync if it is; every failure is quiet."""
        if self._task is None:
            await self._alone(self._probe_and_sync())

    def stop(self) -> None:
        """Stop what runs, if anything does; nothing is lost."""
        if self._task is not None:
            self._task.cancel()

    async def _alone(self, work: Coroutine[None, None, None]) -> None:
        task = self._task = asyncio.ensure_future(work)
        try:
            await asyncio.wait({task})
        finally:
            task.cancel()
            self._task = self.underway = None
            self._tell()
        if not task.cancelled():
            task.result()

    async def _probe_and_sync(self) -> None:
        brought = False
        try:
            if await asyncio.to_thread(self._may_ask) and await self._exchange.answers():
                brought = await self._sync(quietly=True)
        except Problem:
            brought = False  # The vault is being closed, or its disk is full: whoever writes next is told.
        finally:
            self._wait_longer(brought_something=brought)

    def _may_ask(self) -> bool:
        return self.is_by_itself and self._exchange.status().stage is not Stage.NO_SERVER

    async def _sync_by_hand(self) -> None:
        try:
            await self._sync(quietly=False)
        finally:
            self._wait_longer(brought_something=True)

    async def _sync(self, *, quietly: bool) -> bool:
        """One sync; whether it moved anything."""
        self.underway = Underway(self._elapsed(), None)
        if not quietly:
            self.outcome = None
            self._tell()
        try:
            going = await asyncio.to_thread(self.chosen.going)
            self.underway = replace(self.underway, estimate=going.estimate, total=going.chosen)
            self._tell()
            report = await self._exchange.sync(self._hear, only=going.only)
        except Problem as problem:
            self.outcome = Outcome(problem=problem)
            return False
        except asyncio.CancelledError:
            self.outcome = Outcome()
            raise
        moved = bool(report.sent or report.received or report.opened or report.forms or report.forked)
        if moved or not quietly:
            self.outcome = Outcome(report)
        return moved

    def _hear(self, told: SyncProgress) -> None:
        if self.underway is not None:
            self.underway = self.underway.after(told, self._elapsed())
            self._tell()

    def _wait_longer(self, *, brought_something: bool) -> None:
        self._probing = self._probing.after_asking(
            self._elapsed(), brought_something=brought_something, chance=self._chance()
        )

    def _tell(self) -> None:
        for watcher in self._watchers:
            watcher()
