"""What the terminal does with a text: how many columns it gives it.

Owns the question to the terminal (DSR, ECMA-48) and its answer; where it can't be asked, the answer is None.
"""

from __future__ import annotations

import re
import select
import sys
import time

ANSWER = re.compile(r"\x1b\[(\d+);(\d+)R")
PATIENCE_SECONDS = 0.5
"""A terminal answers at once; one that does not know the question never does."""

BURMESE = "မြို့နယ်"
"""A word with stacked and combining signs: terminals disagree on its width."""


def measured_width(text: str) -> int | None:
    """Columns that the cursor moves when the terminal shows the text; None where nobody can say."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()) or sys.platform == "win32":
        return None
    import termios
    import tty

    descriptor = sys.stdin.fileno()
    before = termios.tcgetattr(descriptor)
    try:
        tty.setcbreak(descriptor)
        sys.stdout.write(f"\r{text}\x1b[6n")
        sys.stdout.flush()
        answer = _read_answer()
    finally:
        termios.tcsetattr(descriptor, termios.TCSADRAIN, before)
        sys.stdout.write("\r\x1b[K")
        sys.stdout.flush()
    return None if answer is None else answer - 1


def _read_answer() -> int | None:
    """The column of the cursor position report."""
    received = ""
    ends = time.monotonic() + PATIENCE_SECONDS
    while (left := ends - time.monotonic()) > 0:
        if not select.select([sys.stdin], [], [], left)[0]:
            break
        received += sys.stdin.read(1)
        if found := ANSWER.search(received):
            return int(found[2])
    return None
