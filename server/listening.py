"""Listening at an address until told to stop.

Owns the socket, TLS and stopping; leaves requests to `server.app`. Invariant: an address that other machines reach is
never served without a certificate.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable
from types import FrameType

import uvicorn
from fastapi import FastAPI
from uvicorn.protocols.http.h11_impl import H11Protocol

from server.addresses import Address
from server.problems import OperatorProblem
from server.settings import Settings

CONNECTIONS = 256
"""At the same time; one that trickles holds one of them. More would outgrow the usual limit of open files."""
KEEP_ALIVE_SECONDS = 15
HEAD_SECONDS = 30.0
"""In which the head of a request must be there whole; the worst line measured brings one in ten. Bodies have a limit of
their own in `server.limits`, which sees nothing before the head."""
GRACE_SECONDS = 10
"""For requests under way when the server is told to stop; what they sent is sent again otherwise."""


def require_certificate(settings: Settings, address: Address) -> None:
    """Raises OperatorProblem SERVER-104 when other machines can reach the address and there is no certificate."""
    if not address.is_loopback and not settings.certificate_file.exists():
        raise OperatorProblem(
            "SERVER-104",
            "This server was made for this machine only and has no certificate; it was not started.",
            remedy="Make a server anew with `fieldkit-server init --address HOST:PORT`.",
            where=address.url,
        )


def listen(address: Address) -> socket.socket:
    """A socket bound to an address; port 0 takes any that is free. Raises OperatorProblem SERVER-106."""
    try:
        family, *_, place = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)[0]
        return socket.create_server(place, family=family)
    except OSError:
        raise OperatorProblem(
            "SERVER-106",
            "The server can't listen there: the port is taken, or the address is not this machine's.",
            remedy="Stop what uses it, or give another address or port.",
            where=address.url,
        ) from None


def serve(
    app: FastAPI,
    settings: Settings,
    bound: socket.socket,
    *,
    encrypted: bool,
    on_start: Callable[[], None],
    until_input_ends: bool = False,
) -> None:
    """Answer requests until Ctrl-C, SIGTERM or, when asked to, the end of standard input; then stop in order.

    Args:
        on_start: called once, when the first request would be answered.
        until_input_ends: stop with the process that holds the other end, so that no orphan is left.
    """
    config = uvicorn.Config(
        app,
        http=Impatient,
        access_log=False,
        log_config=None,
        server_header=False,
        date_header=False,  # 37 bytes of every answer, and no device trusts it
        proxy_headers=False,
        limit_concurrency=CONNECTIONS,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=GRACE_SECONDS,
        ssl_certfile=settings.certificate_file if encrypted else None,
        ssl_keyfile=settings.certificate_key_file if encrypted else None,
    )
    server = _Announcing(config, on_start)
    if until_input_ends:
        threading.Thread(target=server.stop_with_input, daemon=True).start()
    # The web server stops in order at a signal and then raises it again, for us to swallow: that was a success.
    for stopping in (signal.SIGINT, signal.SIGTERM):
        signal.signal(stopping, _stopped)
    server.run(sockets=[bound])


class Impatient(H11Protocol):
    """A connection that ends when no whole head of a request comes in time.

    Otherwise a stranger, who needs no token for it, holds all connections that there are with half a head on each.
    """

    head_seconds = HEAD_SECONDS
    _due: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Somebody is there."""
        super().connection_made(transport)
        self._watch()

    def data_received(self, data: bytes) -> None:
        """Some of a head, or of a body, has come."""
        super().data_received(data)
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nobody is there any more."""
        self._relax()
        super().connection_lost(exc)

    def _watch(self) -> None:
        """Begin to count where a head is awaited; what began before goes on, or a trickle would never end."""
        if self.cycle is not None and not self.cycle.response_complete:
            self._relax()
        elif self._due is None:
            self._due = self.loop.call_later(self.head_seconds, self.transport.close)

    def _relax(self) -> None:
        if self._due is not None:
            self._due.cancel()
            self._due = None


class _Announcing(uvicorn.Server):
    """A web server that says when it is ready and stops when its input ends."""

    def __init__(self, config: uvicorn.Config, on_start: Callable[[], None]) -> None:
        super().__init__(config)
        self.on_start = on_start

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to listen, then say so."""
        await super().startup(sockets)
        self.on_start()

    def stop_with_input(self) -> None:
        """Wait for the end of standard input; runs in a thread of its own."""
        # Not through sys.stdin: a thread that still waits in it when the program ends makes the interpreter abort.
        while os.read(sys.stdin.fileno(), 4096):
            continue
        self.should_exit = True


def _stopped(_signal: int, _frame: FrameType | None) -> None:
    """A signal that was already obeyed."""
