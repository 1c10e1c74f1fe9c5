"""How the server answers: exact media types, and on every answer to a device what is held of it.

Owns the shape of replies; leaves their content to `server.resources`. Invariant: every error has one shape, and no
reply may be stored on its way. Answers on a bad line are counted in bytes: where a token came with the request, HTTP
itself forbids to store the answer (RFC 9111, 3.5), and no header says it again.
"""

from __future__ import annotations

import json

from starlette.requests import Request
from starlette.responses import Response

from server.problems import PROBLEM_MEDIA_TYPE, RequestProblem
from sync.messages import EPOCH, HELD, Held, Media
from sync.wire import Wire


def reply(
    content: bytes | Wire,
    media: Media,
    *,
    held: Held | None = None,
    news: int | None = None,
    status: int = 200,
) -> Response:
    """An answer.

    Args:
        content: the body, or the message that becomes its JSON.
        held: what is held of the device that asks; None: it is not known who asks.
        news: the last sequence of the feed that the device may see; None: not told.
    """
    body = content if isinstance(content, bytes) else content.model_dump_json().encode()
    return Response(body, status, _headers("", held, news), media_type=media)


def nothing_new(held: Held) -> Response:
    """An answer to a device for which there is nothing behind its checkpoint, which fits this server's epoch."""
    return Response(status_code=204, headers=_headers("", held))


def problem_reply(problem: RequestProblem, *, epoch: str = "", held: Held | None = None) -> Response:
    """A problem as RFC 9457 wants it; `epoch` is empty where the store was not reached."""
    body = json.dumps(problem.details(), ensure_ascii=False).encode()
    headers = _headers(epoch, held) | problem.headers()
    return Response(body, problem.status, headers, media_type=PROBLEM_MEDIA_TYPE)


def note_held(request: Request, held: Held) -> None:
    """Remember whom this request comes from, for the answer in case of a problem."""
    request.state.held = held


def noted_held(request: Request) -> Held | None:
    """What `note_held` remembered; None before the device is known."""
    held: Held | None = getattr(request.state, "held", None)
    return held


def _headers(epoch: str, held: Held | None, news: int | None = None) -> dict[str, str]:
    headers = {"Cache-Control": "no-store"} if held is None else {HELD: held.encode(news)}
    return headers | ({EPOCH: epoch} if epoch else {})
