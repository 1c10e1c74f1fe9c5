"""The power goes while the key file is rewritten.

1. At every moment the former passphrase or the new one opens it; once the change was acknowledged, the new one does
   and the former does not.
2. Without flushing, neither opens it after some cuts: a blind test would not see it.
"""

from __future__ import annotations

import os
import random
import shutil
from pathlib import Path

import pytest

from fieldkit.vault.keyslots import KeyFile
from fieldkit.vault.problems import VaultProblem
from tests.crash.powercut import State, states, traced
from tests.crash.rewriting import NEW_PASSPHRASE
from tests.fieldkit.worlds import PASSPHRASE, new_vault

STATES = 400 if os.environ.get("FIELDKIT_SOAK") else 100

pytestmark = pytest.mark.skipif(
    shutil.which("strace") is None, reason="strace, which records writes, is not here"
)


def opening_after_cuts(tmp_path: Path, manner: str) -> list[tuple[bool, set[str]]]:
    """For each power cut: whether the change had been acknowledged, and the passphrases that open the file."""
    directory = tmp_path / "vault"
    new_vault(directory).close()
    before = {name: (directory / name).read_bytes() for name in ("keys.json", "keys.json.bak")}
    operations = traced(directory, "tests.crash.rewriting", manner)
    assert [operation.kind for operation in operations].count("rename") == 2, "the trace is not whole"
    found = []
    for number, state in enumerate(states(before, operations, random.Random(20260302), STATES)):
        found.append((bool(state.said), opening(state, tmp_path / f"state-{number}")))
    return found


def opening(state: State, directory: Path) -> set[str]:
    directory.mkdir()
    for name, content in state.files.items():
        (directory / name).write_bytes(content)
    opened = set()
    for passphrase in (PASSPHRASE, NEW_PASSPHRASE):
        try:
            KeyFile(directory).unlock(passphrase)
        except VaultProblem:
            continue
        opened.add(passphrase)
    return opened


def test_a_power_cut_leaves_a_passphrase_that_opens(tmp_path: Path) -> None:
    found = opening_after_cuts(tmp_path, "honest")
    assert all(opened for _, opened in found)
    assert {frozenset(opened) for said, opened in found if said} == {frozenset({NEW_PASSPHRASE})}


def test_a_key_file_that_is_not_flushed_is_noticed(tmp_path: Path) -> None:
    found = opening_after_cuts(tmp_path, "unsynced")
    assert any(opened == set() for _, opened in found)
