"""What the resources want to know of a request: who asks, in which protocol, and its body.

Owns reading a request; leaves who may do what to `server.access`. Invariant: nobody's body is read before its sender
is known, except to join.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar

from fastapi import Depends, Header, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.requests import ClientDisconnect

from server.access import device_of
from server.problems import RequestProblem
from server.queries.devices import Device
from server.replies import note_held
from server.world import World
from sync.messages import Media
from sync.problems import SyncProblem
from sync.wire import LIMITS, PROTOCOL, Limits, Wire, parse

Message = TypeVar("Message", bound=Wire)


async def world_of(request: Request) -> World:
    """The running server; in no thread of its own, as every plain function here would be."""
    world: World = request.app.state.world
    return world


Here = Annotated[World, Depends(world_of)]


SpokenProtocol = Annotated[int | None, Header(json_schema_extra={"minimum": PROTOCOL, "maximum": PROTOCOL})]
"""Described as the one we speak; another one is answered in words of its own, and not as something unreadable."""


async def require_protocol(fieldkit_protocol: SpokenProtocol = None) -> None:
    """Raises RequestProblem SERVER-011 or SERVER-012 when the device names a protocol that is not ours."""
    if fieldkit_protocol is not None:
        require_spoken(fieldkit_protocol)


def require_spoken(protocol: int) -> None:
    """Raises RequestProblem SERVER-011 for an older, SERVER-012 for a newer protocol than ours."""
    if protocol < PROTOCOL:
        raise RequestProblem(
            "SERVER-011",
            "This device's fieldkit speaks an older protocol than the server.",
            remedy="Update fieldkit on the device. What was recorded stays there.",
        )
    if protocol > PROTOCOL:
        raise RequestProblem(
            "SERVER-012",
            "This device's fieldkit speaks a newer protocol than the server.",
            remedy="Ask the person who runs the server to update it. What was recorded stays on the device.",
        )


Token = Annotated[
    HTTPAuthorizationCredentials | None,
    Depends(HTTPBearer(auto_error=False, scheme_name="token", description="Given when a device joins")),
]
"""The Authorization header (RFC 6750); None where it is absent or of another scheme."""


def signed_in(request: Request, here: Here, token: Token) -> Device:
    """The device that asks. Raises RequestProblem SERVER-002 or SERVER-013."""
    with here.store.read() as connection:
        device = device_of(connection, token.credentials if token else "")
    note_held(request, device.held)
    here.device_rate.take(device.id)
    return device


SignedIn = Annotated[Device, Depends(signed_in)]


def coordinating(device: SignedIn) -> Device:
    """The coordinator's device that asks. Raises RequestProblem SERVER-003 for other roles."""
    if not device.is_coordinator:
        raise RequestProblem("SERVER-003", "Only a coordinator may do this; nothing was changed.")
    return device


Coordinating = Annotated[Device, Depends(coordinating)]


def require_media(request: Request, media: Media, *, told: bool = True) -> None:
    """Raises RequestProblem SERVER-009 unless the body says that it is of exactly this type.

    Args:
        told: whether it must say so; a segment need not, its first bytes do.
    """
    if request.headers.get("content-type", "" if told else media) != media:
        raise RequestProblem("SERVER-009", "The content has another type than this address takes.")


def body_of(media: Media) -> Callable[[Request], Awaitable[bytes]]:
    """A dependency that reads the body of exactly one media type. Raises RequestProblem SERVER-009 for another."""

    async def read(request: Request) -> bytes:
        require_media(request, media)
        try:
            return await request.body()
        except ClientDisconnect:
            raise RequestProblem("SERVER-006", "The request broke off; nothing of it was kept.") from None

    return read


def read_message(model: type[Message], body: bytes, limits: Limits = LIMITS) -> Message:
    """The body as a message of the wire, strictly. Raises RequestProblem SERVER-001 that quotes nothing of it."""
    try:
        return parse(model, body, limits)
    except SyncProblem as problem:
        raise RequestProblem("SERVER-001", problem.message) from None
