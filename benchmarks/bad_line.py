"""A bad line between a device and a server on this machine: a TCP proxy with the profile of GPRS in the hills.

20 kbit/s up and 40 down, each chunk of 1,400 bytes charged with 40 more; 0.35 s each way; connecting costs one round
trip; 5 % of the chunks stall the stream for 0.9 s and are paid twice; all connections are reset at exponential gaps of
20 s on average, then refused for 1 to 5 s; at most 8 KB are buffered. Everything random comes from one seed.
"""

from __future__ import annotations

import asyncio
import random
import socket
import struct
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

CHUNK = 1400
CHUNK_CHARGE = 40
BUFFER = 8 * 1024


@dataclass(frozen=True, slots=True)
class Profile:
    """How bad a line is."""

    up_bits: float = 20_000
    down_bits: float = 40_000
    """Per second."""
    delay: float = 0.35
    """Seconds each way."""
    stalled: float = 0.05
    """The share of chunks that are lost once."""
    stall: float = 0.9
    mean_gap: float = 20.0
    """Seconds between resets; 0: never."""
    away: tuple[float, float] = (1.0, 5.0)
    """Seconds for which connections are refused after a reset."""


GOOD = Profile(up_bits=1e9, down_bits=1e9, delay=0, stalled=0, mean_gap=0)
"""A line that only counts."""


@dataclass(slots=True)
class Counted:
    """TCP payload that passed, both ways, without TCP's own headers."""

    up: int = 0
    """Bytes taken from the device, those lost in a reset among them."""
    down: int = 0
    connections: int = 0
    resets: int = 0


@dataclass(slots=True)
class BadLine:
    """The proxy; an async context manager.

    Args:
        target: host and port of the server.
    """

    target: tuple[str, int]
    profile: Profile = field(default_factory=Profile)
    seed: int = 1
    counted: Counted = field(default_factory=Counted)
    _open: set[asyncio.StreamWriter] = field(default_factory=set)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _refusing: bool = False
    _server: asyncio.Server | None = None
    _chance: random.Random = field(default_factory=random.Random)

    async def __aenter__(self) -> Self:
        self._chance = random.Random(self.seed)
        listening = socket.create_server(("127.0.0.1", 0))
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER // 2)
        self._server = await asyncio.start_server(self._connected, sock=listening, limit=CHUNK)
        if self.profile.mean_gap:
            self._spawn(self._break_again_and_again())
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._server is not None
        self._server.close()
        self._reset()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def address(self) -> str:
        """Where the device finds the server."""
        assert self._server is not None
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._refusing:
            _cut(writer)
            return
        self.counted.connections += 1
        self._open.add(writer)
        await asyncio.sleep(2 * self.profile.delay)
        if writer not in self._open:
            return
        there_reader, there_writer = await asyncio.open_connection(*self.target, limit=CHUNK)
        self._open.add(there_writer)
        self._spawn(self._carry(reader, there_writer, self.profile.up_bits, "up"))
        self._spawn(self._carry(there_reader, writer, self.profile.down_bits, "down"))

    async def _carry(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, bits: float, way: str
    ) -> None:
        """Bring chunks to the other side at the line's pace; the way itself takes `delay` besides."""
        underway: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()
        self._spawn(self._arrive(underway, writer))
        clock = asyncio.get_running_loop().time
        with suppress(ConnectionError):
            while (chunk := await reader.read(CHUNK)) and writer in self._open:
                setattr(self.counted, way, getattr(self.counted, way) + len(chunk))
                cost = (len(chunk) + CHUNK_CHARGE) * 8 / bits
                if self._chance.random() < self.profile.stalled:
                    cost = 2 * cost + self.profile.stall
                await asyncio.sleep(cost)
                underway.put_nowait((clock() + self.profile.delay, chunk))
        underway.put_nowait((clock() + self.profile.delay, b""))

    async def _arrive(
        self, underway: asyncio.Queue[tuple[float, bytes]], writer: asyncio.StreamWriter
    ) -> None:
        clock = asyncio.get_running_loop().time
        while True:
            due, chunk = await underway.get()
            await asyncio.sleep(max(0.0, due - clock()))
            if not chunk or writer not in self._open:
                break
            with suppress(ConnectionError):
                writer.write(chunk)
                await writer.drain()
        self._open.discard(writer)
        writer.close()

    async def _break_again_and_again(self) -> None:
        while True:
            await asyncio.sleep(self._chance.expovariate(1 / self.profile.mean_gap))
            self._refusing = True
            self._reset()
            self.counted.resets += 1
            await asyncio.sleep(self._chance.uniform(*self.profile.away))
            self._refusing = False

    def _reset(self) -> None:
        for writer in self._open:
            _cut(writer)
        self._open.clear()

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _cut(writer: asyncio.StreamWriter) -> None:
    """Reset a connection, so that both sides hear of it at once and what is buffered is lost."""
    with suppress(OSError):
        connection = writer.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
