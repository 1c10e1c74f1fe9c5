"""The launcher: a small program without secrets that runs the child which holds the vault.

Locking ends the child, and with it every key and answer in memory; the launcher starts another, which asks for the
passphrase again. A quick exit ends both. The launcher itself never opens a vault.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Sequence

from fieldkit.endings import Ending

Run = Callable[[Sequence[str]], int]


def launch(arguments: Sequence[str], run: Run | None = None) -> int:
    """Run the interface until the person leaves it. Returns the exit code of the last child."""
    run = run or _run_child
    while True:
        ending = run(arguments)
        if ending == Ending.LOCK:
            continue
        if ending == Ending.QUICK_EXIT:
            clear_terminal()
            return 0
        return ending


def _run_child(arguments: Sequence[str]) -> int:
    command = [sys.executable, "-m", "fieldkit.child", *arguments]
    with subprocess.Popen(command) as child:  # noqa: S603 - our own interpreter and module
        while True:
            try:
                return child.wait()
            except KeyboardInterrupt:
                continue  # Ctrl-C goes to the child too, which saves and leaves by itself


def clear_terminal() -> None:
    """Leave an empty screen and, where the terminal allows it, an empty scrollback."""
    if sys.stdout.isatty():
        sys.stdout.write("\x1b[?1049l\x1b[H\x1b[2J\x1b[3J")
        sys.stdout.flush()
