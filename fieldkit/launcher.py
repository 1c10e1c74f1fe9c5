"""The launcher: a small program without secrets that runs the child which holds the vault.

Locking ends the child, and with it every key and answer in memory; the launcher starts another, which asks for the
passphrase again. A quick exit ends both. The launcher itself never opens a vault.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from fieldkit.endings import Ending, leave_innocent_terminal

Run = Callable[[Sequence[str]], int]


def launch(arguments: Sequence[str], run: Run | None = None) -> int:
    """Run the interface until the person leaves it. Returns the exit code of the last child."""
    run = run or _run_child
    with nothing_echoed():
        while (ending := run(arguments)) == Ending.LOCK:
            pass
    if ending == Ending.QUICK_EXIT:
        leave_innocent_terminal()
        return 0
    return ending


@contextmanager
def nothing_echoed() -> Iterator[None]:
    """While no child has the terminal, as after a lock, what is typed is not shown: it may be a passphrase.

    On Windows the console belongs to the child until it ends, and the gap is left open.
    """
    if sys.platform == "win32" or not sys.stdin.isatty():
        yield
        return
    import termios

    terminal = sys.stdin.fileno()
    before = termios.tcgetattr(terminal)
    silent = termios.tcgetattr(terminal)
    silent[3] &= ~termios.ECHO
    termios.tcsetattr(terminal, termios.TCSANOW, silent)
    try:
        yield
    finally:
        termios.tcsetattr(terminal, termios.TCSAFLUSH, before)


def _run_child(arguments: Sequence[str]) -> int:
    command = [sys.executable, "-m", "fieldkit.child", *arguments]
    with subprocess.Popen(command) as child:  # noqa: S603 - our own interpreter and module
        while True:
            try:
                return child.wait()
            except KeyboardInterrupt:
                continue  # Ctrl-C goes to the child too, which saves and leaves by itself
