"""A recorder at the keyboard, over the real vault.

1. Whatever question the process is killed at, the draft opens there again with every acknowledged answer.
2. No file of the vault holds any of the typed text in clear.
3. "Not safe" leaves no trace of an answer that was given before, not even after a kill.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from fieldkit.ports import Desk
from fieldkit.recorder.recording import Recording
from fieldkit.vault.keyslots import Cost
from fieldkit.vault.vault import Vault
from forms import shipped
from tests.fakes import FakeClock, make_desk
from tests.journeys.recorder import at_the_keyboard, begin

PASSPHRASE = "amber canoe ginger lantern willow"
CHEAP = Cost(memory_kib=8, passes=1, lanes=1)
TYPED = "Better to begin earlier in the morning"
ENTRIES = ("1", "1", "2026-02-14", "10", "10", "", "2", "1", "1", "", "1", "", "1", "0", "6", "3")


@contextmanager
def desk_over(vault: Vault) -> Iterator[Desk]:
    """The shipped form over a vault that is open."""
    desk = make_desk(shipped.load("dialogue_session"), clock=FakeClock())
    with vault:
        yield replace(desk, drafts=vault.drafts, submissions=vault.submissions, drain=vault.drain)


def new_vault(directory: Path) -> Vault:
    return Vault.create(directory, PASSPHRASE, now=FakeClock(), cost=CHEAP)


def as_killed(directory: Path, copy: Path) -> Vault:
    """The vault as a process killed at this moment leaves it on the disk."""
    shutil.copytree(directory, copy)
    return Vault.open(copy, PASSPHRASE, now=FakeClock())


@pytest.mark.parametrize("given", [2, 3, 7, 11, 14, len(ENTRIES)])
async def test_a_killed_interview_opens_where_it_was(tmp_path: Path, given: int) -> None:
    with desk_over(new_vault(tmp_path / "a")) as desk:
        async with at_the_keyboard(begin(desk), desk) as recorder:
            await recorder.answer(*ENTRIES[:given])
            desk.drain()
            saved, place = recorder.recording.interview.saved(), recorder.recording.place
            left = as_killed(tmp_path / "a", tmp_path / "b")
    with desk_over(left) as desk:
        (draft,) = desk.drafts.summaries()
        again = Recording.resume(desk, draft.draft)
        async with at_the_keyboard(again, desk) as recorder:
            assert again.interview.saved() == saved
            assert recorder.recording.place == place


async def test_no_file_holds_what_was_typed(tmp_path: Path) -> None:
    with desk_over(new_vault(tmp_path)) as desk:
        recording = begin(desk, profile="full")
        for ref, value in (("safe_to_record", "yes"), ("consent_group", "yes")):
            recording.answer(f"/data/g_safety/{ref}", value)
        recording.go_to("/data/g_out/learning")
        async with at_the_keyboard(recording, desk) as recorder:
            await recorder.answer(TYPED)
            desk.drain()
        assert TYPED in recording.interview.saved().values()
        kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    kept += b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert TYPED.encode() not in kept


async def test_not_safe_leaves_nothing_after_a_kill(tmp_path: Path) -> None:
    with desk_over(new_vault(tmp_path / "a")) as desk:
        async with at_the_keyboard(begin(desk), desk) as recorder:
            await recorder.answer(*ENTRIES[:4])
            await recorder.press("f6 2 enter tab enter")
            assert "Nothing was kept" in recorder.text
            left = as_killed(tmp_path / "a", tmp_path / "b")
    with desk_over(left) as desk:
        assert desk.drafts.summaries() == []
        assert desk.submissions.count() == 0
