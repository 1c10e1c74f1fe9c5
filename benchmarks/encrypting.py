"""TLS in front of a server on this machine, as a server with a certificate of its own speaks it.

Owns the handshake and nothing of what passes; a line that counts stands between it and the device.
"""

from __future__ import annotations

import asyncio
import ssl
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from server.certificates import fingerprint, make_certificate

PIECE = 64 * 1024


@asynccontextmanager
async def encrypting(target: tuple[str, int]) -> AsyncIterator[tuple[tuple[str, int], str]]:
    """Host and port that answer with TLS 1.3 for the target, and the certificate's fingerprint."""
    made = make_certificate("127.0.0.1", datetime.now(UTC))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    with tempfile.TemporaryDirectory() as directory:
        certificate, key = Path(directory) / "certificate.pem", Path(directory) / "key.pem"
        certificate.write_bytes(made.certificate)
        key.write_bytes(made.private_key)
        context.load_cert_chain(certificate, key)

    async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, ssl.SSLError):
            there_reader, there_writer = await asyncio.open_connection(*target)
            await asyncio.gather(_carry(reader, there_writer), _carry(there_reader, writer))

    listening = await asyncio.start_server(relay, "127.0.0.1", 0, ssl=context)
    async with listening:
        host, port = listening.sockets[0].getsockname()
        yield (host, port), fingerprint(made.certificate)


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Pass bytes on until one side ends."""
    try:
        while piece := await reader.read(PIECE):
            writer.write(piece)
            await writer.drain()
    finally:
        writer.close()
