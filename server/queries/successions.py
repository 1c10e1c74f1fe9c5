"""Which devices go on in the place of others."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import Connection, bindparam, select

from server import dialects
from server.tables import successions

_FIND = select(successions).where(successions.c.device == bindparam("device"))


@dataclass(frozen=True, slots=True)
class Succession:
    """One device in the place of another."""

    device: str
    predecessor: str
    consent: str = field(repr=False)
    """The predecessor's signature, base64url; empty where the project's key says so instead."""


def add(connection: Connection, succession: Succession) -> bool:
    """Note that a device succeeds another; False when it succeeds one already, or would come before itself."""
    if succession.device in line(connection, succession.predecessor):
        return False
    values = {
        "device": succession.device,
        "predecessor": succession.predecessor,
        "consent": succession.consent,
    }
    return connection.execute(dialects.insert_new(connection, successions), values).rowcount > 0


def find(connection: Connection, device: str) -> Succession | None:
    """In whose place a device goes on; None: in nobody's."""
    row = connection.execute(_FIND, {"device": device}).one_or_none()
    return None if row is None else Succession(row.device, row.predecessor, row.consent)


def line(connection: Connection, device: str) -> tuple[str, ...]:
    """A device and those in whose place it goes on, itself first: what is theirs is its own."""
    devices = [device]
    while (succession := find(connection, devices[-1])) is not None:
        devices.append(succession.predecessor)
    return tuple(devices)


def copies(connection: Connection, device: str) -> frozenset[str]:
    """A device and all that began as copies of one vault with it: they hold the same submissions, under several ids."""
    first = line(connection, device)[-1]
    return frozenset((first, *successors(connection, first)))


def successors(connection: Connection, device: str) -> list[str]:
    """All that go on in a device's place, their own successors among them: whoever ends it ends these."""
    found: list[str] = []
    asked = [device]
    while asked:
        chosen = select(successions.c.device).where(successions.c.predecessor.in_(asked))
        asked = list(connection.execute(chosen.order_by(successions.c.device)).scalars())
        found += asked
    return found
