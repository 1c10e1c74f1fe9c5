"""How devices and coordinators come to the server."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.responses import Response

from server.joining import come_back, join, join_as_coordinator
from server.logs import note, shortened
from server.queries import devices
from server.replies import reply
from server.resources.asking import Here, SignedIn, body_of, read_message, require_protocol
from server.resources.describing import described_body, described_replies
from server.succeeding import succeed
from server.world import World
from sync.messages import (
    NOTHING_HELD,
    CoordinatorRequest,
    Joined,
    JoinRequest,
    Media,
    ReturnRequest,
    SuccessorRequest,
)

router = APIRouter(dependencies=[Depends(require_protocol)])


@router.post(
    "/devices",
    response_class=Response,
    responses=described_replies(201, Media.JOINED, "The device and its token", Joined),
    openapi_extra=described_body(Media.JOIN, JoinRequest),
    status_code=201,
)
def join_by_invitation(here: Here, body: Annotated[bytes, Depends(body_of(Media.JOIN))]) -> Response:
    """Join with a one-time code."""
    here.join_rate.take("")
    request = read_message(JoinRequest, body)
    with here.store.write() as connection:
        joined = join(here, connection, request)
    return _admitted(here, joined)


@router.post(
    "/coordinators",
    response_class=Response,
    responses=described_replies(201, Media.JOINED, "The device and its token", Joined),
    openapi_extra=described_body(Media.COORDINATOR, CoordinatorRequest),
    status_code=201,
)
def join_by_certificate(here: Here, body: Annotated[bytes, Depends(body_of(Media.COORDINATOR))]) -> Response:
    """Join with the project key's certificate."""
    here.join_rate.take("")
    request = read_message(CoordinatorRequest, body)
    with here.store.write() as connection:
        joined = join_as_coordinator(here, connection, request)
    return _admitted(here, joined)


@router.post(
    "/successors",
    response_class=Response,
    responses=described_replies(201, Media.JOINED, "The device and its token", Joined),
    openapi_extra=described_body(Media.SUCCESSOR, SuccessorRequest),
    status_code=201,
)
def succeed_device(
    here: Here, device: SignedIn, body: Annotated[bytes, Depends(body_of(Media.SUCCESSOR))]
) -> Response:
    """Go on as another device, in the place of the one that asks."""
    request = read_message(SuccessorRequest, body)
    with here.store.write() as connection:
        joined = succeed(here, connection, device, request)
    return _admitted(here, joined)


@router.post(
    "/returns",
    response_class=Response,
    responses=described_replies(201, Media.JOINED, "The device and its token", Joined),
    openapi_extra=described_body(Media.RETURN, ReturnRequest),
    status_code=201,
)
def return_device(here: Here, body: Annotated[bytes, Depends(body_of(Media.RETURN))]) -> Response:
    """Be let in again by a server that was put back from a backup older than the device."""
    here.join_rate.take("")
    request = read_message(ReturnRequest, body)
    with here.store.write() as connection:
        joined = come_back(here, connection, request)
    return _admitted(here, joined)


def _admitted(here: World, joined: Joined) -> Response:
    note("joined", device=shortened(joined.device), role=joined.role)
    with here.store.read() as connection:
        device = devices.find(connection, joined.device)
    held = NOTHING_HELD if device is None else device.held
    return reply(joined, Media.JOINED, held=held, status=201)
