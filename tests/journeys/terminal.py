"""A real terminal for journeys: a pseudo-terminal of 80 by 24 whose screen is kept by pyte.

Waits by reading what the program writes, never by sleeping; a wait that ends without its text shows the screen.
"""

from __future__ import annotations

import os
import select
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from types import TracebackType

import pyte
import pytest

COLUMNS, LINES = 80, 24
PATIENCE_SECONDS = 60.0
"""A stopped program must not stop the tests; a slow machine must not fail them."""

KEYS = {
    "enter": "\r",
    "escape": "\x1b",
    "tab": "\t",
    "up": "\x1b[A",
    "down": "\x1b[B",
    "right": "\x1b[C",
    "left": "\x1b[D",
    "f1": "\x1bOP",
    "f2": "\x1bOQ",
    "f3": "\x1bOR",
    "f4": "\x1bOS",
    "f5": "\x1b[15~",
    "f6": "\x1b[17~",
    "f7": "\x1b[18~",
    "f8": "\x1b[19~",
    "f9": "\x1b[20~",
    "f10": "\x1b[21~",
    "f12": "\x1b[24~",
    "space": " ",
    "backspace": "\x7f",
}

needs_pty = pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals are POSIX")


class Terminal:
    """A program in a terminal; also a context manager that ends it."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str] | None = None) -> None:
        import fcntl
        import pty
        import termios

        self._screen = pyte.Screen(COLUMNS, LINES)
        self._stream = pyte.ByteStream(self._screen)
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))
        self.received = b""
        self._process = subprocess.Popen(
            list(command),
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env={**os.environ, "TERM": "xterm-256color", "COLORTERM": "", **(environment or {})},
            start_new_session=True,
            close_fds=True,
        )
        os.close(slave)

    @property
    def text(self) -> str:
        """What the screen shows now, 24 lines."""
        return "\n".join(self._screen.display)

    def press(self, *keys: str) -> None:
        """Press keys: names from KEYS, or characters."""
        for key in keys:
            os.write(self._master, KEYS.get(key, key).encode())

    def wait_for(self, *texts: str) -> str:
        """Read until the screen shows all of the texts; the screen. Fails with the screen when it never does."""
        ends = time.monotonic() + PATIENCE_SECONDS
        while not all(text in self.text for text in texts):
            if not self._read(ends):
                pytest.fail(f"waited for {texts!r}; the screen shows:\n{self.text}")
        return self.text

    def kill(self) -> None:
        """Kill the program and all of its children at once, as a power cut would; none of them lives after this."""
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        ends = time.monotonic() + PATIENCE_SECONDS
        while self._read(ends):  # until the last of them has let go of the terminal
            pass

    def ended(self) -> int:
        """The exit code, once the program has ended by itself."""
        ends = time.monotonic() + PATIENCE_SECONDS
        while self._process.poll() is None:
            if not self._read(ends) and self._process.poll() is None:
                pytest.fail(f"the program did not end; the screen shows:\n{self.text}")
        return self._process.returncode

    def _read(self, ends: float) -> bool:
        left = ends - time.monotonic()
        if left <= 0 or not select.select([self._master], [], [], min(left, 1.0))[0]:
            return left > 0
        try:
            data = os.read(self._master, 65536)
        except OSError:
            return self._process.poll() is None
        self.received += data
        self._stream.feed(data)
        return bool(data)

    def __enter__(self) -> Terminal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()
        os.close(self._master)
