"""The power goes while answers are saved and submissions finalised.

1. Whatever of the unsynced writes the disk kept: what was acknowledged is there, and the store is sound.
2. The same without syncing (``synchronous = OFF``) loses answers: a blind test would not see it.
"""

from __future__ import annotations

import os
import random
import shutil
from pathlib import Path

import pytest

from fieldkit.vault.database import Database
from fieldkit.vault.keyslots import KeyFile
from fieldkit.vault.problems import VaultProblem
from tests.crash.auditing import faults_of
from tests.crash.powercut import State, states, traced
from tests.fieldkit.worlds import PASSPHRASE, new_vault

STATES = 400 if os.environ.get("FIELDKIT_SOAK") else 60
LAST_ANSWER = "40"

pytestmark = pytest.mark.skipif(
    shutil.which("strace") is None, reason="strace, which records writes, is not here"
)


def faults_after_cuts(tmp_path: Path, manner: str, count: int) -> list[list[str]]:
    """The faults found after each of the power cuts."""
    directory = tmp_path / "vault"
    new_vault(directory).close()
    key = KeyFile(directory).unlock(PASSPHRASE)
    before = {"vault.db": (directory / "vault.db").read_bytes()}
    operations = traced(directory, "tests.crash.recording", "1", manner, LAST_ANSWER)
    said = {operation.data for operation in operations if operation.kind == "say"}
    assert f"finalised {LAST_ANSWER}\n".encode() in said, "the trace is not whole"
    chance = random.Random(20260302)
    return [
        faults_in(state, tmp_path / f"state-{number}", key)
        for number, state in enumerate(states(before, operations, chance, count))
    ]


def faults_in(state: State, directory: Path, key: bytes) -> list[str]:
    directory.mkdir()
    for name, content in state.files.items():
        (directory / name).write_bytes(content)
    try:
        database = Database(directory / "vault.db", key)
    except VaultProblem as problem:
        return [str(problem)]
    try:
        return faults_of(database, state.said)
    except VaultProblem as problem:
        return [str(problem)]
    finally:
        database.close()
        shutil.rmtree(directory)


def test_a_power_cut_loses_nothing_acknowledged(tmp_path: Path) -> None:
    found = faults_after_cuts(tmp_path, "honest", STATES)
    assert [faults for faults in found if faults] == []


def test_a_power_cut_without_syncing_is_noticed(tmp_path: Path) -> None:
    found = faults_after_cuts(tmp_path, "unsynced", 20)
    assert sum(bool(faults) for faults in found) > len(found) // 4
