"""A vault's directory from its making to its end.

1. What was stored is there when it is opened again; a wrong passphrase, a missing or damaged file changes nothing.
2. One process at a time.
3. No file holds a word of what was recorded, nor the key; the directory is nobody else's.
4. Finalising writes revision, parents and outbox together; ids are random.
5. A practice vault stays one; changing the passphrase ends the former one; erasing leaves nothing.
6. The library offers what this role records and keeps a form version as it was.
7. A vault of the first release still opens.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from fieldkit.ports import Delivery, DraftState, FormKey, Role
from fieldkit.vault.files import BALLAST_BYTES
from fieldkit.vault.form_versions import FormState
from fieldkit.vault.keyslots import KeyFile, practice_slot
from fieldkit.vault.library import StoredForm
from fieldkit.vault.problems import VaultProblem
from fieldkit.vault.settings import Setting
from fieldkit.vault.vault import Vault
from forms import definition_json
from forms import shipped as shipped_forms
from forms.problems import FormProblem
from tests.fakes import NOON, FakeClock
from tests.fieldkit.worlds import CHEAP, FORM, PASSPHRASE, draft_with, finalised, new_vault, open_vault

GOLDEN = Path(__file__).parent / "golden_vault"


def code_of_opening(directory: Path, passphrase: str | None = PASSPHRASE) -> str:
    with pytest.raises(VaultProblem) as met:
        open_vault(directory, passphrase)
    return met.value.code


def files_of(directory: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in directory.iterdir()}


def test_what_was_stored_is_there_when_opened_again(tmp_path: Path) -> None:
    with new_vault(tmp_path) as vault:
        draft = draft_with(vault, place="ဘားအံ")
        finalised(vault, vault.submissions, "one")
        vault.secrets.keep("token", b"\x00\xff")
        device = vault.info().device
    with open_vault(tmp_path) as vault:
        assert vault.drafts.open(draft).answers == {"/data/place": "ဘားအံ"}
        assert [summary.name for summary in vault.submissions.summaries()] == ["one"]
        assert (vault.secrets.get("token"), vault.secrets.get("other")) == (b"\x00\xff", None)
        assert vault.info().device == device


def test_a_wrong_passphrase_changes_no_file(tmp_path: Path) -> None:
    new_vault(tmp_path).close()
    before = files_of(tmp_path)
    assert code_of_opening(tmp_path, "amber canoe ginger lantern willow x") == "VAULT-001"
    assert files_of(tmp_path) == before


def test_a_directory_without_a_vault_is_told_apart(tmp_path: Path) -> None:
    assert (Vault.exists(tmp_path), code_of_opening(tmp_path)) == (False, "VAULT-006")


def test_a_vault_is_never_made_over_another(tmp_path: Path) -> None:
    new_vault(tmp_path).close()
    before = files_of(tmp_path)
    with pytest.raises(VaultProblem) as met:
        new_vault(tmp_path)
    assert (met.value.code, files_of(tmp_path)) == ("VAULT-006", before)


def test_a_store_that_lost_its_key_file_is_never_overwritten(tmp_path: Path) -> None:
    new_vault(tmp_path).close()
    keys = (tmp_path / "keys.json").read_bytes()
    KeyFile(tmp_path).destroy()
    with pytest.raises(VaultProblem) as met:
        new_vault(tmp_path)
    assert met.value.code == "VAULT-006"
    (tmp_path / "keys.json").write_bytes(keys)
    open_vault(tmp_path).close()


def test_a_weak_passphrase_makes_nothing(tmp_path: Path) -> None:
    with pytest.raises(VaultProblem) as met:
        Vault.create(tmp_path / "vault", "12345678", now=FakeClock(), cost=CHEAP)
    assert (met.value.code, (tmp_path / "vault").exists()) == ("VAULT-008", False)


@pytest.mark.parametrize("content", [None, b"", b"not a store" * 1000], ids=["missing", "empty", "other"])
def test_a_lost_store_is_not_replaced_by_an_empty_one(tmp_path: Path, content: bytes | None) -> None:
    new_vault(tmp_path).close()
    store = tmp_path / "vault.db"
    store.unlink()
    if content is not None:
        store.write_bytes(content)
    before = files_of(tmp_path)
    assert (code_of_opening(tmp_path), files_of(tmp_path)) == ("VAULT-004", before)


def test_one_bit_turned_in_the_store_is_noticed(tmp_path: Path) -> None:
    with new_vault(tmp_path) as vault:
        finalised(vault, vault.submissions, "x" * 9000)
    content = bytearray((tmp_path / "vault.db").read_bytes())
    for page in range(0, len(content), 4096):
        content[page + 1000] ^= 1
    (tmp_path / "vault.db").write_bytes(content)
    assert code_of_opening(tmp_path) == "VAULT-004"


def test_a_damaged_key_file_does_not_keep_anyone_out(tmp_path: Path) -> None:
    new_vault(tmp_path).close()
    (tmp_path / "keys.json").write_bytes(b"{")
    open_vault(tmp_path).close()


def test_a_vault_is_open_once(tmp_path: Path) -> None:
    with new_vault(tmp_path):
        assert code_of_opening(tmp_path) == "VAULT-002"
    open_vault(tmp_path).close()


@pytest.mark.parametrize(
    ("number", "code"), [(errno.ENOSPC, "VAULT-003"), (errno.EACCES, "VAULT-011"), (errno.EIO, "VAULT-011")]
)
def test_what_the_system_says_of_files_is_told_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, code: str
) -> None:
    def refuse(_: int) -> None:
        raise OSError(number, "as the system says it", str(tmp_path))

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(VaultProblem) as met:
        new_vault(tmp_path)
    assert (met.value.code, set(files_of(tmp_path))) == (code, {"lock"})
    assert str(tmp_path) not in str(met.value)


def test_a_full_disk_keeps_nobody_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    new_vault(tmp_path).close()
    for lost in ("keys.json.bak", "reserve"):
        (tmp_path / lost).unlink()

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(os, "fsync", full)
    with open_vault(tmp_path) as vault:
        assert vault.is_space_low()
    assert set(files_of(tmp_path)) == {"keys.json", "lock", "vault.db"}


def test_no_file_holds_a_word_of_what_was_recorded(tmp_path: Path) -> None:
    markers = ["MARKER-answer", "MARKER-name", "MARKER-open", "MARKER-sealed", "အမှတ်အသား"]
    vault = new_vault(tmp_path)
    draft = draft_with(vault, note="MARKER-answer အမှတ်အသား")
    vault.drafts.save(draft, [], place="", name="MARKER-name", state=DraftState.ERRORS).result()
    vault.submissions.finalise(draft, name="MARKER-name", open_part={"a": "MARKER-open"}, sealed_part={})
    draft_with(vault, note="MARKER-sealed")
    while_open = files_of(tmp_path)
    vault.close()
    for name, content in [*while_open.items(), *files_of(tmp_path).items()]:
        assert not [marker for marker in markers if marker.encode() in content], name
    assert {"vault.db-wal", "vault.db"} <= set(while_open)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows gives a new directory the rights of its parent")
def test_the_directory_is_nobody_elses(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    with new_vault(tmp_path), new_vault(tmp_path / "another"):
        modes = [stat.S_IMODE(directory.stat().st_mode) for directory in (tmp_path, tmp_path / "another")]
    assert modes == [0o700, 0o700]


def test_finalising_and_correcting_chain_revisions_and_queue_changes_in_order(tmp_path: Path) -> None:
    with new_vault(tmp_path) as vault:
        submission = finalised(vault, vault.submissions, "one")
        draft = vault.submissions.correct(submission, saved={}, language="", profile="core")
        vault.submissions.finalise(draft, name="two", open_part={"tally": 2}, sealed_part={})
        vault.submissions.withdraw(submission)
        rows = vault.database.read(
            lambda connection: connection.execute(
                "SELECT o.kind, o.delivery, o.submission, r.id, r.parents, r.open_part FROM outbox o"
                " JOIN revisions r ON r.id = o.revision ORDER BY o.position"
            ).fetchall()
        )
    (first, second, withdrawal) = rows
    assert [row[0] for row in rows] == ["revision", "revision", "withdrawal"]
    assert {row[1] for row in rows} == {Delivery.WAITING.value}
    assert {row[2] for row in rows} == {submission}
    assert (json.loads(first[4]), json.loads(second[4])) == ([], [first[3]])
    assert (json.loads(second[5]), json.loads(withdrawal[4])) == ({"tally": 2}, [second[3]])


def test_ids_are_random_and_tell_nothing(tmp_path: Path) -> None:
    with new_vault(tmp_path) as vault:
        ids = [finalised(vault, vault.submissions, "same") for _ in range(3)]
    assert len(set(ids)) == 3
    assert {len(bytes.fromhex(each)) for each in ids} == {16}


def test_a_submission_of_another_device_cannot_be_withdrawn(tmp_path: Path) -> None:
    with new_vault(tmp_path) as vault:
        submission = finalised(vault, vault.submissions, "theirs")
        vault.database.write(
            lambda connection: connection.execute(
                "UPDATE submissions SET device = 'another', last_change = NULL"
            )
        ).result()
        assert vault.submissions.open(submission).summary.delivery is None
        with pytest.raises(VaultProblem) as met:
            vault.submissions.withdraw(submission)
    assert met.value.code == "VAULT-010"


def test_a_correction_of_what_was_withdrawn_elsewhere_is_refused_and_kept(tmp_path: Path) -> None:
    with new_vault(tmp_path) as vault:
        submission = finalised(vault, vault.submissions, "one")
        draft = vault.submissions.correct(submission, saved={"/data/a": "1"}, language="", profile="core")
        vault.database.write(
            lambda connection: connection.execute("UPDATE submissions SET lifecycle = 'withdrawn'")
        ).result()
        with pytest.raises(VaultProblem) as met:
            vault.submissions.finalise(draft, name="two", open_part={}, sealed_part={})
        assert met.value.code == "VAULT-010"
        assert vault.drafts.open(draft).answers == {"/data/a": "1"}


@pytest.mark.parametrize("custody", ["purged", "sealed"])
def test_a_submission_whose_sealed_part_is_not_here_cannot_be_corrected(tmp_path: Path, custody: str) -> None:
    with new_vault(tmp_path) as vault:
        submission = finalised(vault, vault.submissions, "one")
        vault.database.write(
            lambda connection: connection.execute(
                "UPDATE revisions SET custody = ?, sealed_part = NULL", [custody]
            )
        ).result()
        assert vault.submissions.open(submission).sealed_part is None
        with pytest.raises(VaultProblem) as met:
            vault.submissions.correct(submission, saved={}, language="", profile="core")
    assert met.value.code == "VAULT-010"


def test_a_submission_is_found_by_the_beginning_of_its_id(tmp_path: Path) -> None:
    with new_vault(tmp_path) as vault:
        submission = finalised(vault, vault.submissions, "one")
        assert vault.submissions.ids_beginning(submission[:8]) == [submission]
        assert vault.submissions.ids_beginning("%") == []


def test_a_practice_vault_needs_no_passphrase_and_never_gets_one(tmp_path: Path) -> None:
    Vault.create(tmp_path, None, now=FakeClock()).close()
    assert Vault.is_practice(tmp_path)
    with open_vault(tmp_path, None) as vault:
        assert vault.info().practice
        with pytest.raises(VaultProblem) as met:
            vault.change_passphrase("quiet river seven stones", cost=CHEAP)
    assert met.value.code == "VAULT-010"


def test_a_practice_slot_put_into_a_real_vault_is_refused(tmp_path: Path) -> None:
    new_vault(tmp_path).close()
    KeyFile(tmp_path).write(practice_slot(KeyFile(tmp_path).unlock(PASSPHRASE)))
    assert code_of_opening(tmp_path, None) == "VAULT-004"


def test_a_new_passphrase_ends_the_former_one(tmp_path: Path) -> None:
    with new_vault(tmp_path) as vault:
        vault.change_passphrase("quiet river seven stones", cost=CHEAP)
    assert code_of_opening(tmp_path) == "VAULT-001"
    (tmp_path / "keys.json").unlink()
    assert code_of_opening(tmp_path) == "VAULT-001"
    open_vault(tmp_path, "quiet river seven stones").close()


def test_a_missing_reserve_is_laid_again(tmp_path: Path) -> None:
    new_vault(tmp_path).close()
    (tmp_path / "reserve").unlink()
    with open_vault(tmp_path) as vault:
        assert (tmp_path / "reserve").stat().st_size == BALLAST_BYTES
        assert not vault.is_space_low()


def test_a_full_disk_takes_the_reserve_and_says_that_space_is_low(tmp_path: Path) -> None:
    with new_vault(tmp_path) as vault:
        limit = vault.database.read(lambda connection: connection.execute("PRAGMA page_count").fetchone()[0])
        vault.database._connection.execute(f"PRAGMA max_page_count={limit}")
        with pytest.raises(VaultProblem) as met:
            draft_with(vault, note="x" * 20_000)
        assert (met.value.code, vault.is_space_low()) == ("VAULT-003", True)
        assert vault.integrity_faults() == []


def test_erasing_leaves_no_file(tmp_path: Path) -> None:
    vault = new_vault(tmp_path)
    finalised(vault, vault.submissions, "one")
    vault.erase()
    assert (files_of(tmp_path), code_of_opening(tmp_path)) == ({}, "VAULT-006")


def stored(form_id: str, version: str, title: str, state: FormState = FormState.OFFERED) -> StoredForm:
    return StoredForm(FormKey(form_id, version), title, "{}", NOON, state=state)


def test_the_library_offers_the_newest_version_that_was_not_retired(tmp_path: Path) -> None:
    with new_vault(tmp_path) as vault:
        for form in [
            stored("b", "1", "Second"),
            stored("a", "1", "First, old"),
            stored("a", "2", "First"),
            stored("c", "1", "Retired", FormState.RETIRED),
        ]:
            vault.library.add(form)
        assert [(form.key.version, form.title) for form in vault.library.forms()] == [
            ("2", "First"),
            ("1", "Second"),
        ]


def test_a_trainer_is_offered_what_trainers_record(tmp_path: Path) -> None:
    with new_vault(tmp_path) as vault:
        vault.library.add(stored("dialogue_session", "1", "Session"))
        vault.library.add(stored("mediation_workshop", "1", "Workshop"))
        vault.settings.keep(Setting.ROLE, Role.TRAINER)
        assert [form.title for form in vault.library.forms()] == ["Workshop"]


def test_a_form_that_is_not_here_is_a_problem(tmp_path: Path) -> None:
    with new_vault(tmp_path) as vault, pytest.raises(FormProblem) as met:
        vault.library.definition(FORM)
    assert met.value.code == "FORM-004"


def test_a_forms_title_stands_in_the_lists(tmp_path: Path) -> None:
    with new_vault(tmp_path) as vault:
        vault.library.add(stored(FORM.form_id, FORM.version, "Dialogue session"))
        draft_with(vault)
        finalised(vault, vault.submissions, "one")
        assert vault.drafts.summaries()[0].title == "Dialogue session"
        assert vault.submissions.summaries(search="dialogue")[0].title == "Dialogue session"


def test_a_vault_of_the_first_release_still_opens(tmp_path: Path) -> None:
    shutil.copytree(GOLDEN, tmp_path, dirs_exist_ok=True)
    with open_vault(tmp_path) as vault:
        (draft,) = vault.drafts.summaries()
        (submission,) = vault.submissions.summaries()
        assert vault.drafts.open(draft.draft).answers == {"/data/place": "ဘားအံ"}
        assert vault.submissions.open(submission.submission).sealed_part == {"note": "2"}


@pytest.mark.skipif(sys.platform != "linux", reason="prctl and core limits are Linux's")
def test_the_process_can_be_closed_to_others() -> None:
    program = (
        "from fieldkit.vault.hardening import harden\n"
        "import resource\n"
        "print(harden(), resource.getrlimit(resource.RLIMIT_CORE))"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ended.stdout.strip() == "True (0, 0)"


def test_shipped_forms_and_lists_come_back_as_they_went_in(tmp_path: Path) -> None:
    shipped = shipped_forms.load("dialogue_session")
    key = FormKey(shipped.form_id, shipped.version)
    with new_vault(tmp_path) as vault:
        vault.library.add(StoredForm(key, shipped.title, definition_json.dump(shipped), NOON))
        empty = vault.library.lists(shipped)
        for name, content in shipped_forms.lists().items():
            vault.library.add_list(name, content)
        lists = vault.library.lists(vault.library.definition(key))
        assert vault.library.definition(key) == shipped
    assert {list_id: len(found.items) for list_id, found in empty.items()} == {"townships": 0}
    assert [item.columns["name"] for item in lists["townships"].items]
