"""The network of a history: carries requests to the server in this process, and does to them what bad lines do.

Owns what happens to a request on its way; what was done is counted as `coverage`. A request runs in the real
application as an ASGI call whose body arrives when the line says so: cut at any byte, much later, twice, or never.
"""

from __future__ import annotations

import asyncio
import json
import random
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sized
from enum import StrEnum

import httpx
from starlette.types import ASGIApp, Message

from tests.server.requests import scope_of
from tests.simulation.coverage import Coverage

PIECES = 4
"""The most pieces in which a body arrives."""


class Weather(StrEnum):
    """What a line may do to a request."""

    UNREACHABLE = "no connection"
    LOST = "request lost"
    CUT = "request cut"
    STALLED = "request stalled, the rest later"
    DELAYED = "request delayed behind later ones"
    REPEATED = "request repeated"
    REPLY_LOST = "reply lost after the commit"
    REPLY_CUT = "reply cut"
    BUSY = "429 or 503"
    ERROR = "500 or 502"
    PORTAL = "captive portal with status 200"


class Flight:
    """One request on its way into the application."""

    def __init__(self, app: ASGIApp, request: httpx.Request, body: bytes) -> None:
        self.status = 0
        self.headers: list[tuple[bytes, bytes]] = []
        self.reply = bytearray()
        self._parts: list[Message] = []
        self._starved, self._fed = asyncio.Event(), asyncio.Event()
        self.rest = body
        self._app, self._scope = app, scope_of(request)
        self._task: asyncio.Task[None] | None = None

    async def bring(self, length: int) -> None:
        """Let so many bytes of what is left arrive; the last of them end the request."""
        part, self.rest = self.rest[:length], self.rest[length:]
        await self._give({"type": "http.request", "body": part, "more_body": bool(self.rest)})

    async def break_off(self) -> None:
        """The connection breaks before all has arrived."""
        await self._give({"type": "http.disconnect"})

    async def kill(self) -> None:
        """The server's process ends."""
        if self._task is not None and not self._task.done():
            self._task.cancel()
            await asyncio.wait({self._task})

    async def _give(self, message: Message) -> None:
        self._parts.append(message)
        self._starved.clear()
        self._fed.set()
        if self._task is None:
            self._task = asyncio.create_task(self._run())
        waiting = asyncio.create_task(self._starved.wait())
        await asyncio.wait({self._task, waiting}, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        if self._task.done():
            self._task.result()

    async def _run(self) -> None:
        await self._app(self._scope, self._receive, self._send)

    async def _receive(self) -> Message:
        while not self._parts:
            self._fed.clear()
            self._starved.set()
            await self._fed.wait()
        return self._parts.pop(0)

    async def _send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status, self.headers = message["status"], list(message["headers"])
        else:
            self.reply += message.get("body", b"")


class Line(httpx.AsyncBaseTransport):
    """All devices' way to the one server.

    Args:
        app: the application that runs now.
        advance: moves the clocks by so many seconds.
    """

    def __init__(
        self,
        app: Callable[[], ASGIApp],
        chance: random.Random,
        coverage: Coverage,
        advance: Callable[[float], None],
    ) -> None:
        self.app = app
        self.badness = 0.0
        """How likely something happens to a request."""
        self.tells_what_is_held = True
        """Whether answers say what the server holds of the device."""
        self.codes: Counter[str] = Counter()
        """Codes of the problems that the server answered with."""
        self._chance = chance
        self._coverage = coverage
        self._advance = advance
        self._late: list[Flight] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """One request and its reply, or what became of them."""
        body = await request.aread()
        self._advance(1.0)
        flight = Flight(self.app(), request, body)
        if self._chance.random() < 0.3:
            await self.bring_late()
        if self._chance.random() >= self.badness:
            return self._answer(await self._carried(flight))
        weather = self._chance.choice(list(Weather))
        self._coverage.faults[weather] += 1
        return await self._suffered(weather, flight, request, body)

    async def bring_late(self) -> None:
        """What was stalled or delayed arrives now, behind whatever came after it."""
        while self._late:
            late = self._late.pop(self._chance.randrange(len(self._late)))
            await late.bring(len(late.rest))
            self._note(late)

    async def forget_late(self) -> None:
        """The server's process ended, and with it every connection."""
        late, self._late = self._late, []
        for flight in late:
            await flight.kill()

    async def _suffered(
        self, weather: Weather, flight: Flight, request: httpx.Request, body: bytes
    ) -> httpx.Response:
        match weather:
            case Weather.UNREACHABLE:
                raise httpx.ConnectError("no way")
            case Weather.LOST:
                raise httpx.ReadTimeout("nothing came")
            case Weather.CUT:
                await flight.bring(self._somewhere(body))
                if flight.rest:
                    await flight.break_off()
                raise httpx.WriteError("cut")
            case Weather.STALLED if body:
                await flight.bring(min(self._somewhere(body), len(body) - 1))
                self._late.append(flight)
                raise httpx.ReadTimeout("stalled")
            case Weather.STALLED | Weather.DELAYED:
                self._late.append(flight)
                raise httpx.ReadTimeout("delayed")
            case Weather.REPEATED:
                await self._carried(flight)
                return self._answer(await self._carried(Flight(self.app(), request, body)))
            case Weather.REPLY_LOST:
                await self._carried(flight)
                raise httpx.ReadError("cut behind the commit")
            case Weather.REPLY_CUT:
                return self._answer(await self._carried(flight), cut=self._somewhere(flight.reply))
            case Weather.BUSY:
                return _problem(self._chance.choice([429, 503]))
            case Weather.ERROR:
                return self._chance.choice([_problem(500), _reply(502, "text/plain", b"Bad gateway")])
            case Weather.PORTAL:
                return _reply(200, "text/html", b"<h1>Welcome to our guest network</h1>")

    async def _carried(self, flight: Flight) -> Flight:
        length = len(flight.rest)
        for _ in range(self._chance.randrange(PIECES)):
            await flight.bring(int(self._chance.random() * length / PIECES))
            if self._chance.random() < 0.2:
                await self.bring_late()
            if not flight.rest:
                break
        if flight.rest or not length:
            await flight.bring(len(flight.rest))
        self._note(flight)
        return flight

    def _answer(self, flight: Flight, cut: int | None = None) -> httpx.Response:
        if not self.tells_what_is_held:
            # Empty, not left out: without the header the answer would not be from our server at all.
            flight.headers = [
                (name, b"" if name == b"fieldkit-held" else told) for name, told in flight.headers
            ]
        return arriving(flight, cut)

    def _somewhere(self, content: Sized) -> int:
        # Not randrange, which takes more or less of the generator by the length, and lengths differ by a few bytes.
        return int(self._chance.random() * (len(content) + 1))

    def _note(self, flight: Flight) -> None:
        if flight.status >= 400:
            self.codes[json.loads(flight.reply)["code"]] += 1


def arriving(flight: Flight, cut: int | None = None) -> httpx.Response:
    """The application's reply as a client reads it; cut behind so many bytes."""
    return httpx.Response(flight.status, headers=flight.headers, stream=_Arriving(bytes(flight.reply), cut))


class _Arriving(httpx.AsyncByteStream):
    """A reply's body on its way; None for a cut is a reply that arrives whole."""

    def __init__(self, content: bytes, cut: int | None = None) -> None:
        self._content, self._cut = content, cut

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self._content[: self._cut]
        if self._cut is not None:
            raise httpx.ReadError("cut")


def _reply(status: int, media: str, body: bytes) -> httpx.Response:
    return httpx.Response(status, headers={"Content-Type": media}, stream=_Arriving(body))


def _problem(status: int) -> httpx.Response:
    content = {"type": "about:blank", "title": "Busy", "status": status, "code": "SERVER-014", "detail": ""}
    return _reply(status, "application/problem+json", json.dumps(content).encode())
