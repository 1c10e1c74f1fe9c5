"""The server as a process of its own.

1. With `--announce` it tells its address in one JSON line and ends in order when its input ends.
2. A signal ends it in order, with exit code 0 and nothing on standard error.
3. It speaks TLS at any other address, with the certificate that the invitation pins.
4. A port that is taken is told.
5. A connection on which no whole head of a request comes in time is closed.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import signal
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from uvicorn import Config
from uvicorn.server import ServerState

from server.__main__ import main
from server.certificates import fingerprint, make_certificate
from server.listening import Impatient
from server.settings import Settings
from sync import projects

PATIENCE_SECONDS = 30


@pytest.fixture
def data(tmp_path: Path) -> Path:
    made = projects.found("Village talks", datetime(2026, 3, 1, tzinfo=UTC))
    text = projects.public_file(made.project, made.name, made.key.public, made.statements)
    (tmp_path / "project").write_text(text, encoding="utf-8")
    assert main(["init", "--project", str(tmp_path / "project"), "--data", str(tmp_path / "data")]) == 0
    return tmp_path / "data"


@contextmanager
def serving(data: Path, *arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A running server and its address."""
    command = [sys.executable, "-m", "server", "serve", "--data", str(data), "--port", "0", "--announce"]
    with subprocess.Popen(
        [*command, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    ) as process:
        assert process.stdout is not None
        try:
            yield process, json.loads(process.stdout.readline())["address"]
        finally:
            process.kill()


def test_it_tells_its_address_and_ends_with_its_input(data: Path) -> None:
    with serving(data) as (process, address):
        reply = httpx.get(f"{address}/v1/hello")
        assert (reply.status_code, "server" in reply.headers) == (200, False)
        _, errors = process.communicate(timeout=PATIENCE_SECONDS)
        assert (process.returncode, errors) == (0, "")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no signals between processes")
@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_in_order(data: Path, stop: signal.Signals) -> None:
    with serving(data) as (process, _):
        process.send_signal(stop)
        assert process.wait(PATIENCE_SECONDS) == 0
        assert process.stderr is not None
        assert process.stderr.read() == ""


def test_other_machines_are_spoken_to_by_tls_only(data: Path) -> None:
    made = make_certificate("127.0.0.2", datetime.now(UTC))
    settings = Settings(data)
    settings.certificate_file.write_bytes(made.certificate)
    settings.certificate_key_file.write_bytes(made.private_key)
    with serving(data, "--address", "0.0.0.0") as (_, address):
        assert address.startswith("https://")
        port = int(address.rpartition(":")[2])
        der = ssl.PEM_cert_to_DER_cert(ssl.get_server_certificate(("127.0.0.1", port)))
        assert hashlib.sha256(der).hexdigest() == fingerprint(made.certificate)


def test_a_port_that_is_taken_is_told(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert main(["serve", "--data", str(data), "--port", str(port)]) == 6
    assert "SERVER-106" in capsys.readouterr().err


class HeldConnection(asyncio.Transport):
    """A connection that notes whether it was closed."""

    is_closed = False

    def close(self) -> None:
        self.is_closed = True

    def is_closing(self) -> bool:
        return self.is_closed

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Nobody reads it."""

    def pause_reading(self) -> None:
        """Nothing more comes anyway."""

    def resume_reading(self) -> None:
        """Nothing more comes anyway."""


@pytest.mark.parametrize(
    ("sent", "closed"),
    [
        ([], True),
        ([b"GET /v1/hello HT"], True),
        ([b"GET / HTTP/1.1\r\n", b"a: b\r\n", b"c: d\r\n"], True),
        ([b"GET / HTTP/1.1\r\nhost: x\r\n\r\n"], False),
        ([b"PUT / HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\n", b"x"], False),
    ],
)
async def test_a_connection_without_a_whole_head_in_time_is_closed(sent: list[bytes], closed: bool) -> None:
    async def never_answering(_: object, __: object, ___: object) -> None:
        await asyncio.Event().wait()

    state = ServerState()
    waiting = Impatient(Config(never_answering, lifespan="off"), state, {})
    waiting.head_seconds = 0.0
    connection = HeldConnection()
    waiting.connection_made(connection)
    for part in sent:
        waiting.data_received(part)
    for _ in range(5):  # turns of the loop, in which what is due is done
        await asyncio.sleep(0)
    was_closed = connection.is_closed
    for task in [*state.tasks]:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
    assert was_closed is closed
