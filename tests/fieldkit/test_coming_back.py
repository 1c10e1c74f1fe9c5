"""A server that was put back from a backup meets devices, grants and successions that are younger than the backup.

1. It knows a device again by its own word, with no invitation and no person, whether it was confirmed or not.
2. What it refused of a device for want of a right is accepted once that right is known again.
3. Nobody comes back who was revoked, who shows another server's word or somebody else's, or in an earlier life.
"""

from __future__ import annotations

import shutil
from dataclasses import replace

import pytest
from sqlalchemy import delete

from fieldkit.exchanging import membership
from fieldkit.exchanging.coordinating import revoke
from fieldkit.vault.members import StoredMembers
from fieldkit.vault.vault import Vault
from server import tables
from server.queries import devices, successions
from sync.identity import SigningKey, to_text
from sync.messages import DeviceState, Joined, ReturnRequest
from sync.problems import Fault, SyncProblem
from sync.roles import Role
from sync.statements import Admission, sign_statement
from sync.wire import ReviewState
from tests.fieldkit.project import FoundedProject, record, silent
from tests.fieldkit.test_found_by_histories import backed_up, held_revisions, restored
from tests.fieldkit.worlds import open_vault


def correct(vault: Vault, submission: str) -> str:
    """A correction of a submission; its revision."""
    draft = vault.submissions.correct(submission, saved={}, language="", profile="core")
    vault.submissions.finalise(draft, name="again", open_part={"people": 9}, sealed_part={"who": "x"})
    return vault.submissions.open(submission).revision


def reasons(vault: Vault) -> list[tuple[str, str]]:
    """Delivery and reason of what was not confirmed."""
    query = "SELECT delivery, reason FROM outbox WHERE delivery <> 'confirmed'"
    return vault.database.read(lambda held: held.execute(query).fetchall())


def state(project: FoundedProject, vault: Vault) -> DeviceState | None:
    with project.app.state.world.store.read() as connection:
        found = devices.find(connection, vault.info().device)
    return found.state if found else None


async def test_a_device_younger_than_the_backup_comes_back_by_itself(project: FoundedProject) -> None:
    backup = backed_up(project)
    recorder = await project.joined()
    made, before = record(recorder, "one"), recorder.info().device
    await project.sync(recorder, project.coordinator)
    restored(project, backup)
    correct(recorder, made)
    await project.sync(recorder, project.coordinator, recorder)
    assert recorder.info().device == before
    assert state(project, recorder) is DeviceState.CONFIRMED
    assert recorder.oversight.safety().is_safe
    assert {each.name for each in project.coordinator.submissions.summaries()} == {"again"}
    recorder.close()


async def test_a_device_that_waits_to_be_confirmed_comes_back_and_waits(project: FoundedProject) -> None:
    backup = backed_up(project)
    recorder = await project.recorder()
    record(recorder, "one")
    await project.sync(recorder, project.coordinator)
    restored(project, backup)
    await project.sync(recorder)
    assert state(project, recorder) is DeviceState.PENDING
    await project.confirm_all()
    await project.sync(recorder)
    assert recorder.oversight.safety().is_safe
    recorder.close()


async def test_a_second_coordinator_is_one_again_at_once(project: FoundedProject, recorder: Vault) -> None:
    backup = backed_up(project)
    second = await project.recorder("second", Role.COORDINATOR)
    await project.sync(project.coordinator)
    membership.confirm(project.coordinator, second.info().device, now=project.clock, as_coordinator=True)
    await project.sync(project.coordinator, second)
    made = record(recorder, "one")
    await project.sync(recorder, second)
    second.oversight.review(made, ReviewState.RETURNED, "Ask again.")
    restored(project, backup)
    await project.sync(recorder, second, recorder)
    assert state(project, second) is DeviceState.CONFIRMED
    assert reasons(second) == []
    assert [each.comment for each in recorder.oversight.returned()] == ["Ask again."]
    second.close()


async def test_a_correction_is_accepted_once_the_grant_is_known_again(
    project: FoundedProject, recorder: Vault
) -> None:
    second = await project.joined("second")
    made = record(recorder, "one")
    await project.sync(recorder, project.coordinator)
    backup = backed_up(project)
    project.coordinator.oversight.grant(made, second.info().device)
    await project.sync(project.coordinator, second)
    restored(project, backup)
    correct(second, made)
    await project.sync(second)
    assert reasons(second) == [("quarantined", "another device's submission")]
    await project.sync(project.coordinator, second, project.coordinator)
    assert reasons(second) == []
    assert held_revisions(project) == 1
    assert {each.name for each in project.coordinator.submissions.summaries()} == {"again"}
    second.close()


@pytest.mark.parametrize("first", ["the device", "the coordinator"])
async def test_a_succession_younger_than_the_backup_is_learnt_again(
    project: FoundedProject, recorder: Vault, first: str
) -> None:
    made = record(recorder, "one")
    await project.sync(recorder, project.coordinator, recorder)
    backup = backed_up(project)
    recorder.drain()
    shutil.copytree(project.directory / "recorder", project.directory / "copy")
    record(recorder, "on one branch")
    await project.sync(recorder)
    copy = open_vault(project.directory / "copy")
    record(copy, "on the other")
    await project.sync(copy)
    correct(copy, made)
    await project.sync(copy, project.coordinator, copy)
    restored(project, backup)
    order = [copy, project.coordinator] if first == "the device" else [project.coordinator, copy]
    await project.sync(recorder, *order, project.coordinator, copy)
    assert reasons(copy) == []
    assert held_revisions(project) == 3
    assert state(project, copy) is DeviceState.CONFIRMED
    copy.close()


async def test_a_succession_is_learnt_again_of_a_device_that_a_courier_made_known(
    project: FoundedProject, recorder: Vault
) -> None:
    record(recorder, "one")
    await project.sync(recorder, project.coordinator, recorder)
    recorder.drain()
    shutil.copytree(project.directory / "recorder", project.directory / "copy")
    record(recorder, "on one branch")
    await project.sync(recorder)
    copy = open_vault(project.directory / "copy")
    record(copy, "on the other")
    await project.sync(copy)
    world = project.app.state.world
    with world.store.write() as connection:
        connection.execute(delete(tables.successions))
    await returning(project, copy, world.life.epoch)
    with world.store.read() as connection:
        known = successions.line(connection, copy.info().device)
    assert known == (copy.info().device, recorder.info().device)
    copy.close()


async def test_a_device_is_revoked_whose_successor_is_known_by_its_certificate_alone(
    project: FoundedProject, recorder: Vault
) -> None:
    await project.sync(recorder, project.coordinator)
    with project.app.state.world.store.write() as connection:
        succession = successions.Succession("f" * 32, recorder.info().device, consent="")
        successions.add(connection, succession)
    revoke(project.coordinator, recorder.info().device)
    await project.sync(project.coordinator)
    assert state(project, recorder) is DeviceState.REVOKED


async def test_what_is_handed_to_a_device_is_its_successors_too(
    project: FoundedProject, recorder: Vault
) -> None:
    second = await project.joined("second")
    made = record(recorder, "one")
    await project.sync(recorder, project.coordinator)
    project.coordinator.oversight.grant(made, second.info().device)
    record(second, "before")
    await project.sync(project.coordinator, second)
    second.drain()
    shutil.copytree(project.directory / "second", project.directory / "copy")
    record(second, "on one branch")
    await project.sync(second)
    copy = open_vault(project.directory / "copy")
    record(copy, "on the other")
    await project.sync(copy, project.coordinator, copy)
    revision = correct(copy, made)
    await project.sync(copy, project.coordinator)
    assert reasons(copy) == []
    assert "again" in {each.name for each in project.coordinator.submissions.summaries()}
    later = correct(recorder, made)
    await project.sync(recorder, project.coordinator, copy)
    query = "SELECT id FROM revisions WHERE submission = ?"
    held = {row[0] for row in copy.database.read(lambda held: held.execute(query, [made]).fetchall())}
    assert {revision, later} <= held
    second.close()
    copy.close()


async def test_nobody_comes_back_who_was_revoked(project: FoundedProject) -> None:
    backup = backed_up(project)
    recorder = await project.joined()
    revoke(project.coordinator, recorder.info().device)
    await project.sync(project.coordinator)
    restored(project, backup)
    await project.sync(project.coordinator)
    with pytest.raises(SyncProblem) as refused:
        await project.exchange(recorder).sync(silent)
    assert refused.value.fault is Fault.TOKEN
    recorder.close()


async def returning(project: FoundedProject, vault: Vault, epoch: str, **changed: str) -> Joined:
    """Ask to come back with a request of our own."""
    member, place = StoredMembers(vault.database).current(), StoredMembers(vault.database).server()
    told = {"admission": str(place.admission)} | changed
    proof = member.key.sign(ReturnRequest.proven(member.project, epoch, told["admission"]))
    request = ReturnRequest(admission=told["admission"], proof=to_text(proof))
    calls = membership.Calls(project.transport(replace(place, token="")))
    return await calls.come_back(request)


async def test_another_servers_word_and_an_earlier_life_count_for_nothing(
    project: FoundedProject, recorder: Vault
) -> None:
    epoch = project.app.state.world.life.epoch
    member = StoredMembers(recorder.database).current()
    said = Admission(
        project=member.project,
        device=member.device,
        role=member.role,
        sign_key=to_text(member.key.public),
        age_recipient=member.age.recipient,
    )
    assert (await returning(project, recorder, epoch)).device == member.device
    for forged in (
        returning(project, recorder, epoch, admission=sign_statement(SigningKey.generate(), said)),
        returning(project, recorder, "another life"),
    ):
        with pytest.raises(SyncProblem) as refused:
            await forged
        assert refused.value.fault is Fault.NOT_ALLOWED
