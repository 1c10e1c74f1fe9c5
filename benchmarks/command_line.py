"""What a command costs before it does anything: `fieldkit --help` beside a bare interpreter."""

from __future__ import annotations

import subprocess
import sys
import time
from statistics import median

from benchmarks import Row

NAME = "commands"

_RUNS = 15


def run() -> list[Row]:
    """Medians of whole processes, taken in turns."""
    bare, helping = [], []
    for _ in range(_RUNS):
        bare.append(_seconds("-c", "pass"))
        helping.append(_seconds("-m", "fieldkit", "--help"))
    return [
        Row("a bare interpreter", f"{median(bare) * 1000:.0f} ms"),
        Row("fieldkit --help", f"{median(helping) / median(bare):.2f} x", "<= 3 x a bare interpreter"),
    ]


def _seconds(*arguments: str) -> float:
    started = time.perf_counter()
    subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started
