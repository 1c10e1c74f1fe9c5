"""Segments: sent at once or in several attempts, answered by a receipt.

A device that knows nothing of an earlier attempt sends the whole segment. After a cut it asks for an attempt, which
tells how much is held and fences what may still arrive of the one before, and sends the rest. A coordinator may bring
what other devices sealed.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect
from starlette.responses import Response

from server.couriers import receive_from
from server.problems import RequestProblem
from server.queries import feed, segments
from server.queries.devices import Device, audience_of
from server.replies import reply
from server.resources.asking import Here, SignedIn, require_media, require_protocol
from server.resources.describing import described_body, described_replies
from server.uploads import Attempt
from server.world import World
from sync.identity import from_text
from sync.messages import Media, UploadAttempt
from sync.receipts import answer_of
from sync.wire import LIMITS

MOST = 2**53 - 1
"""The largest number that every reader of JSON keeps exactly."""

Name = Annotated[str, Path(pattern="^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$")]
"""SHA-256 in base64url, in the one spelling that there is."""


async def _digest_named(digest: Name) -> str:
    return from_text(digest).hex()


Digest = Annotated[str, Depends(_digest_named)]
router = APIRouter(dependencies=[Depends(require_protocol)])


@router.put(
    "/segments/{digest}",
    response_class=Response,
    responses=described_replies(200, Media.RECEIPT, "The signed verdicts"),
    openapi_extra=described_body(Media.SEGMENT),
)
async def put_segment(request: Request, here: Here, device: SignedIn, digest: Digest) -> Response:
    """Take a segment in from its first byte and answer with its receipt; the same bytes again get the same receipt."""
    require_media(request, Media.SEGMENT, told=False)
    here.require_room()
    return await _take_in(request, here, device, here.uploads.begin(device.id, digest, anew=True))


@router.post(
    "/segments/{digest}/attempts",
    response_class=Response,
    responses=described_replies(
        200, Media.ATTEMPT, "How much is held; or the receipt", UploadAttempt, instead=Media.RECEIPT
    ),
)
def begin_attempt(here: Here, device: SignedIn, digest: Digest) -> Response:
    """Tell how much of a segment is held and fence what was sent before; a segment held whole gives its receipt."""
    with here.store.read() as connection:
        sealed_by = None if device.is_coordinator else device.id
        receipt = segments.receipt_of(connection, digest, sealed_by)
        if receipt is not None:
            news = feed.last(connection, audience=audience_of(device))
            return reply(answer_of(receipt), Media.RECEIPT, held=device.held, news=news)
    begun = here.uploads.begin(device.id, digest)
    content = UploadAttempt(attempt=begun.number, offset=begun.offset)
    return reply(content, Media.ATTEMPT, held=device.held)


@router.get(
    "/segments/{digest}/offset",
    response_class=Response,
    responses=described_replies(200, Media.ATTEMPT, "How much has arrived", UploadAttempt),
)
def held_of_segment(here: Here, device: SignedIn, digest: Digest) -> Response:
    """Tell how much of an upload has arrived, while it goes on; the number 0 names no attempt."""
    content = UploadAttempt(attempt=0, offset=here.uploads.held(device.id, digest))
    return reply(content, Media.ATTEMPT, held=device.held)


@router.patch(
    "/segments/{digest}",
    response_class=Response,
    responses=described_replies(200, Media.RECEIPT, "The signed verdicts"),
    openapi_extra=described_body(Media.SEGMENT),
)
async def patch_segment(
    request: Request,
    here: Here,
    device: SignedIn,
    digest: Digest,
    attempt: Annotated[int, Query(ge=0, le=MOST)],
    offset: Annotated[int, Query(ge=0, le=LIMITS.content)],
) -> Response:
    """Take in the rest of a segment behind what is held, and answer with its receipt."""
    require_media(request, Media.SEGMENT, told=False)
    here.require_room()
    return await _take_in(request, here, device, here.uploads.claim(device.id, digest, attempt, offset))


async def _take_in(request: Request, here: World, device: Device, attempt: Attempt) -> Response:
    """Keep every byte as it arrives, so that a cut loses only what was on its way."""
    try:
        async for arrived in request.stream():
            if arrived:
                attempt = here.uploads.write(attempt, arrived)
    except ClientDisconnect:
        raise RequestProblem("SERVER-006", "The request broke off; what had arrived is held.") from None
    content = here.uploads.whole(attempt)
    async with here.turns.take():
        received = await run_in_threadpool(receive_from, here, device, content)
    here.uploads.finish(attempt)
    return reply(answer_of(received.receipt), Media.RECEIPT, held=received.held, news=received.news)
