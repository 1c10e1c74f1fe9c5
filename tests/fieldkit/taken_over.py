"""A project whose server was taken over, and how a recorder and a coordinator meet it, for tests of what it may try.

Owns the parties, the line on which answers are replaced, and what must hold meanwhile and afterwards; what the server
tries is the test's.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from random import Random

import httpx

from fieldkit.ports import Custody, Delivery, Lifecycle
from server.queries import segments
from sync.calls import Reply
from sync.identity import SigningKey, from_text
from sync.intake import Membership
from sync.problems import Fault, SyncProblem
from tests.simulation.day import Parties
from tests.simulation.parties import MARKER, SimulatedDevice

ACCOMPLICE = "second"
PIECE = 65536
"""Bytes of a body without an end that come at once."""
Twist = Callable[["World", httpx.Request, Reply], Reply]


@dataclass
class World:
    """A project with its server, a recorder and an accomplice: a recorder's device that the project confirmed."""

    parties: Parties
    accomplice: Membership
    submission: str
    """The recorder's, opened by the coordinator."""
    waiting: str
    """The recorder's, not sent yet."""

    @classmethod
    def of(cls, directory: Path) -> World:
        """The world over a directory that `before` made."""
        parties = Parties(directory, seed=1)
        way = parties.time, parties.line, Random(1)
        with closing(SimulatedDevice(ACCOMPLICE, directory / ACCOMPLICE, *way)) as other:
            accomplice = other.store.members.current()
        (submission,) = (each.submission for each in parties.recorder.vault.submissions.summaries())
        waiting = parties.recorder.record("waiting", 2)
        return cls(parties, accomplice, submission, waiting)

    @property
    def key(self) -> SigningKey:
        """The server's own, which the project certified."""
        return self.parties.server.here.key

    @property
    def member(self) -> Membership:
        """The recorder's."""
        return self.parties.recorder.store.members.current()

    def given_for(self, request: httpx.Request) -> bytes:
        """The receipt that the right server keeps for the segment that a request names."""
        digest = from_text(request.url.path.split("/")[3]).hex()
        with self.parties.server.here.store.read() as connection:
            return segments.receipt(connection, digest)

    @property
    def first_receipt(self) -> bytes:
        """For the submission that was opened."""
        (row,) = self.parties.recorder.rows(
            "SELECT receipt FROM segments WHERE origin = 'device' AND first_n = 1"
        )
        return bytes(row[0])

    @property
    def revision(self) -> str:
        """Of the submission that waits."""
        (row,) = self.parties.recorder.rows(f"SELECT head FROM submissions WHERE id = '{self.waiting}'")
        return str(row[0])

    def states(self) -> tuple[object, ...]:
        """What must not change on the server's word alone."""
        there = self.parties.coordinator.vault.submissions.open(self.submission)
        here = self.parties.recorder.vault.submissions.open(self.waiting).summary
        trust = self.parties.coordinator.store.members.current().trust
        return (
            there.open_part,
            there.sealed_part,
            there.summary.lifecycle,
            there.summary.custody,
            here.lifecycle,
            here.opened,
            trust.recipients,
            trust.revocations,
            trust.certificates.keys() - {self.member.device, *self.member.former},
            self.parties.recorder.rows("SELECT form_id, version, state FROM forms"),
        )


async def send_one(directory: Path) -> None:
    """Let one submission be sent and opened."""
    parties = Parties(directory)
    parties.recorder.record("opened", 1)
    for device in (parties.recorder, parties.coordinator, parties.recorder):
        await device.sync()
    parties.close()


class Twisted(httpx.AsyncBaseTransport):
    """The way to a server that answers as it likes."""

    def __init__(self, world: World, twist: Twist) -> None:
        self._world, self._twist = world, twist
        self.done = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """One request, and what the server makes of its right answer."""
        right = await self._world.parties.line.handle_async_request(request)
        content = await right.aread()
        reply = Reply(right.status_code, right.headers.get("content-type", ""), right.headers, content)
        given = self._twist(self._world, request, reply)
        self.done += given is not reply
        kept = {name: value for name, value in given.headers.items() if name != "content-length"}
        headers = kept | {"content-type": given.media}
        body = given.body if isinstance(given.body, httpx.AsyncByteStream) else httpx.ByteStream(given.body)
        return httpx.Response(given.status, headers=headers, stream=body)


class Endless(httpx.AsyncByteStream):
    """A body that never ends, and counts what was read of it."""

    def __init__(self) -> None:
        self.read = 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """What comes of it."""
        while True:
            self.read += PIECE
            yield bytes(PIECE)


class Stopping(httpx.AsyncByteStream):
    """A body of which a few bytes come, and then nothing."""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """What comes of it."""
        yield b"FKRC"
        raise httpx.ReadTimeout("nothing more came")


async def meet(world: World, twist: Twist, *, alone: bool = False) -> set[Fault]:
    """The problems that both, or the recorder alone, are told while the server does this."""
    told: set[Fault] = set()
    way = Twisted(world, twist)
    for device in (world.parties.recorder, world.parties.coordinator)[: 1 if alone else 2]:
        device.reach_over(way)
        try:
            await device.sync()
        except SyncProblem as problem:
            told.add(problem.fault)
        device.reach_over(world.parties.line)
    assert way.done > 0, "the server never did it"
    return told


async def require_unharmed(world: World) -> None:
    """Everything goes through now, and everybody has what was recorded."""
    recorder, coordinator = world.parties.recorder, world.parties.coordinator
    for device in (recorder, coordinator, recorder):
        await device.sync()
    for submission, tag in ((world.submission, "opened"), (world.waiting, "waiting")):
        here = recorder.vault.submissions.open(submission).summary
        there = coordinator.vault.submissions.open(submission)
        assert (here.delivery, here.opened, here.lifecycle) == (Delivery.CONFIRMED, True, Lifecycle.FINALISED)
        assert (there.sealed_part, there.summary.custody) == ({"who": f"{MARKER}-{tag}"}, Custody.WHOLE)
    assert recorder.store.outbox.count_waiting() == 0
    assert recorder.vault.integrity_faults() == coordinator.vault.integrity_faults() == []


async def met(
    directory: Path, twists: Mapping[str, Twist], *, alone: bool = False, settled: bool = False
) -> dict[str, tuple[set[Fault], Delivery]]:
    """Let both meet the server once for each twist, and require what must hold after each of them, and in the end.

    Returns what they were told, and how the submission that waited stood then.

    Args:
        alone: the recorder alone meets it, so that nobody opens what was sent.
        settled: everything was sent and opened before.
    """
    world = World.of(directory)
    told: dict[str, tuple[set[Fault], Delivery]] = {}
    try:
        if settled:
            await require_unharmed(world)
        known = world.states()
        for name, twist in twists.items():
            faults = await meet(world, twist, alone=alone)
            assert world.states() == known, name
            told[name] = faults, world.parties.recorder.vault.submissions.open(world.waiting).summary.delivery
        await require_unharmed(world)
        return told
    finally:
        world.parties.close()
