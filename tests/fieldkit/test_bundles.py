"""Bundles between real vaults and the real server, without a line and mixed with one.

1. What was recorded reaches a coordinator by a stick alone, opened; a receipt and the opened notice come back by stick.
2. A coordinator couriers to the server what came by stick; the server takes the same from the stick itself.
3. Any order of sticks and syncs, twice or mixed, ends in the same stores.
4. Writing a bundle confirms nothing; only a receipt does.
5. A full or pulled stick, a file that is none, another project's, a forged one: said plainly, nothing is
   lost or taken.
6. A coordinator opens a server's backup.
7. A damaged file among others is named; the others are read.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from itertools import permutations
from pathlib import Path

import pytest

from fieldkit.exchanging.bundle_ports import BundleRead
from fieldkit.exchanging.bundling import VaultBundles, open_sealed
from fieldkit.ports import Custody, Delivery
from fieldkit.tui.sticks import read_in_words, written_in_words
from fieldkit.vault.vault import Vault
from forms.problems import ExitCode
from server import bundling
from server.__main__ import main as server_main
from server.backups import back_up
from server.queries import devices, revisions
from sync import bundles, carrying
from sync.feeds import Entry, EntryKind
from sync.identity import AgeIdentity, SigningKey
from sync.problems import Fault, SyncProblem
from sync.receipts import Verdict
from tests.fieldkit.project import FoundedProject, record, silent


def stick(project: FoundedProject, vault: Vault) -> VaultBundles:
    return VaultBundles(project.exchange(vault))


def write(project: FoundedProject, vault: Vault, name: str, device: str = "") -> Path:
    place = project.directory / name
    stick(project, vault).write(place, silent, device=device)
    return place


def read(project: FoundedProject, vault: Vault, *files: Path) -> BundleRead:
    return stick(project, vault).read(files, silent)


def server_reads(project: FoundedProject, file: Path) -> bundling.Imported:
    return bundling.take_in(project.app.state.world, file.read_bytes())


def server_writes(project: FoundedProject, vault: Vault, name: str) -> Path:
    here, place = project.app.state.world, project.directory / name
    with here.store.read() as connection:
        device = devices.find(connection, vault.info().device)
        assert device is not None
        (content,) = bundling.write_for(here, connection, device)
    place.write_bytes(content)
    return place


def held_by_server(project: FoundedProject) -> int:
    with project.app.state.world.store.read() as connection:
        return revisions.count(connection)


def deliveries(vault: Vault) -> set[Delivery | None]:
    return {summary.delivery for summary in vault.submissions.summaries()}


async def test_a_submission_reaches_the_coordinator_by_stick_alone(
    project: FoundedProject, recorder: Vault
) -> None:
    submission = record(recorder, "Naw Paw")
    report = read(project, project.coordinator, write(project, recorder, "a.dat"))
    there = project.coordinator.submissions.open(submission)
    assert (report.received, report.opened) == (1, 1)
    assert (there.sealed_part, there.summary.custody) == ({"who": "Naw Paw"}, Custody.WHOLE)


async def test_writing_a_bundle_confirms_nothing(project: FoundedProject, recorder: Vault) -> None:
    record(recorder, "Naw Paw")
    write(project, recorder, "a.dat")
    assert deliveries(recorder) == {Delivery.SEALED}
    assert not recorder.submissions.summaries()[0].opened


async def test_the_coordinator_couriers_it_and_receipt_and_notice_come_back(
    project: FoundedProject, recorder: Vault
) -> None:
    record(recorder, "Naw Paw")
    read(project, project.coordinator, write(project, recorder, "a.dat"))
    await project.sync(project.coordinator)
    back = write(project, project.coordinator, "b.dat", device=recorder.info().device[:8])
    report = read(project, recorder, back)
    assert (report.receipts, report.waiting) == (1, 0)
    assert deliveries(recorder) == {Delivery.CONFIRMED}
    assert recorder.submissions.summaries()[0].opened


async def test_a_stick_that_was_read_before_brings_no_new_receipts(
    project: FoundedProject, recorder: Vault
) -> None:
    record(recorder, "Naw Paw")
    read(project, project.coordinator, write(project, recorder, "a.dat"))
    await project.sync(project.coordinator)
    back = write(project, project.coordinator, "b.dat", device=recorder.info().device)
    assert [read(project, recorder, back).receipts for _ in range(2)] == [1, 0]
    assert read_in_words(read(project, recorder, back)) == ["Read 1 file: nothing was new."]


async def test_who_can_open_a_stick_is_said_truly(project: FoundedProject, recorder: Vault) -> None:
    await project.sync(project.coordinator)
    record(project.coordinator, "Naw Paw")
    sticks, device = stick(project, project.coordinator), recorder.info().device
    waiting = sticks.write(project.directory / "a.dat", silent)
    for_one = sticks.write(project.directory / "b.dat", silent, device=device)
    assert (waiting.for_server, for_one.for_server, for_one.for_device) == (True, False, True)
    assert "Only" not in " ".join(written_in_words(waiting))
    assert written_in_words(for_one)[-1] == "Only that device and the coordinators can open it."


async def test_the_server_takes_it_from_the_stick_and_gives_the_receipt_back(
    project: FoundedProject, recorder: Vault
) -> None:
    record(recorder, "Naw Paw")
    taken = server_reads(project, write(project, recorder, "a.dat"))
    assert taken.verdicts == {Verdict.ACCEPTED: 1}
    assert read(project, recorder, server_writes(project, recorder, "b.dat")).receipts == 1
    assert deliveries(recorder) == {Delivery.CONFIRMED}


async def test_a_couriered_receipt_reaches_the_device_online_too(
    project: FoundedProject, recorder: Vault
) -> None:
    record(recorder, "Naw Paw")
    read(project, project.coordinator, write(project, recorder, "a.dat"))
    await project.sync(project.coordinator, recorder)
    assert deliveries(recorder) == {Delivery.CONFIRMED}
    assert held_by_server(project) == 1


async def test_a_coordinator_carries_nothing_that_the_server_confirmed(
    project: FoundedProject, recorder: Vault
) -> None:
    record(recorder, "Naw Paw")
    await project.sync(recorder, project.coordinator, project.coordinator)
    before = len(project.line.paths)
    await project.sync(project.coordinator)
    assert project.line.paths[before:] == ["GET /v1/feed"]


async def test_a_stick_from_the_server_saves_the_next_pull(project: FoundedProject, recorder: Vault) -> None:
    record(recorder, "Naw Paw")
    server_reads(project, write(project, recorder, "a.dat"))
    read(project, recorder, server_writes(project, recorder, "b.dat"))
    before = len(project.line.paths)
    await project.sync(recorder)
    assert project.line.paths[before:] == ["GET /v1/feed"]


STEPS = ("online", "to the coordinator", "to the server", "coordinator syncs")
ORDERS = list(permutations(STEPS))


@pytest.mark.parametrize("order", ORDERS if os.environ.get("FIELDKIT_SOAK") else ORDERS[::4])
async def test_any_order_of_sticks_and_syncs_ends_in_the_same_stores(
    project: FoundedProject, recorder: Vault, order: tuple[str, ...]
) -> None:
    for number in range(3):
        record(recorder, f"Naw Paw {number}")
    file = write(project, recorder, "a.dat")
    take: dict[str, Callable[[], object]] = {
        "to the coordinator": lambda: read(project, project.coordinator, file),
        "to the server": lambda: server_reads(project, file),
    }
    for step in (*order, *order):
        if step in take:
            take[step]()
        else:
            vault = recorder if step == "online" else project.coordinator
            await project.sync(vault)
    assert deliveries(recorder) == {Delivery.CONFIRMED}
    assert held_by_server(project) == 3
    assert project.coordinator.submissions.count() == 3


async def test_a_bundle_in_parts_may_come_in_any_order(project: FoundedProject, recorder: Vault) -> None:
    device = recorder.info().device
    stick(project, project.coordinator).write(
        project.directory / "b.dat", silent, device=device, largest=70_000
    )
    parts = sorted(project.directory.glob("b*.dat"), reverse=True)
    report = read(project, recorder, *parts)
    assert (report.files, report.missing, report.refused) == (len(parts), (), 0)


async def test_a_folder_is_searched_for_bundles(project: FoundedProject, recorder: Vault) -> None:
    record(recorder, "Naw Paw")
    folder = project.directory / "stick"
    folder.mkdir()
    (folder / "song.mp3").write_bytes(b"ID3")
    (folder / "link.dat").symlink_to("/etc/passwd")
    stick(project, recorder).write(folder, silent)
    assert read(project, project.coordinator, folder).received == 1


async def test_reading_ones_own_bundle_takes_nothing(project: FoundedProject) -> None:
    record(project.coordinator, "Naw Paw")
    report = read(project, project.coordinator, write(project, project.coordinator, "a.dat"))
    assert (report.own, report.received, report.refused) == (1, 0, 0)


async def test_a_full_stick_is_said_and_leaves_nothing_half_written(
    project: FoundedProject, recorder: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    record(recorder, "Naw Paw")

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(SyncProblem) as said:
        write(project, recorder, "a.dat")
    assert (said.value.fault, "Nothing was lost" in str(said.value)) == (Fault.STICK, True)
    assert list(project.directory.glob("a.dat*")) == []


@pytest.mark.parametrize("name", ["not there.dat", "missing/a.dat"])
async def test_a_stick_that_was_pulled_out_is_said(
    project: FoundedProject, recorder: Vault, name: str
) -> None:
    with pytest.raises(SyncProblem) as said:
        read(project, recorder, project.directory / name)
    assert said.value.fault is Fault.STICK


async def test_a_file_of_that_name_is_left_alone(project: FoundedProject, recorder: Vault) -> None:
    (project.directory / "thesis.docx").write_bytes(b"years of work")
    with pytest.raises(SyncProblem) as said:
        write(project, recorder, "thesis.docx")
    assert said.value.fault is Fault.STICK
    assert "another name" in said.value.remedy
    assert (project.directory / "thesis.docx").read_bytes() == b"years of work"


async def test_a_bundle_for_others_cannot_be_opened(project: FoundedProject, recorder: Vault) -> None:
    other = await project.recorder("other")
    file = write(project, recorder, "a.dat")
    with pytest.raises(SyncProblem) as said:
        read(project, other, file)
    other.close()
    assert (said.value.fault, said.value.where) == (Fault.BUNDLE_CLOSED, "a.dat")


async def test_a_bundle_in_the_servers_name_moves_nothing(project: FoundedProject, recorder: Vault) -> None:
    store = project.exchange(recorder).store
    at = store.feed.checkpoint()
    load = bundles.Load(
        recorder.info().project,
        bundles.SERVER,
        [],
        recorder.info().device,
        epoch=at.epoch,
        after=0,
        next=10**9,
    )
    reader = store.members.current().age.recipient
    (forged,) = bundles.pack(load, SigningKey.generate(), [reader])
    with pytest.raises(SyncProblem) as said:
        carrying.unpack(store, forged)
    assert (said.value.fault, store.feed.checkpoint()) == (Fault.SIGNATURE, at)


async def test_a_segment_that_its_device_did_not_sign_is_left_out(
    project: FoundedProject, recorder: Vault
) -> None:
    record(recorder, "Naw Paw")
    write(project, recorder, "a.dat")
    store = project.exchange(recorder).store
    content = bytearray(store.courier.content(store.outbox.unsettled(None)[0]))
    content[7] ^= 1  # another project in the header, under the old signature
    entry = Entry(0, EntryKind.SEGMENT, bytes(content))
    member = store.members.current()
    load = bundles.Load(member.project, member.device, [entry])
    (file,) = bundles.pack(load, member.key, member.trust.bundle_readers())
    assert carrying.unpack(project.exchange(project.coordinator).store, file).taken.received == 0
    assert bundling.take_in(project.app.state.world, file).verdicts == {}


async def test_a_coordinator_opens_a_backup_and_seals_it_anew(project: FoundedProject) -> None:
    sealed, plain, anew = (project.directory / name for name in ("b.age", "b.tar", "b2.age"))
    back_up(project.app.state.world, sealed)
    once, identity = AgeIdentity.generate(), project.exchange(project.coordinator).store.members.current().age
    open_sealed(sealed, plain, identity, None)
    open_sealed(sealed, anew, identity, once.recipient)
    assert once.open(anew.read_bytes()) == plain.read_bytes()
    assert {file.name for file in project.directory.glob("b*")} == {"b.age", "b.tar", "b2.age"}


async def test_somebody_elses_backup_stays_closed(project: FoundedProject) -> None:
    back_up(project.app.state.world, project.directory / "b.age")
    with pytest.raises(SyncProblem) as said:
        open_sealed(project.directory / "b.age", project.directory / "b.tar", AgeIdentity.generate(), None)
    assert said.value.fault is Fault.BUNDLE_CLOSED
    assert list(project.directory.glob("b.tar*")) == []


async def test_a_damaged_file_in_a_folder_is_named_and_the_others_are_read(
    project: FoundedProject, recorder: Vault
) -> None:
    record(recorder, "Naw Paw")
    folder = project.directory / "usb"
    folder.mkdir()
    good = write(project, recorder, "usb/b.dat")
    (folder / "a.dat").write_bytes(good.read_bytes()[:-20])
    report = read(project, project.coordinator, folder)
    (told,) = report.unread
    assert (report.files, report.received) == (1, 1)
    assert "a.dat" in told
    assert any("Not read" in line and "a.dat" in line for line in read_in_words(report))


async def test_the_server_reads_a_whole_stick_and_names_what_is_damaged(
    project: FoundedProject, recorder: Vault, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = project.directory / "stick"
    folder.mkdir()
    data = ["--data", str(project.settings.data)]
    assert server_main(["bundle", "read", str(folder), *data]) == ExitCode.DONE
    assert "Is it the right stick" in capsys.readouterr().out
    record(recorder, "on a stick")
    (folder / "a.dat").write_bytes(write(project, recorder, "there.dat").read_bytes()[:20_000])
    stick(project, recorder).write(folder, silent)
    (folder / "notes.txt").write_text("hello", encoding="utf-8")
    assert server_main(["bundle", "read", str(folder), *data]) == ExitCode.FINDINGS
    told = capsys.readouterr().out
    assert "changes held: 1" in told
    assert "(a.dat)" in told
    assert "notes.txt" not in told
    assert server_main(["bundle", "read", str(folder / "a.dat"), *data]) == ExitCode.SERVER
    assert "Where: a.dat" in capsys.readouterr().err
