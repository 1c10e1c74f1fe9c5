"""Verifying: every chain, signature, receipt and digest of the store, walked from the bytes.

Owns the states that a segment can be found in; changes nothing. Invariant: what was erased or resealed on purpose has
a name of its own, and is no failure; what remains of such a segment rests on the coordinator who resealed it.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from sqlalchemy import Connection

from server.publishing import trust_of
from server.queries import devices, feed, segments, statements
from server.queries.devices import Device
from server.queries.segments import HeldSegment
from server.world import World
from sync import resealing
from sync.problems import SyncProblem
from sync.receipts import open_receipt, require_for
from sync.resealing import Resealed
from sync.segments import Segment
from sync.segments import verify as verify_signature
from sync.statements import StatementKind
from sync.wire import NO_DIGEST, damaged


class State(StrEnum):
    """How a segment, or what belongs to it, was found."""

    SOUND = "sound"
    RESEALED = "resealed"
    """Later generations of it were made; the device's signature still proves the chain."""
    ERASED = "erased"
    """A coordinator erased changes of it."""
    GAP = "gap"
    """What should stand before it in its device's chain is not held."""
    FORK = "fork"
    """Two segments follow the same one: the device was cloned or put back."""
    DAMAGED = "damaged"
    """Its bytes are not what was signed."""
    RECEIPT = "receipt wrong"
    """Its receipt is missing, not ours, or for something else."""
    STATEMENT = "statement wrong"
    """A statement that the project does not stand behind."""
    DANGLING = "dangling"
    """The feed names what is not held."""


_IN_ORDER = frozenset({State.SOUND, State.RESEALED, State.ERASED})


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a person should know of."""

    state: State
    where: str
    what: str


@dataclass(slots=True)
class Verified:
    """What was found."""

    segments: int = 0
    states: Counter[State] = field(default_factory=Counter)
    findings: list[Finding] = field(default_factory=list)

    @property
    def is_worrying(self) -> bool:
        """Whether something is neither sound nor changed on purpose."""
        return any(finding.state not in _IN_ORDER for finding in self.findings)

    def note(self, state: State, where: str, what: str) -> None:
        """Count a state and keep what there is to say of it."""
        self.states[state] += 1
        self.findings.append(Finding(state, where, what))


def verify(here: World) -> Verified:
    """Walk the whole store, in one consistent look at it."""
    found = Verified()
    with here.store.read() as connection:
        known = {device.id: device for device in devices.starting_with(connection, "")}
        for device in known.values():
            _walk_chain(connection, device, known, here, found)
        for jws in _wrong_statements(here, connection):
            found.note(
                State.STATEMENT, hashlib.sha256(jws.encode()).hexdigest()[:16], "Its signature does not hold."
            )
        for sequence in feed.dangling(connection):
            found.note(State.DANGLING, f"sequence {sequence}", "The feed names what is not held.")
    return found


def _walk_chain(
    connection: Connection, device: Device, known: dict[str, Device], here: World, found: Verified
) -> None:
    """One device's segments, the first n first."""
    ends = {(0, NO_DIGEST)}
    followed: set[tuple[int, str]] = set()
    for held in segments.of_device(connection, device.id):
        found.segments += 1
        where = f"{device.id[:8]} {held.first_n}..{held.last_n}"
        before = (held.first_n - 1, held.previous)
        if before not in ends:
            found.note(State.GAP, where, "What stands before it in the device's chain is not held.")
        if before in followed:
            found.note(State.FORK, where, "Another segment follows the same one; both are kept.")
        followed.add(before)
        ends.add((held.last_n, held.digest))
        _look_at(held, device, known, here, found, where)


def _look_at(
    held: HeldSegment, device: Device, known: dict[str, Device], here: World, found: Verified, where: str
) -> None:
    """One segment's bytes and its receipt."""
    try:
        segment = resealing.read_generation(held.content)
        _require_signed(segment, held.digest, device, known)
    except SyncProblem:
        found.note(State.DAMAGED, where, "Its bytes are not what was signed.")
        return
    try:
        receipt = open_receipt(held.receipt, here.key.public)
        require_for(receipt, segment.header, held.digest)
    except SyncProblem:
        found.note(State.RECEIPT, where, "Its receipt is missing, not this server's, or for something else.")
        return
    if isinstance(segment, Segment):
        found.states[State.SOUND] += 1
    elif segment.erased:
        found.note(State.ERASED, where, f"{len(segment.erased)} of its changes were erased by a coordinator.")
    else:
        found.note(State.RESEALED, where, f"It is of generation {segment.generation}.")


def _require_signed(
    segment: resealing.Generation, digest: str, device: Device, known: dict[str, Device]
) -> None:
    """Raises SyncProblem unless the device signed it, and a coordinator what was resealed."""
    if isinstance(segment, Resealed):
        resealer = known.get(segment.resealer)
        resealing.verify(segment, device.sign_key, resealer.sign_key if resealer else b"")
    else:
        verify_signature(segment, device.sign_key)
    if segment.digest != digest:
        raise damaged("a segment of another name")


def _wrong_statements(here: World, connection: Connection) -> Iterator[str]:
    trust = trust_of(here, connection)
    for kind in StatementKind:
        for jws in statements.of_kind(connection, kind):
            if trust.check_quietly(jws) is None:
                yield jws
