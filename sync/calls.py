"""What a device asks a server, as typed calls.

Owns the requests, the exact status and media type of each right reply, and the problem that each wrong one means;
moving the bytes is left to a `Transport`. A reply that is not exactly right is not from our server.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol, TypeVar

from pydantic import BaseModel

from sync.feeds import Page, read_page
from sync.messages import (
    HELD,
    CoordinatorRequest,
    Held,
    Hello,
    Joined,
    JoinRequest,
    Media,
    ProblemDetail,
    ReturnRequest,
    StatementsAccepted,
    StatementsUpload,
    SuccessorRequest,
    UploadAttempt,
    Vector,
    segment_path,
)
from sync.problems import Fault, SyncProblem, problem
from sync.receipts import from_answer
from sync.resealing import Generation
from sync.wire import LIMITS, PROTOCOL, loads, parse, validate

_SMALL_REPLY = 64 * 1024
_FAULTS = {
    401: Fault.TOKEN,
    403: Fault.NOT_ALLOWED,
    409: Fault.CHECKPOINT,
    410: Fault.INVITATION_SPENT,
    412: Fault.UPLOAD,
    422: Fault.UPLOAD,
    421: Fault.OTHER_PROJECT,
    426: Fault.SERVER_TOO_NEW,
    429: Fault.SERVER_BUSY,
    503: Fault.SERVER_BUSY,
    507: Fault.SERVER_FULL,
}
_BY_CODE = {"SERVER-024": Fault.RESEALED}
"""What shares its status with something else."""
_GATEWAY = frozenset({502, 503, 504})
"""What a gateway says in words of its own while the server behind it is away."""
_CODE = re.compile(r"[A-Z]{2,12}-[0-9]{3}")

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Request:
    """One request; the transport adds address and token."""

    method: str
    path: str
    accept: Media
    limit: int
    """The most bytes of a right reply."""
    query: Mapping[str, str] = field(default_factory=dict)
    media: Media | None = None
    """Of the body; None where the path says it: on a bad line, its name costs as much as an answer."""
    body: bytes | None = field(default=None, repr=False)
    kept: bytearray | None = field(default=None, repr=False)
    """Where a right reply's body is gathered behind what is there: what came before the line broke is not lost."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back, whole."""

    status: int
    media: str
    """Without parameters, lower case."""
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes = field(repr=False)


class Transport(Protocol):
    """Moves one request and its reply."""

    async def send(self, request: Request) -> Reply:
        """The reply, whatever it says. Raises SyncProblem when there is none, or it is larger than allowed."""


class Calls:
    """The calls of one device to one server; remembers what the last reply said the server holds."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self.held: Held | None = None
        """What the server last said it holds of this device; None until it said so."""
        self._page = ("", 0, bytearray())
        """Epoch and sequence behind which a page begins, and what had arrived of it when the line broke."""
        self.news: int | None = None
        """The last sequence of the feed for this device, as the last receipt's answer told it; None: not told."""

    async def hello(self) -> Hello:
        """Who the server is, and that both speak a common protocol."""
        reply = await self._get("/v1/hello", Media.HELLO, _SMALL_REPLY)
        value = _readable(lambda: loads(reply.body))
        _require_protocol(value)
        return _readable(lambda: validate(Hello, value))

    async def join(self, request: JoinRequest) -> Joined:
        """Join with a one-time code; the same code and keys again give the same answer."""
        reply = await self._put("POST", "/v1/devices", Media.JOIN, _json(request), Media.JOINED, 201)
        return _readable(lambda: parse(Joined, reply.body))

    async def register(self, request: CoordinatorRequest) -> Joined:
        """Register a certified coordinator."""
        body = _json(request)
        reply = await self._put("POST", "/v1/coordinators", Media.COORDINATOR, body, Media.JOINED, 201)
        return _readable(lambda: parse(Joined, reply.body))

    async def succeed(self, request: SuccessorRequest) -> Joined:
        """Go on as another device; the same request again gives a new token."""
        body = _json(request)
        reply = await self._put("POST", "/v1/successors", Media.SUCCESSOR, body, Media.JOINED, 201)
        return _readable(lambda: parse(Joined, reply.body))

    async def come_back(self, request: ReturnRequest) -> Joined:
        """Be let in again by a server that lost this device; the same request again gives a new token."""
        body = _json(request)
        reply = await self._put("POST", "/v1/returns", Media.RETURN, body, Media.JOINED, 201)
        return _readable(lambda: parse(Joined, reply.body))

    async def put_segment(self, segment: Generation) -> bytes:
        """Send a segment; the receipt's bytes, not yet verified. The same bytes again give the receipt again."""
        path = segment_path(segment.upload)
        reply = await self._put("PUT", path, None, segment.content, Media.RECEIPT)
        return from_answer(reply.body, segment.header, segment.digest)

    async def begin_attempt(self, segment: Generation, name: str = "") -> UploadAttempt | bytes:
        """How to go on with a segment of which a part may be held; its receipt's bytes when it is held whole.

        Args:
            name: the segment's own, where any generation of it will do; empty: that of these bytes.
        """
        path = f"{segment_path(name or segment.upload)}/attempts"
        reply = await self._transport.send(Request("POST", path, Media.ATTEMPT, _SMALL_REPLY))
        if (reply.status, reply.media) == (200, Media.RECEIPT.value):
            self._note(reply)
            return from_answer(reply.body, segment.header, segment.digest)
        self._require(reply, 200, Media.ATTEMPT)
        attempt = _readable(lambda: parse(UploadAttempt, reply.body))
        if attempt.offset > len(segment.content):
            raise problem(Fault.REPLY_UNREADABLE)
        return attempt

    async def put_rest(self, segment: Generation, attempt: UploadAttempt) -> bytes:
        """Send what the server does not hold of a segment; the receipt's bytes, not yet verified."""
        query = {"attempt": str(attempt.attempt), "offset": str(attempt.offset)}
        rest = segment.content[attempt.offset :]
        path = segment_path(segment.upload)
        request = Request("PATCH", path, Media.RECEIPT, _SMALL_REPLY, query, None, rest)
        reply = await self._send(request, 200)
        return from_answer(reply.body, segment.header, segment.digest)

    async def feed(self, epoch: str, after: int) -> Page:
        """What is new behind a checkpoint; an empty epoch and 0 begin. Raises SyncProblem CHECKPOINT."""
        page, self._page = self._page, ("", 0, bytearray())
        kept = page[2] if page[:2] == (epoch, after) else bytearray()
        skipped = len(kept)
        query = {"epoch": epoch, "after": str(after)} | ({"skip": str(skipped)} if skipped else {})
        request = Request("GET", "/v1/feed", Media.FEED, LIMITS.page, query, kept=kept)
        try:
            reply = await self._transport.send(request)
        except SyncProblem:
            self._page = (epoch, after, kept)
            raise
        if reply.status == 204 and HELD.lower() in reply.headers:
            self._note(reply)
            return Page((), after, False, epoch)
        self._require(reply, 200, Media.FEED)
        try:
            return read_page(reply.body)
        except SyncProblem:
            # The page may have grown meanwhile, or the server begun another life: from its first byte once more.
            if skipped:
                return await self.feed(epoch, after)
            raise problem(Fault.REPLY_UNREADABLE) from None

    @property
    def begun(self) -> int:
        """Bytes that arrived of a page whose rest is still to come."""
        return len(self._page[2])

    async def held_of(self, segment: Generation) -> int:
        """How many bytes of a segment have arrived by now; asked beside an upload, which it does not disturb."""
        reply = await self._get(f"{segment_path(segment.upload)}/offset", Media.ATTEMPT, _SMALL_REPLY)
        return min(len(segment.content), _readable(lambda: parse(UploadAttempt, reply.body)).offset)

    async def vector(self) -> Vector:
        """What the server holds of everybody; a coordinator's only."""
        reply = await self._get("/v1/vector", Media.VECTOR, LIMITS.page)
        return _readable(lambda: parse(Vector, reply.body, replace(LIMITS, document=LIMITS.page)))

    async def put_statements(self, statements: Sequence[str]) -> int:
        """Publish signed statements; how many the server took."""
        body = _json(StatementsUpload(statements=tuple(statements)))
        reply = await self._put("PUT", "/v1/statements", Media.STATEMENTS, body, Media.ACCEPTED)
        return _readable(lambda: parse(StatementsAccepted, reply.body)).accepted

    async def _get(
        self, path: str, accept: Media, limit: int, query: Mapping[str, str] | None = None
    ) -> Reply:
        return await self._send(Request("GET", path, accept, limit, query or {}), 200)

    async def _put(
        self, method: str, path: str, media: Media | None, body: bytes, accept: Media, status: int = 200
    ) -> Reply:
        limit = LIMITS.page if accept is Media.JOINED else _SMALL_REPLY
        return await self._send(Request(method, path, accept, limit, media=media, body=body), status)

    async def _send(self, request: Request, status: int) -> Reply:
        reply = await self._transport.send(request)
        self._require(reply, status, request.accept)
        return reply

    def _require(self, reply: Reply, status: int, media: Media) -> None:
        """Raises the problem that a reply means which is not exactly the right one."""
        if (reply.status, reply.media) != (status, media.value):
            raise refusal(reply)
        self._note(reply)

    def _note(self, reply: Reply) -> None:
        held, news = _told(reply.headers.get(HELD.lower(), ""))
        self.held = self.held if held is None else held
        self.news = self.news if news is None else news


def refusal(reply: Reply) -> SyncProblem:
    """The problem that a reply means which is not the one asked for."""
    if reply.media == Media.PROBLEM.value:
        try:
            detail = parse(ProblemDetail, reply.body)
        except SyncProblem:
            return problem(Fault.NOT_THE_SERVER)
        fault = Fault.SERVER_FAULT if reply.status >= 500 else Fault.REQUEST_REFUSED
        # The server's words are not shown: a hostile one could say anything.
        code = detail.code if _CODE.fullmatch(detail.code) else ""
        refused = problem(_BY_CODE.get(code) or _FAULTS.get(reply.status, fault), where=code)
        asked = reply.headers.get("retry-after", "")
        if asked.isascii() and asked.isdigit():
            refused.retry_after_seconds = float(asked[:6])
        return refused
    if reply.status in _GATEWAY:
        return problem(Fault.SERVER_BUSY)
    return problem(Fault.NOT_THE_SERVER)


def _require_protocol(hello: object) -> None:
    """Before anything else of the greeting is read: another protocol may greet in other words."""
    spoken = hello.get("protocol") if isinstance(hello, dict) else None
    low, high = (spoken.get("min"), spoken.get("max")) if isinstance(spoken, dict) else (None, None)
    if not isinstance(low, int) or not isinstance(high, int):
        raise problem(Fault.NOT_THE_SERVER)
    if high < PROTOCOL:
        raise problem(Fault.SERVER_TOO_OLD)
    if low > PROTOCOL:
        raise problem(Fault.SERVER_TOO_NEW)


def _told(text: str) -> tuple[Held | None, int | None]:
    """What a header says is held, and what is news; None of what it does not say, or says in no right way."""
    number, _, rest = text.partition(":")
    head, _, news = rest.partition(":")
    try:
        held = validate(Held, {"n": _number(number), "head": head})
    except SyncProblem:
        return None, None
    return held, _number(news)


def _number(text: str) -> int | None:
    return int(text[:16]) if text.isascii() and text.isdigit() else None


def _json(model: BaseModel) -> bytes:
    return model.model_dump_json().encode()


def _readable(read: Callable[[], Value]) -> Value:
    """What a reply of the right type holds; damage in it is the reply's."""
    try:
        return read()
    except SyncProblem as damage:
        if damage.fault is Fault.DAMAGED:
            raise problem(Fault.REPLY_UNREADABLE) from None
        raise
