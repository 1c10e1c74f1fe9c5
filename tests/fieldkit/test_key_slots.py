"""The key file.

1. The passphrase opens it, a wrong one does not and leaves everything as it was.
2. A wrong passphrase costs what a right one costs, whatever the slots hold.
3. A damaged file gives way to its copy; when both are damaged, that is said and not "wrong passphrase".
4. Nothing that is changed in a slot goes unnoticed; the key stands nowhere unwrapped.
5. Replacing slots leaves a whole file at every moment, and no slot of before.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from fieldkit.vault import keyslots
from fieldkit.vault.keyslots import FLOOR, Cost, KeyFile, calibrated, passphrase_slot, practice_slot
from fieldkit.vault.problems import VaultProblem
from tests.fieldkit.worlds import CHEAP, PASSPHRASE

KEY = bytes(range(32))


def key_file(directory: Path, *passphrases: str) -> KeyFile:
    made = KeyFile(directory)
    made.write(*(passphrase_slot(KEY, passphrase, CHEAP) for passphrase in passphrases or (PASSPHRASE,)))
    return made


def code_of(made: KeyFile, passphrase: str | None = PASSPHRASE) -> str:
    with pytest.raises(VaultProblem) as met:
        made.unlock(passphrase)
    return met.value.code


def test_each_passphrase_opens_its_slot(tmp_path: Path) -> None:
    made = key_file(tmp_path, PASSPHRASE, "quiet river seven stones")
    assert made.unlock(PASSPHRASE.upper()) == KEY
    assert made.unlock("quiet  river seven stones") == KEY


@pytest.mark.parametrize("wrong", ["", "amber canoe ginger lantern", PASSPHRASE + " x", None])
def test_a_wrong_passphrase_changes_nothing(tmp_path: Path, wrong: str | None) -> None:
    made = key_file(tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert code_of(made, wrong) == "VAULT-001"
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_every_slot_is_tried_in_full_for_a_right_and_a_wrong_passphrase(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = key_file(tmp_path, PASSPHRASE, "quiet river seven stones")
    guesses: list[str] = []
    stretched = keyslots._stretched

    def counting(passphrase: str, salt: bytes, cost: Cost) -> bytes:
        guesses.append(passphrase)
        return stretched(passphrase, salt, cost)

    monkeypatch.setattr(keyslots, "_stretched", counting)
    made.unlock(PASSPHRASE)
    code_of(made, "not the passphrase")
    assert guesses == [PASSPHRASE] * 2 + ["not the passphrase"] * 2


@pytest.mark.parametrize("damage", [b"", b"{", b"\xff\xfe", b"[]", b'{"format": 1, "slots": []}'])
def test_a_damaged_file_gives_way_to_its_copy(tmp_path: Path, damage: bytes) -> None:
    made = key_file(tmp_path)
    (tmp_path / "keys.json").write_bytes(damage)
    assert made.unlock(PASSPHRASE) == KEY


def test_a_file_cut_anywhere_gives_way_to_its_copy(tmp_path: Path) -> None:
    made = key_file(tmp_path)
    whole = (tmp_path / "keys.json").read_bytes()
    for length in range(0, len(whole) - 1, 7):
        (tmp_path / "keys.json").write_bytes(whole[:length])
        assert made.unlock(PASSPHRASE) == KEY


def test_both_files_damaged_is_not_called_a_wrong_passphrase(tmp_path: Path) -> None:
    made = key_file(tmp_path)
    for path in tmp_path.iterdir():
        path.write_bytes(path.read_bytes()[:-40])
    assert code_of(made) == "VAULT-004"


def test_opening_restores_a_lost_copy(tmp_path: Path) -> None:
    made = key_file(tmp_path)
    (tmp_path / "keys.json.bak").unlink()
    made.unlock(PASSPHRASE)
    assert (tmp_path / "keys.json.bak").read_bytes() == (tmp_path / "keys.json").read_bytes()


def rewritten(tmp_path: Path, **changes: Any) -> KeyFile:
    """The key file with one slot's entries changed by someone who knows the format."""
    made = key_file(tmp_path)
    stored = json.loads((tmp_path / "keys.json").read_bytes())
    body = {"format": changes.pop("format", 1), "slots": [{**stored["slots"][0], **changes}]}
    for path in tmp_path.iterdir():
        path.write_text(json.dumps({**body, "digest": keyslots._digest(body)}))
    return made


@pytest.mark.parametrize(
    "changes",
    [{"rule": 2}, {"memory_kib": 16}, {"passes": 2}, {"kdf": "argon2i"}],
    ids=lambda changes: next(iter(changes)),
)
def test_a_slot_changed_by_hand_opens_nothing(tmp_path: Path, changes: dict[str, Any]) -> None:
    assert code_of(rewritten(tmp_path, **changes)) in ("VAULT-001", "VAULT-004")


def test_a_slot_that_asks_for_all_memory_is_damage(tmp_path: Path) -> None:
    assert code_of(rewritten(tmp_path, memory_kib=2**31)) == "VAULT-004"


def test_a_newer_format_is_refused_with_what_to_do(tmp_path: Path) -> None:
    assert code_of(rewritten(tmp_path, format=2)) == "VAULT-005"


def test_a_practice_file_opens_without_a_passphrase_and_only_so(tmp_path: Path) -> None:
    made = KeyFile(tmp_path)
    made.write(practice_slot(KEY))
    assert (made.is_practice(), made.unlock(None)) == (True, KEY)
    assert code_of(made, PASSPHRASE) == "VAULT-001"


def test_the_key_stands_nowhere_unwrapped(tmp_path: Path) -> None:
    key_file(tmp_path)
    stored = (tmp_path / "keys.json").read_text()
    slot = passphrase_slot(KEY, PASSPHRASE, CHEAP)
    assert keyslots._text(KEY) not in stored
    assert KEY.hex() not in stored
    assert "wrapped" not in repr(slot)
    assert PASSPHRASE not in repr(slot)


@pytest.mark.parametrize("cut", range(1, 5))
def test_new_slots_cut_off_anywhere_leave_a_passphrase_that_opens(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cut: int
) -> None:
    made = key_file(tmp_path)
    calls = 0
    fsync = os.fsync

    def failing(descriptor: int) -> None:
        nonlocal calls
        calls += 1
        if calls == cut:
            raise OSError("power is gone")
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", failing)
    with pytest.raises(OSError, match="power is gone"):
        made.write(passphrase_slot(KEY, "quiet river seven stones", CHEAP))
    monkeypatch.setattr(os, "fsync", fsync)
    opens = []
    for passphrase in (PASSPHRASE, "quiet river seven stones"):
        try:
            opens.append(made.unlock(passphrase))
        except VaultProblem:
            continue
    assert opens == [KEY]


def test_calibration_never_goes_below_the_floor_and_aims_at_a_second(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(keyslots, "_stretched", lambda *_: bytes(32))
    slow, fast, faster = iter([0.0, 5.0]), iter([0.0, 0.5]), iter([0.0, 0.0])
    assert calibrated(lambda: next(slow)) == FLOOR
    assert calibrated(lambda: next(fast)) == Cost(FLOOR.memory_kib, 6, 1)
    assert calibrated(lambda: next(faster)).passes == 12
