"""Moving requests over real connections on loopback.

1. A pinned certificate is the only one accepted, and nothing is sent to another.
2. What stands in the server's place is told apart: nobody, silence, strangers, sign-in pages, floods.
3. Redirects are not followed, compressed replies are refused, the environment's proxies are not used.
"""

from __future__ import annotations

import asyncio
import errno
import hashlib
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from sync import transport
from sync.calls import Reply, Request
from sync.messages import Media
from sync.problems import Fault, SyncProblem
from sync.transport import HttpTransport

HELLO = Request("GET", "/v1/hello", Media.HELLO, limit=1000)
RIGHT = b"HTTP/1.1 200 OK\r\nContent-Type: application/vnd.fieldkit.hello+json\r\nContent-Length: 2\r\n\r\n{}"


class Heard:
    """What a server of a test has read."""

    def __init__(self) -> None:
        self.bytes = b""


@asynccontextmanager
async def serving(answer: bytes, tls: ssl.SSLContext | None = None) -> AsyncIterator[tuple[str, Heard]]:
    """A server that gives one answer to everything; its address and what it heard."""
    heard = Heard()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.bytes += await reader.read(65536)
        writer.write(answer)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls)
    port = server.sockets[0].getsockname()[1]
    async with server:
        yield f"{'https' if tls else 'http'}://127.0.0.1:{port}", heard


def self_made(directory: Path) -> tuple[ssl.SSLContext, str]:
    """A server's TLS context with a new self-made certificate, and its fingerprint."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "field server")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, SHA256())
    )
    file = directory / "server.pem"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.write_bytes(private + certificate.public_bytes(Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context, hashlib.sha256(certificate.public_bytes(Encoding.DER)).hexdigest()


async def ask(address: str, fingerprint: str | None = None) -> Reply:
    async with HttpTransport(address, "t0ken", fingerprint) as way:
        return await way.send(HELLO)


async def fault_of(address: str, fingerprint: str | None = None) -> Fault:
    with pytest.raises(SyncProblem) as caught:
        await ask(address, fingerprint)
    assert "t0ken" not in str(caught.value)
    assert caught.value.__cause__ is None
    return caught.value.fault


async def test_a_reply_comes_back_whole_and_the_token_goes_along() -> None:
    async with serving(RIGHT) as (address, heard):
        reply = await ask(address)
    assert (reply.status, reply.media, reply.body) == (200, Media.HELLO.value, b"{}")
    assert b"authorization: Bearer t0ken" in heard.bytes.replace(b"Authorization", b"authorization")
    names = [line.partition(b":")[0].lower() for line in heard.bytes.split(b"\r\n")[1:-2]]
    assert names == [b"host", b"authorization"]


async def test_the_pinned_certificate_is_accepted_whoever_signed_it(tmp_path: Path) -> None:
    context, fingerprint = self_made(tmp_path)
    async with serving(RIGHT, context) as (address, _):
        assert (await ask(address, fingerprint)).status == 200


async def test_another_certificate_is_refused_before_anything_is_sent(tmp_path: Path) -> None:
    context, _ = self_made(tmp_path)
    async with serving(RIGHT, context) as (address, heard):
        assert await fault_of(address, "0" * 64) is Fault.FINGERPRINT
    assert heard.bytes == b""


async def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path: Path) -> None:
    context, _ = self_made(tmp_path)
    async with serving(RIGHT, context) as (address, heard):
        assert await fault_of(address) is Fault.CERTIFICATE
    assert heard.bytes == b""


async def test_nobody_there_is_unreachable() -> None:
    async with serving(RIGHT) as (address, _):
        pass
    assert await fault_of(address) is Fault.UNREACHABLE


async def test_a_stranger_who_speaks_no_tls_is_not_the_server() -> None:
    async with serving(b"SSH-2.0-OpenSSH\r\n") as (address, _):
        assert await fault_of(address.replace("http", "https")) is Fault.NOT_THE_SERVER


@pytest.mark.parametrize(
    "answer", [b"", b"\x00garbage\r\n\r\n", RIGHT[:-1]], ids=["silence", "garbage", "cut"]
)
async def test_a_broken_answer_is_no_answer(answer: bytes) -> None:
    async with serving(answer) as (address, _):
        assert await fault_of(address) is Fault.NO_ANSWER


async def test_a_reply_larger_than_asked_for_is_not_read() -> None:
    flood = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n" + b"x" * 5000
    async with serving(flood) as (address, _):
        assert await fault_of(address) is Fault.REPLY_TOO_BIG


async def test_a_compressed_reply_is_refused() -> None:
    packed = RIGHT.replace(b"Content-Length", b"Content-Encoding: gzip\r\nContent-Length")
    async with serving(packed) as (address, _):
        assert await fault_of(address) is Fault.NOT_THE_SERVER


async def test_a_redirect_is_not_followed() -> None:
    elsewhere = b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"
    async with serving(elsewhere) as (address, _):
        assert (await ask(address)).status == 302


async def test_proxies_of_the_environment_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    async with serving(RIGHT) as (address, _):
        assert (await ask(address)).status == 200


def caused_by(cause: OSError) -> httpx.ConnectError:
    """What the client raises when connecting failed for this reason."""
    error = httpx.ConnectError("x")
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "fault"),
    [
        (httpx.ReadTimeout("x"), Fault.NO_ANSWER),
        (httpx.ConnectTimeout("x"), Fault.UNREACHABLE),
        (httpx.WriteError("x"), Fault.NO_ANSWER),
        (OSError(errno.EIO, "x"), Fault.NO_ANSWER),
        (caused_by(socket.gaierror(socket.EAI_NONAME, "x")), Fault.NAME_UNKNOWN),
        (caused_by(ConnectionRefusedError()), Fault.UNREACHABLE),
    ],
)
async def test_a_line_that_breaks_or_stands_still_is_told(error: Exception, fault: Fault) -> None:
    def break_off(request: httpx.Request) -> httpx.Response:
        raise error

    way = HttpTransport("https://sync.example", inner=httpx.MockTransport(break_off))
    with pytest.raises(SyncProblem) as caught:
        await way.send(HELLO)
    assert caught.value.fault is fault
    await way.close()


def test_http_to_another_computer_is_refused_before_anything_happens() -> None:
    with pytest.raises(SyncProblem) as caught:
        HttpTransport("http://sync.example")
    assert caught.value.fault is Fault.ADDRESS


@pytest.mark.parametrize("address", ["https://fieldkit.example", "HTTPS://fieldkit.example"])
def test_a_pin_is_looked_at_however_the_address_is_written(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    pins = list[str]()
    pinned = transport.pinned_context
    monkeypatch.setattr(transport, "pinned_context", lambda pin: pins.append(pin) or pinned(pin))
    HttpTransport(address, tls_fingerprint="0" * 64)
    assert pins == ["0" * 64]


def test_the_authorities_of_this_computer_are_read_once_and_only_where_they_decide(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    read = []
    context = ssl.create_default_context
    monkeypatch.setattr(ssl, "create_default_context", lambda: read.append(1) or context())
    transport._by_authorities.cache_clear()
    HttpTransport("http://127.0.0.1:1")
    HttpTransport("https://fieldkit.example", tls_fingerprint="0" * 64)
    assert read == []
    for _ in range(3):
        HttpTransport("https://fieldkit.example")
    assert read == [1]
