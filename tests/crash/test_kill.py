"""A process that is killed while it saves and finalises.

1. No acknowledged answer or submission is lost, none is doubled or half done, and the store is sound.
2. A program that acknowledges before the commit is caught: this test sees losses.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
from pathlib import Path

from tests.crash.auditing import faults_of
from tests.fieldkit.worlds import new_vault, open_vault

KILLS = 200 if os.environ.get("FIELDKIT_SOAK") else 20


def killed_while_recording(directory: Path, first: int, manner: str, after: int) -> list[str]:
    """Record from `first` on, kill after that many acknowledgements; all lines that were said."""
    command = [sys.executable, "-m", "tests.crash.recording", str(directory), str(first), manner]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        said = [process.stdout.readline() for _ in range(after)]
        process.kill()
        said += process.stdout.readlines()
    assert all(said), "the recording program ended on its own"
    return said


def test_a_kill_at_any_moment_loses_nothing_acknowledged(tmp_path: Path) -> None:
    new_vault(tmp_path).close()
    chance = random.Random(20260302)
    said: list[str] = []
    first = 1
    for _ in range(KILLS):
        said += killed_while_recording(tmp_path, first, "honest", after=chance.randrange(1, 30))
        with open_vault(tmp_path) as vault:
            assert faults_of(vault.database, said) == []
        # One more may be stored than was acknowledged.
        first = 2 + max(int(line.split()[1]) for line in said)


def test_acknowledging_too_early_is_noticed(tmp_path: Path) -> None:
    new_vault(tmp_path).close()
    said = killed_while_recording(tmp_path, 1, "boasting", after=200)
    with open_vault(tmp_path) as vault:
        assert any("is lost" in fault for fault in faults_of(vault.database, said))
