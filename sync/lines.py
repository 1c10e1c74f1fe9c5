"""A device's line to its server: calls that are made again until they are answered.

Owns repeating, waiting and what is told meanwhile; when to give up is `sync.planning`'s. Every call here may be made
again, since the server takes everything by its id.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from sync.calls import Calls
from sync.planning import Patience
from sync.problems import SyncProblem
from sync.resealing import Generation, Resealed

ASK_AFTER_SECONDS = 15.0
"""How long an upload may be silent before the server is asked how much has arrived."""

T = TypeVar("T")


class Step(StrEnum):
    """What a sync does just now, and what is counted then."""

    CONNECTING = "Connecting"
    SENDING = "Sending"
    """Changes that have a receipt, of all that go."""
    ARRIVED = "Arrived"
    """Bytes of the segment under way that the server said it holds, of all."""
    WAITING = "Waiting for the server"
    """The line broke, or the server is busy; the same thing is tried again."""
    RECEIVING = "Receiving"
    """Entries of the feed so far."""
    CARRYING = "Carrying"
    """Changes of other devices so far."""


@dataclass(frozen=True, slots=True)
class Progress:
    """One step with its counts; a total of 0: not known."""

    step: Step
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Line:
    """The line of one sync."""

    calls: Calls
    progress: Callable[[Progress], None]
    patience: Patience
    sleep: Callable[[float], Awaitable[None]]

    async def deliver(self, segment: Generation, offered_before: bool) -> bytes:
        """Send a segment until its receipt is there; after a cut, only what the server does not hold.

        Raises:
            SyncProblem: when `sync.planning` gives up, or what waiting does not mend.
        """
        held = 0
        while True:
            try:
                if not offered_before:
                    offered_before = True
                    return await self._watched(segment, self.calls.put_segment(segment))
                attempt = await self.calls.begin_attempt(segment)
                if isinstance(attempt, bytes):
                    return attempt
                self.patience.answered()
                self.progress(Progress(Step.ARRIVED, attempt.offset, len(segment.content)))
                if attempt.offset > held:
                    self.patience.progressed()
                    held = attempt.offset
                return await self._watched(segment, self.calls.put_rest(segment, attempt))
            except SyncProblem as failed:
                await self._wait_after(failed)

    async def settle(self, segment: Generation, offered_before: bool = False) -> bytes:
        """A segment's receipt; it is sent only where no generation of it is held.

        A server held each segment of which there is a later generation, and one that was put back may hold another.
        """
        if isinstance(segment, Resealed):
            answer = await self.insist(lambda: self.calls.begin_attempt(segment, segment.digest))
            if isinstance(answer, bytes):
                return answer
        return await self.deliver(segment, offered_before)

    async def _watched(self, segment: Generation, sending: Coroutine[None, None, bytes]) -> bytes:
        """An upload's answer; while it takes long, a small question now and then tells how much has arrived."""
        upload = asyncio.ensure_future(sending)
        try:
            while not (await asyncio.wait({upload}, timeout=ASK_AFTER_SECONDS))[0]:
                with suppress(SyncProblem):  # the upload itself says what is wrong with the line
                    arrived = await self.calls.held_of(segment)
                    self.progress(Progress(Step.ARRIVED, arrived, len(segment.content)))
            return upload.result()
        finally:
            upload.cancel()

    async def insist(self, call: Callable[[], Awaitable[T]]) -> T:
        """Make a call until it is answered or `sync.planning` gives up. Safe, since every call may be repeated."""
        while True:
            begun = self.calls.begun
            try:
                answer = await call()
            except SyncProblem as failed:
                if self.calls.begun > begun:
                    self.patience.progressed()
                await self._wait_after(failed)
            else:
                self.patience.progressed()
                return answer

    async def _wait_after(self, failed: SyncProblem) -> None:
        """Wait as long as `sync.planning` says; raise the problem when it gives up."""
        wait_seconds = self.patience.next_wait(failed)
        if wait_seconds is None:
            raise failed
        self.progress(Progress(Step.WAITING, 0, 0))
        await self.sleep(wait_seconds)
