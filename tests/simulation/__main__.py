"""Lets histories happen and says how they end: `python -m tests.simulation FIRST [COUNT]`.

A failing seed is printed with what did not hold, and the coverage of all of them at the end.
"""

from __future__ import annotations

import shutil
import sys
import time
from pathlib import Path

from tests.simulation.costs import run
from tests.simulation.coverage import Coverage
from tests.simulation.ground import Ground, fast_directory
from tests.simulation.history import Ending, Rules, live


def ending(seed: int, ground: Ground, directory: Path, rules: Rules | None = None) -> Ending:
    """How the history of a seed ends; its files are removed."""
    place = directory / f"history-{seed}"
    place.mkdir()
    try:
        return run(live(seed, ground, place, rules))
    finally:
        shutil.rmtree(place)


def main(first: int, count: int) -> int:
    """Let `count` histories happen; how many of them failed."""
    total, failed, begun = Coverage(), 0, time.process_time()
    with fast_directory() as directory:
        ground = Ground.made_in(directory / "ground")
        for seed in range(first, first + count):
            ended = ending(seed, ground, directory)
            total += ended.coverage
            failed += bool(ended.violations)
            if ended.violations:
                print(f"seed {seed}:", *ended.violations[:8], sep="\n  ", flush=True)
    spent = (time.process_time() - begun) / count
    print(f"{count} histories, {failed} failed, {spent:.2f} s of CPU each", total.table(), sep="\n")
    return failed


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1) > 0)
