"""What a request may cost before anybody looks at it: size, time and compression.

An ASGI layer around the whole application; leaves rights and meaning to those inside. Invariant: no more than the
cap of a path is ever held of one request, and a request that stops arriving ends.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.problems import RequestProblem
from server.replies import problem_reply
from sync.wire import LIMITS

SMALL_BODY_BYTES = 16 * 1024
"""Joining takes about 600 bytes."""


@dataclass(frozen=True, slots=True)
class RequestLimits:
    """Caps on requests."""

    idle_seconds: float = 30.0
    """A body that brings nothing for so long is closed. The worst line measured stalls for 7 s; a slow sender that
    trickles is bounded by the number of connections."""
    small_body_bytes: int = SMALL_BODY_BYTES
    """All paths not named in `body_bytes`."""
    body_bytes: Mapping[str, int] = field(
        default_factory=lambda: {"/v1/segments": LIMITS.content, "/v1/statements": 2 * LIMITS.statement}
    )
    """First two parts of a path to the largest body there, in bytes."""

    def body_cap(self, path: str) -> int:
        """The largest body that a path takes, in bytes."""
        return self.body_bytes.get("/".join(path.split("/", 3)[:3]), self.small_body_bytes)


class LimitedRequests:
    """Lets requests through within their limits; the rest is answered here."""

    def __init__(self, app: ASGIApp, limits: RequestLimits) -> None:
        self.app = app
        self.limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request (ASGI 3)."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        cap = self.limits.body_cap(scope["path"])
        refusal = _refusal(dict(scope["headers"]), cap)
        if refusal is not None:
            await problem_reply(refusal)(scope, receive, send)
            return
        await self.app(scope, _Metered(receive, cap, self.limits.idle_seconds), send)


class _Metered:
    """A body that counts what arrives and watches the time between its parts."""

    def __init__(self, receive: Receive, cap: int, idle_seconds: float) -> None:
        self.receive = receive
        self.left = cap
        self.idle_seconds = idle_seconds
        self.is_arriving = True

    async def __call__(self) -> Message:
        # Behind the body this call waits for the client to leave, for as long as the answer takes.
        if not self.is_arriving:
            return await self.receive()
        try:
            message = await asyncio.wait_for(self.receive(), self.idle_seconds)
        except TimeoutError:
            raise RequestProblem(
                "SERVER-006",
                "The request stopped arriving; nothing of it was kept.",
                remedy="Send it again.",
            ) from None
        self.is_arriving = bool(message.get("more_body", False))
        self.left -= len(message.get("body", b""))
        if self.left < 0:
            raise _too_large()
        return message


def _refusal(headers: Mapping[bytes, bytes], cap: int) -> RequestProblem | None:
    """What the headers alone give reason to refuse."""
    if headers.get(b"content-encoding", b"identity").strip().lower() != b"identity":
        # A few kilobytes of gzip inflate to gigabytes; segments are compressed inside, where the cap is known.
        return RequestProblem("SERVER-009", "The request's body is compressed.", remedy="Send it as it is.")
    length = headers.get(b"content-length", b"0")
    return _too_large() if length.isdigit() and int(length[:20]) > cap else None


def _too_large() -> RequestProblem:
    return RequestProblem(
        "SERVER-008",
        "The request is larger than what this address takes; nothing of it was kept.",
        remedy="Update fieldkit on the device that sent it.",
    )
