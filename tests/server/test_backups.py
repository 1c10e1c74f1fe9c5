"""Backups of a running server: written while it serves, put back as another life, and verified.

1. A backup is one age file that only coordinators open; it holds no upload that is not whole and marks how far it goes.
2. Put back, the store has what it had, another epoch, and the erasures repeated; the feed goes on
   where both are the same.
3. What is no backup, was cut, or is still sealed is refused, and the directory stays empty.
4. `verify` names gaps, forks, damage and wrong receipts; a sound store is sound; one that is gone is told.
"""

from __future__ import annotations

import io
import shutil
import sqlite3
import tarfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from server.backups import Replaced, Restored, back_up, restore, to_be_replaced
from server.problems import OperatorProblem
from server.queries import erasures, life, revisions
from server.queries.erasures import Erasure
from server.settings import Settings
from server.verifying import State, verify
from server.world import World, open_world
from sync.feeds import read_page
from sync.identity import AgeIdentity, SigningKey, seal_to
from tests.server.worlds import SEALED_MARKER, Device, Project, finalised


def opened(project: Project, sealed: Path, name: str = "plain.tar") -> Path:
    """What a coordinator's program makes of it."""
    plain = sealed.with_name(name)
    plain.write_bytes(project.made.age.open(sealed.read_bytes()))
    return plain


def put_back(project: Project, archive: Path, name: str = "again", **given: object) -> tuple[Restored, World]:
    settings = replace(project.settings, data=archive.parent / name)
    made = restore(archive, settings, **given)  # type: ignore[arg-type]
    return made, open_world(settings)


def accepted(here: World) -> int:
    with here.store.read() as connection:
        return revisions.count(connection)


async def with_three(project: Project) -> Device:
    device = await project.recorder_of_certified()
    for number in range(3):
        await project.pushed(device, finalised(number))
    return device


async def test_only_coordinators_open_a_backup(project: Project, tmp_path: Path) -> None:
    await with_three(project)
    made = back_up(project.here, tmp_path / "b.age")
    data = (tmp_path / "b.age").read_bytes()
    assert made.recipients == 1
    assert b"SQLite format" not in data
    assert SEALED_MARKER.encode() not in project.made.age.open(data)
    assert list(project.settings.data.glob("backup-*")) == []


async def test_what_was_backed_up_is_put_back_as_another_life(project: Project, tmp_path: Path) -> None:
    device = await with_three(project)
    made = back_up(project.here, tmp_path / "b.age")
    await project.pushed(device, finalised(4))
    restored, again = put_back(project, opened(project, tmp_path / "b.age"))
    assert (restored.sequence, accepted(again), accepted(project.here)) == (made.sequence, 3, 4)
    assert again.life.epoch != project.here.life.epoch
    assert (again.key.public, again.age.recipient) == (project.here.key.public, project.here.age.recipient)
    again.store.close()


async def test_a_backup_moves_the_watermark(project: Project, tmp_path: Path) -> None:
    await with_three(project)
    made = back_up(project.here, tmp_path / "b.age")
    with project.here.store.read() as connection:
        assert life.watermark(connection) == made.sequence == life.last_sequence(connection)


async def test_erasures_are_repeated(project: Project, tmp_path: Path) -> None:
    await with_three(project)
    with project.here.store.read() as connection:
        submission = connection.exec_driver_sql("SELECT id FROM submissions").scalars().first()
    back_up(project.here, tmp_path / "b.age")
    later = Erasure(str(submission), "c" * 32, project.made.device, 1)
    made, again = put_back(
        project, opened(project, tmp_path / "b.age"), replaces=Replaced(project.made.project, [later])
    )
    with again.store.read() as connection:
        assert erasures.among(connection, {str(submission)}) == {str(submission)}
    assert made.erasures == 1
    again.store.close()


async def test_the_feed_goes_on_where_both_lives_are_the_same(project: Project, tmp_path: Path) -> None:
    coordinator = await project.coordinator()
    device = await project.recorder()
    await project.pushed(device, finalised(1))
    made = back_up(project.here, tmp_path / "b.age")
    former = project.here.life.epoch
    await project.pushed(device, finalised(2))
    _, again = put_back(project, opened(project, tmp_path / "b.age"))
    project.app.state.world = again
    reply = await project.get(coordinator, f"/v1/feed?epoch={former}&after={made.sequence + 2}")
    page = read_page(reply.content)
    again.store.close()
    assert (page.entries, page.next, page.epoch) == ((), made.sequence, again.life.epoch)


def cut(data: bytes) -> bytes:
    return data[: len(data) // 2]


def with_a_path(_: bytes) -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as tar:
        member = tarfile.TarInfo("../server.db")
        member.size = 70_000
        tar.addfile(member, io.BytesIO(bytes(70_000)))
    return made.getvalue()


def with_a_link(_: bytes) -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as tar:
        member = tarfile.TarInfo("server.db")
        member.type, member.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tar.addfile(member)
    return made.getvalue()


@pytest.mark.parametrize("spoil", [cut, with_a_path, with_a_link, lambda _: b"", lambda _: b"PK\x03\x04"])
async def test_what_is_no_backup_is_refused(
    project: Project, tmp_path: Path, spoil: Callable[[bytes], bytes]
) -> None:
    await with_three(project)
    back_up(project.here, tmp_path / "b.age")
    bad = tmp_path / "bad.tar"
    bad.write_bytes(spoil(opened(project, tmp_path / "b.age").read_bytes()))
    with pytest.raises(OperatorProblem) as refused:
        restore(bad, Settings(tmp_path / "again"))
    assert refused.value.code == "SERVER-115"
    assert list((tmp_path / "again").iterdir()) == []


async def test_a_sealed_backup_wants_a_key_made_for_it(project: Project, tmp_path: Path) -> None:
    await with_three(project)
    back_up(project.here, tmp_path / "b.age")
    with pytest.raises(OperatorProblem) as refused:
        restore(tmp_path / "b.age", Settings(tmp_path / "again"))
    assert refused.value.code == "SERVER-115"
    once = AgeIdentity.generate()
    resealed = tmp_path / "once.age"
    resealed.write_bytes(seal_to([once.recipient], opened(project, tmp_path / "b.age").read_bytes()))
    _, again = put_back(project, resealed, identity=once)
    assert accepted(again) == 3
    again.store.close()


async def test_a_store_that_lay_elsewhere_is_put_back_beside_its_keys(
    project: Project, tmp_path: Path
) -> None:
    await with_three(project)
    address, former = project.settings.address(), project.settings.database()
    project.settings.description_file.unlink()
    project.settings.write_description(address, former)
    back_up(project.here, tmp_path / "b.age")
    restored, again = put_back(project, opened(project, tmp_path / "b.age"))
    again.store.close()
    assert again.settings.database() != former
    with project.here.store.read() as connection:
        assert life.present(connection).epoch == project.here.life.epoch != restored.epoch


async def test_a_backup_of_another_project_takes_no_stores_place(project: Project, tmp_path: Path) -> None:
    await with_three(project)
    back_up(project.here, tmp_path / "b.age")
    plain = opened(project, tmp_path / "b.age")
    async with Project(tmp_path / "other") as other:
        await other.recorder_of_certified()
        replaces = to_be_replaced(other.settings.data)
    with pytest.raises(OperatorProblem, match="another project") as refused:
        restore(plain, Settings(tmp_path / "again"), replaces=replaces)
    assert refused.value.code == "SERVER-115"
    assert list((tmp_path / "again").iterdir()) == []
    restored, again = put_back(project, plain, replaces=to_be_replaced(project.settings.data))
    again.store.close()
    assert restored.erasures == 0


async def test_a_directory_that_holds_anything_is_left_alone(project: Project, tmp_path: Path) -> None:
    await with_three(project)
    back_up(project.here, tmp_path / "b.age")
    with pytest.raises(OperatorProblem) as refused:
        restore(opened(project, tmp_path / "b.age"), project.settings)
    assert (refused.value.code, accepted(project.here)) == ("SERVER-101", 3)


async def test_a_sound_store_is_sound(project: Project) -> None:
    await with_three(project)
    found = verify(project.here)
    assert (found.segments, dict(found.states), found.is_worrying) == (3, {State.SOUND: 3}, False)


async def test_a_fork_and_a_gap_are_named(project: Project) -> None:
    device = await project.recorder_of_certified()
    other = replace(device)
    await project.pushed(device, finalised(1))
    await project.pushed(other, finalised(2))
    device.seal([finalised(3)])
    await project.pushed(device, finalised(4))
    found = verify(project.here)
    assert {finding.state for finding in found.findings} == {State.FORK, State.GAP}
    assert found.is_worrying


@pytest.mark.parametrize(
    ("spoil", "state"),
    [
        ("UPDATE segments SET content = substr(content, 1, 150) WHERE first_n = 2", State.DAMAGED),
        ("UPDATE segments SET receipt = substr(receipt, 2) WHERE first_n = 2", State.RECEIPT),
        ("UPDATE feed SET digest = 'gone' WHERE body IS NULL AND kind = 'segment'", State.DANGLING),
        ("UPDATE statements SET jws = jws || 'AA' WHERE kind = 'form'", State.STATEMENT),
    ],
)  # fmt: skip
async def test_damage_is_found(project: Project, spoil: str, state: State) -> None:
    await with_three(project)
    with sqlite3.connect(project.settings.data / "server.db") as raw:
        raw.execute(spoil)
    raw.close()
    found = verify(project.here)
    assert {finding.state for finding in found.findings} == {state}
    assert found.is_worrying


@pytest.mark.parametrize("left", ["", "nothing"])
async def test_a_store_that_is_gone_is_told_and_not_begun_anew(
    project: Project, tmp_path: Path, left: str
) -> None:
    copy = shutil.copytree(project.settings.data, tmp_path / "copy")
    for file in copy.glob("server.db*"):
        file.unlink()
    if not left:
        (copy / "server.db").touch()
    with pytest.raises(OperatorProblem) as told:
        open_world(replace(project.settings, data=copy))
    assert told.value.code == "SERVER-110"


async def test_a_receipt_of_another_key_is_noticed(project: Project) -> None:
    await with_three(project)
    found = verify(replace(project.here, key=SigningKey.generate()))
    assert found.states[State.RECEIPT] == 3
