"""Moving requests over HTTP: the only module that knows the HTTP client.

Owns the connection, its certificate check, the caps on what is read and the translation of the client's errors;
what the bytes mean is `sync.calls`'. Invariants: nothing secret is written before the server's certificate was
checked; no redirect is followed; no more is read than the request allows.

Proxies, certificates and passwords from the environment (``HTTPS_PROXY``, ``SSL_CERT_FILE``, ``.netrc``) are not
used: whoever set them for a browser did not mean to show a third party when this device sends, and to whom.
"""

from __future__ import annotations

import hashlib
import socket
import ssl
from collections.abc import AsyncIterator, Iterator
from functools import cache
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

import httpx

from sync.calls import Reply, Request
from sync.invitations import require_address
from sync.problems import Fault, SyncProblem, problem

TIMEOUT = httpx.Timeout(30.0, connect=15.0)
"""Seconds without any progress, never of the whole: a bad line may be slow as long as it moves."""
PIECE_BYTES = 8 * 1024
_SAID_BY_THE_PROTOCOL = ("accept", "accept-encoding", "connection", "user-agent")
"""Headers that the client adds by itself: each path has one type of answer, compressed ones are refused, and a program
that names itself and its version tells a listener at a gateway how old a device's software is."""
_SEND_BUFFER = [(socket.SOL_SOCKET, socket.SO_SNDBUF, 16 * 1024)]
"""What is handed to the system and waits there counts as sent: on a slow line a large buffer would hide for minutes
that nothing moves, and let the wait for the answer run out."""


class FingerprintMismatch(ssl.SSLError):
    """The server's certificate is not the pinned one."""


def pinned_context(fingerprint: str) -> ssl.SSLContext:
    """A TLS context that accepts one certificate and no other, whoever signed it and whatever it names.

    Args:
        fingerprint: SHA-256 of the certificate (DER), in hex.
    """

    class PinnedObject(ssl.SSLObject):
        # The handshake is over before the client may write its first byte, so a wrong server learns nothing.
        def do_handshake(self) -> None:
            super().do_handshake()
            certificate = self.getpeercert(binary_form=True) or b""
            if hashlib.sha256(certificate).hexdigest() != fingerprint:
                raise FingerprintMismatch("another certificate")

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.sslobject_class = PinnedObject
    return context


@cache
def _by_authorities() -> ssl.SSLContext:
    """A TLS context that accepts what this computer's authorities signed, read once: that holds a key up for 20 ms."""
    return ssl.create_default_context()


def _context(address: str, fingerprint: str | None) -> ssl.SSLContext:
    if urlsplit(address).scheme == "http":
        return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # never used; it would trust nobody
    return pinned_context(fingerprint) if fingerprint else _by_authorities()


class HttpTransport:
    """Moves requests to one server; an async context manager.

    Args:
        address: ``https://...``, or ``http://`` to this same computer.
        token: the device's; empty before it has joined.
        tls_fingerprint: SHA-256 of the one certificate to accept; None: this computer's authorities decide.
        inner: another client transport, for servers in the same process.

    Raises:
        SyncProblem: ADDRESS.
    """

    def __init__(
        self,
        address: str,
        token: str = "",
        tls_fingerprint: str | None = None,
        *,
        inner: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._address = require_address(address)
        context = _context(self._address, tls_fingerprint)
        self._client = httpx.AsyncClient(
            base_url=self._address,
            headers={"Authorization": f"Bearer {token}"} if token else {},
            timeout=TIMEOUT,
            follow_redirects=False,
            trust_env=False,
            transport=inner
            or httpx.AsyncHTTPTransport(verify=context, trust_env=False, socket_options=_SEND_BUFFER),
        )
        for name in _SAID_BY_THE_PROTOCOL:
            del self._client.headers[name]

    async def send(self, request: Request) -> Reply:
        """The reply, read up to the request's limit. Raises SyncProblem."""
        headers = {} if request.body is None else {"Content-Length": str(len(request.body))}
        if request.media is not None:
            headers["Content-Type"] = request.media.value
        try:
            async with self._client.stream(
                request.method,
                request.path,
                params=dict(request.query) or None,
                headers=headers,
                content=None if request.body is None else _pieces(request.body),
            ) as response:
                return await self._read(response, request)
        except (httpx.HTTPError, OSError) as error:
            raise self._in_words(error) from None

    async def close(self) -> None:
        """End the connection. Twice is no fault."""
        await self._client.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def _read(self, response: httpx.Response, request: Request) -> Reply:
        if response.headers.get("Content-Encoding", "identity").lower() != "identity":
            raise problem(Fault.NOT_THE_SERVER, where=self._address)
        media = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        is_right = (response.status_code, media) == (200, request.accept.value)
        body = request.kept if is_right and request.kept is not None else bytearray()
        async for chunk in response.aiter_raw():
            body += chunk
            if len(body) > request.limit:
                raise problem(Fault.REPLY_TOO_BIG, where=self._address)
        headers = {name.lower(): value for name, value in response.headers.items()}
        return Reply(response.status_code, media, headers, bytes(body))

    def _in_words(self, error: httpx.HTTPError | OSError) -> SyncProblem:
        """The problem that an error means. Not chained: its text may hold more than may be told."""
        causes = list(_causes(error))
        if any(isinstance(cause, FingerprintMismatch) for cause in causes):
            return problem(Fault.FINGERPRINT, where=self._address)
        if any(isinstance(cause, ssl.SSLCertVerificationError) for cause in causes):
            return problem(Fault.CERTIFICATE, where=self._address)
        if any(isinstance(cause, socket.gaierror) for cause in causes):
            return problem(Fault.NAME_UNKNOWN, where=self._address)
        if any(isinstance(cause, ssl.SSLError) for cause in causes):
            return problem(Fault.NOT_THE_SERVER, where=self._address)
        if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout):
            return problem(Fault.UNREACHABLE, where=self._address)
        return problem(Fault.NO_ANSWER, where=self._address)


async def _pieces(body: bytes) -> AsyncIterator[bytes]:
    """The body in pieces, so that the time without progress is counted for each of them and not for the whole."""
    for at in range(0, len(body), PIECE_BYTES):
        yield body[at : at + PIECE_BYTES]


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and what led to it, also inside groups."""
    pending: list[BaseException | None] = [error]
    seen: set[int] = set()
    while pending:
        current = pending.pop()
        if current is None or id(current) in seen:
            continue
        seen.add(id(current))
        yield current
        pending += [current.__cause__, current.__context__]
        if isinstance(current, BaseExceptionGroup):
            pending += current.exceptions
