"""From start to the unlock screen, beside a bare Textual app: whole processes on a pseudo terminal (not on Windows)."""

from __future__ import annotations

import os
import signal
import struct
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from benchmarks import Row
from fieldkit.vault.keyslots import Cost
from fieldkit.vault.vault import Vault

NAME = "start"

_RUNS = 7
_CHEAP = Cost(memory_kib=8, passes=1, lanes=1)
_BARE = """
from textual.app import App
from textual.widgets import Footer, Input, Static
class Bare(App):
    def compose(self):
        yield Static("Passphrase")
        yield Input()
        yield Footer()
Bare().run()
"""


def run() -> list[Row]:
    """Medians of whole starts, taken in turns; the launcher's own start is part of it."""
    if sys.platform == "win32":
        return [Row("start to unlock screen", "not measured on Windows")]
    with tempfile.TemporaryDirectory() as directory:
        vault = Path(directory) / "vault"
        Vault.create(
            vault, "amber canoe ginger lantern willow", now=lambda: datetime.now(UTC), cost=_CHEAP
        ).close()
        bare, child, whole = [], [], []
        for _ in range(_RUNS):
            bare.append(_seconds_to_paint(["-c", _BARE]))
            child.append(_seconds_to_paint(["-m", "fieldkit.child", "--vault", str(vault)]))
            whole.append(_seconds_to_paint(["-m", "fieldkit", "--vault", str(vault)]))
    usual = median(bare)
    return [
        Row("a bare Textual app", f"{usual * 1000:.0f} ms"),
        Row("start to unlock screen", f"{median(whole) / usual:.2f} x", "<= 1.6 x a bare Textual app"),
        Row("of it, the process that holds the vault", f"{median(child) / usual:.2f} x"),
    ]


def _seconds_to_paint(arguments: list[str]) -> float:
    import fcntl
    import pty
    import termios

    begun = time.perf_counter()
    pid, terminal = pty.fork()
    if pid == 0:
        os.execv(sys.executable, [sys.executable, *arguments])
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    painted = b""
    while b"Passphrase" not in painted:
        painted += os.read(terminal, 65536)
    seconds = time.perf_counter() - begun
    os.killpg(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    os.close(terminal)
    return seconds
