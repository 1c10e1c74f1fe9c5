"""Statements that coordinators publish."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.responses import Response

from server.logs import note, shortened
from server.publishing import publish
from server.replies import reply
from server.resources.asking import Coordinating, Here, body_of, read_message, require_protocol
from server.resources.describing import described_body, described_replies
from sync.messages import Media, StatementsAccepted, StatementsUpload
from sync.wire import LIMITS, Limits

UPLOAD = Limits(document=2 * LIMITS.statement)
"""Several statements in one document."""

router = APIRouter(dependencies=[Depends(require_protocol)])


@router.put(
    "/statements",
    response_class=Response,
    responses=described_replies(200, Media.ACCEPTED, "How many are held now", StatementsAccepted),
    openapi_extra=described_body(Media.STATEMENTS, StatementsUpload),
)
def put_statements(
    here: Here, device: Coordinating, body: Annotated[bytes, Depends(body_of(Media.STATEMENTS))]
) -> Response:
    """Keep signed statements, all of them or, when one can't be taken, none."""
    here.require_room()
    upload = read_message(StatementsUpload, body, UPLOAD)
    with here.store.write() as connection:
        accepted = publish(here, connection, upload.statements)
    note("published", device=shortened(device.id), statements=accepted)
    content = StatementsAccepted(accepted=accepted)
    return reply(content, Media.ACCEPTED, held=device.held)
