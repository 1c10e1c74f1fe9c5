"""One after the other: whose segment is taken in now.

Owns the order of those that arrived whole; leaves what taking in means to `server.receiving`. Invariant: who waits
holds no thread, so that short questions are answered meanwhile, and nobody waits longer than the writer is waited for.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from server.store import WRITER_WAIT_SECONDS, store_busy


@dataclass(frozen=True, slots=True)
class Turns:
    """First come, first served. The store has one writer, and two that check at once only get into each other's way."""

    wait_seconds: float = WRITER_WAIT_SECONDS
    _one: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(1), init=False, repr=False)

    @asynccontextmanager
    async def take(self) -> AsyncIterator[None]:
        """Wait for one's turn, and end it. Raises RequestProblem SERVER-014 when it does not come."""
        try:
            async with asyncio.timeout(self.wait_seconds):
                await self._one.acquire()
        except TimeoutError:
            raise store_busy() from None
        try:
            yield
        finally:
            self._one.release()
