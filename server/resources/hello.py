"""Who this server is, and what it holds of who asks."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from server.queries import life
from server.replies import reply
from server.resources.asking import Here, Token, require_protocol, signed_in
from server.resources.describing import described_replies
from sync.identity import to_text
from sync.messages import Hello, Media, ProtocolRange
from sync.wire import PROTOCOL

router = APIRouter(dependencies=[Depends(require_protocol)])


@router.get(
    "/hello",
    response_class=Response,
    responses=described_replies(200, Media.HELLO, "Project, epoch, protocol and receipt key", Hello),
    openapi_extra={"security": [{}]},  # besides the token: nobody needs one here
)
def hello(request: Request, here: Here, token: Token) -> Response:
    """Tell who this is; with a token also what is held of the device, without one to anybody."""
    device = signed_in(request, here, token) if "authorization" in request.headers else None
    with here.store.read() as connection:
        certificate = life.present(connection).certificate
    content = Hello(
        protocol=ProtocolRange(min=PROTOCOL, max=PROTOCOL),
        project=here.life.project,
        epoch=here.life.epoch,
        server_key=to_text(here.key.public),
        age_recipient=here.age.recipient,
        statement=certificate,
    )
    return reply(content, Media.HELLO, held=device.held if device else None)
