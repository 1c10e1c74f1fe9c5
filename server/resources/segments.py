"""Segments: sent once or again, answered by a receipt."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path
from starlette.responses import Response

from server.receiving import receive
from server.replies import reply
from server.resources.asking import Here, SignedIn, body_of, require_protocol
from server.resources.describing import described_body, described_replies
from sync.messages import Media

router = APIRouter(dependencies=[Depends(require_protocol)])


@router.put(
    "/segments/{digest}",
    response_class=Response,
    responses=described_replies(200, Media.RECEIPT, "The signed verdicts"),
    openapi_extra=described_body(Media.SEGMENT),
)
def put_segment(
    here: Here,
    device: SignedIn,
    digest: Annotated[str, Path(pattern="^[0-9a-f]{64}$")],
    body: Annotated[bytes, Depends(body_of(Media.SEGMENT))],
) -> Response:
    """Take a segment in and answer with its receipt; the same bytes again get the same receipt."""
    received = receive(here, device, digest, body)
    return reply(received.receipt, Media.RECEIPT, epoch=here.life.epoch, held=received.held)
