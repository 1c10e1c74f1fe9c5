"""The power goes while a vault of an earlier release is brought up to date.

1. Whatever of the unsynced writes the disk kept, the vault opens, is brought up to date, is sound, and holds its draft
   and its submission.
2. Without syncing it does not open, or has lost something, after some cuts.
"""

from __future__ import annotations

import os
import random
import shutil
from pathlib import Path

import pytest

from fieldkit.vault.problems import VaultProblem
from tests.crash.powercut import State, states, traced
from tests.fieldkit.test_vault import GOLDEN
from tests.fieldkit.worlds import open_vault

STATES = 400 if os.environ.get("FIELDKIT_SOAK") else 60

pytestmark = pytest.mark.skipif(
    shutil.which("strace") is None, reason="strace, which records writes, is not here"
)


def faults_after_cuts(tmp_path: Path, manner: str) -> list[list[str]]:
    """The faults found after each of the power cuts."""
    directory = tmp_path / "vault"
    shutil.copytree(GOLDEN, directory)
    before = {file.name: file.read_bytes() for file in directory.iterdir()}
    operations = traced(directory, "tests.crash.migrating", manner)
    assert [operation.kind for operation in operations].count("say") == 1, "the trace is not whole"
    cuts = states(before, operations, random.Random(20260302), STATES)
    return [faults_in(state, tmp_path / f"state-{number}") for number, state in enumerate(cuts)]


def faults_in(state: State, directory: Path) -> list[str]:
    directory.mkdir()
    for name, content in state.files.items():
        (directory / name).write_bytes(content)
    try:
        with open_vault(directory) as vault:
            names = [summary.name for summary in vault.submissions.summaries()]
            drafts = [dict(vault.drafts.open(each.draft).answers) for each in vault.drafts.summaries()]
            lost = (
                [] if (names, drafts) == (["Hpa-An 1"], [{"/data/place": "ဘားအံ"}]) else ["something is lost"]
            )
            return lost + vault.integrity_faults()
    except VaultProblem as problem:
        return [str(problem)]
    finally:
        shutil.rmtree(directory)


def test_a_power_cut_while_migrating_loses_nothing(tmp_path: Path) -> None:
    assert [faults for faults in faults_after_cuts(tmp_path, "honest") if faults] == []


def test_migrating_without_syncing_is_noticed(tmp_path: Path) -> None:
    assert any(faults_after_cuts(tmp_path, "unsynced"))
