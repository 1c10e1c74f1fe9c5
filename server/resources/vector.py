"""What the server holds of everybody: how coordinators find out what a store that was put back has lost."""

from __future__ import annotations

from fastapi import APIRouter, Depends
from starlette.responses import Response

from server.queries import devices, life, segments, statements
from server.replies import reply
from server.resources.asking import Coordinating, Here, require_protocol
from server.resources.describing import described_replies
from sync.lives import names_of
from sync.messages import Media, Vector, head_of
from sync.statements import StatementKind

router = APIRouter(dependencies=[Depends(require_protocol)])


@router.get(
    "/vector",
    response_class=Response,
    responses=described_replies(200, Media.VECTOR, "How far every chain is held", Vector),
)
def read_vector(here: Here, device: Coordinating) -> Response:
    """Tell a coordinator how far every device's chain is held, which statements, and what was resealed."""
    with here.store.read() as connection:
        content = Vector(
            epoch=here.life.epoch,
            watermark=life.watermark(connection),
            held={each.id: each.held for each in devices.starting_with(connection, "")},
            statements=names_of(
                jws for kind in StatementKind for jws in statements.of_kind(connection, kind)
            ),
            resealed={
                head_of(digest): generation
                for digest, generation in segments.later_generations(connection).items()
            },
        )
    return reply(content, Media.VECTOR, held=device.held)
