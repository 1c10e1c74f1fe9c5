"""A device whose vault was copied goes on as another one.

Owns whom the server lets take a device's place: who shows its key and a new one. A coordinator's vault certifies the
successor by the same signature; until then it is a device that waits to be confirmed. Invariant: a successor has the
predecessor's role and no more than its rights, and a device that was revoked has none.
"""

from __future__ import annotations

from sqlalchemy import Connection

from server.joining import admit
from server.notices import notice
from server.problems import RequestProblem
from server.queries import devices, feed, successions
from server.queries.devices import Device
from server.queries.successions import Succession
from server.world import World
from sync.identity import from_text, is_signed, public_key
from sync.messages import DeviceState, Joined, SuccessorRequest
from sync.problems import SyncProblem
from sync.roles import Role

MOST = 16
"""Successors of one device; a vault that was copied more often is looked after by a person."""


def succeed(here: World, connection: Connection, predecessor: Device, request: SuccessorRequest) -> Joined:
    """Let a device go on as another one; the same request again gets a new token, since its reply may have been lost.

    Raises:
        RequestProblem: SERVER-001, -003 or -010.
    """
    if predecessor.role is Role.COORDINATOR or predecessor.state is not DeviceState.CONFIRMED:
        raise RequestProblem(
            "SERVER-003",
            "Only the device of a recorder or a trainer that was confirmed may go on as another one.",
            remedy="A coordinator confirms the device, or invites it anew.",
        )
    sign_key = _proven_key(here, predecessor, request)
    known = devices.find(connection, request.device)
    if known is None:
        _add(here, connection, predecessor, request, sign_key)
    elif not _is_same(connection, known, predecessor, sign_key):
        raise RequestProblem("SERVER-010", "The device is known here with other keys, or no longer accepted.")
    return admit(here, connection, request.device, predecessor.role)


def _add(
    here: World, connection: Connection, predecessor: Device, request: SuccessorRequest, sign_key: bytes
) -> None:
    if len(successions.successors(connection, predecessor.id)) >= MOST:
        raise RequestProblem(
            "SERVER-003",
            "Too many copies of this device's vault go on already.",
            remedy="A coordinator revokes the device and invites it anew. What was recorded stays on the device.",
        )
    devices.add(
        connection,
        device=request.device,
        role=predecessor.role,
        state=DeviceState.PENDING,
        sign_key=sign_key,
        age_recipient=predecessor.age_recipient,
        joined_at=int(here.now().timestamp()),
    )
    succession = Succession(request.device, predecessor.id, request.consent)
    successions.add(connection, succession)
    added = devices.find(connection, request.device)
    assert added is not None, "it was written just above"
    feed.append(connection, [notice(added, succession)])


def _proven_key(here: World, predecessor: Device, request: SuccessorRequest) -> bytes:
    """The new raw signing key, once both keys signed that it goes on in the old one's place."""
    proven = request.proven(here.life.project, predecessor.id, request.device, request.sign_key)
    try:
        sign_key = public_key(request.sign_key)
        consent, proof = from_text(request.consent), from_text(request.proof)
    except SyncProblem as problem:
        raise RequestProblem("SERVER-001", problem.message) from None
    if not is_signed(predecessor.sign_key, consent, proven) or not is_signed(sign_key, proof, proven):
        raise RequestProblem("SERVER-010", "The request is not signed by both keys.")
    return sign_key


def _is_same(connection: Connection, known: Device, predecessor: Device, sign_key: bytes) -> bool:
    """Whether the successor that is asked for is the one that is known, and still welcome."""
    succession = successions.find(connection, known.id)
    return (
        succession is not None
        and succession.predecessor == predecessor.id
        and known.sign_key == sign_key
        and known.state is not DeviceState.REVOKED
    )
