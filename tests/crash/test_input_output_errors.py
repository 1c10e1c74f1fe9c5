"""A disk that fails at the n-th call of one kind, once or from then on, in every step of a long day, on every side.

Saving, finalising, sealing, sending, receiving, receipts, opening, merging, erasing, resealing, purging, bundles
written and read, a backup made and put back: opening, reading, writing, flushing, shortening, renaming and removing
files.

1. Whoever did it is told a problem with a code, or it was done all the same; nobody meets an error without words.
2. When everybody has started again, what was told to be stored is there, the stores are sound, and work goes on. A
   restore that failed left no server, or a whole one.
3. A vault that goes on as if a failed commit had been made is noticed.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.crash.failing import CANT_TRACE, Case
from tests.simulation.day import begin
from tests.simulation.ground import Ground, fast_directory

SOAKING = bool(os.environ.get("FIELDKIT_SOAK"))
CASES, STEPS = (0, ()) if SOAKING else (12, ("record", "send", "merge", "write_bundle", "put_back"))
"""All of them take a quarter of an hour; else so many, spread evenly over some steps."""
CARELESS = 4
CODE = re.compile(r"done|[A-Z]+-\d{3}")

pytestmark = pytest.mark.skipif(
    shutil.which("strace") is None, reason="strace, which makes calls fail, is not here"
)


def tried(directory: Path) -> list[Case]:
    """What came of the cases that are tried."""
    begin(Ground.made_in(directory / "ground"), directory / "world")
    (directory / "scratch").mkdir()
    arguments = [str(directory / "world"), str(directory / "scratch"), str(CASES), str(CARELESS), *STEPS]
    program = [sys.executable, "-m", "tests.crash.failing", *arguments]
    ended = subprocess.run(program, stdout=subprocess.PIPE, text=True)
    if ended.returncode == CANT_TRACE:
        pytest.skip("strace may not hold a process here")
    assert ended.returncode == 0
    cases = [json.loads(line) for line in ended.stdout.splitlines()]
    return [Case(**case | {"faults": tuple(case["faults"])}) for case in cases]


def test_a_disk_that_fails_at_any_call_loses_nothing_acknowledged() -> None:
    with fast_directory() as directory:
        cases = tried(directory)
    honest = [case for case in cases if not case.careless]
    careless = [case for case in cases if case.careless]
    assert len(honest) >= (CASES or 2000)
    assert [case for case in honest if case.faults or not CODE.fullmatch(case.ended)] == []
    assert sum(case.ended != "done" for case in honest) > len(honest) // 2
    assert any("was told to be stored" in fault for case in careless for fault in case.faults)
