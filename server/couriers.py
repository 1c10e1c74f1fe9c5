"""Segments that somebody else brings: a coordinator online, or whoever runs the server from a stick.

Owns whose proof counts then: the segment's own signature, by a device that the server knows or the project certified;
leaves keeping to `server.receiving`. Invariant: who carries a segment adds nothing to what its device may do.
"""

from __future__ import annotations

from server.problems import RequestProblem
from server.publishing import trust_of
from server.queries import devices, feed, successions
from server.queries.devices import Device, audience_of
from server.queries.successions import Succession
from server.receiving import Received, examine, receive, take_in
from server.world import World
from sync.messages import DeviceState
from sync.resealing import Generation


def receive_from(here: World, courier: Device, content: bytes) -> Received:
    """Take in what a device sends: its own segment, or as a coordinator anybody's.

    What is held and what is news is told of the courier.

    Raises:
        RequestProblem: as `server.receiving.receive`; SERVER-023 for a device that is not known here.
    """
    if not courier.is_coordinator:
        return receive(here, courier, content)
    segment = examine(here, content)
    if segment.header.device == courier.id:
        return receive(here, courier, content)
    receipt = carry(here, segment)
    with here.store.read() as connection:
        news = feed.last(connection, audience=audience_of(courier))
    return Received(receipt, courier.held, news)


def carry(here: World, segment: Generation) -> bytes:
    """Take in a segment by its own signature; its receipt, of which the device learns by the feed.

    Raises:
        RequestProblem: SERVER-010, -014, -015, or -023 for a device that is not known here.
    """
    receipt, _ = take_in(here, _sender(here, segment.header.device), segment, carried=True)
    return receipt


def _sender(here: World, device: str) -> Device:
    """The device that is said to have sealed a segment."""
    with here.store.read() as connection:
        found = devices.find(connection, device)
    return found or _certified(here, device)


def _certified(here: World, device: str) -> Device:
    """A device that the project certified and that a store put back from a backup had not met yet; without a token."""
    with here.store.write() as connection:
        trust = trust_of(here, connection)
        certificate = trust.sender(device)
        if certificate is None:
            raise RequestProblem(
                "SERVER-023",
                "The device that sealed this segment is not known here; it was not kept.",
                remedy="A coordinator who has confirmed the device syncs first.",
            )
        devices.add(
            connection,
            device=device,
            role=certificate.role,
            state=DeviceState.REVOKED if device in trust.revocations else DeviceState.CONFIRMED,
            sign_key=certificate.public,
            age_recipient=certificate.age_recipient,
            joined_at=int(here.now().timestamp()),
        )
        if certificate.predecessor is not None:
            successions.add(connection, Succession(device, certificate.predecessor, consent=""))
        added = devices.find(connection, device)
    assert added is not None, "it was written just above"
    return added
