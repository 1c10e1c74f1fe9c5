"""A vault that was copied, or put back from an older copy, goes on as a device of its own.

1. Both copies go on by themselves: nothing is lost or doubled, both branches are kept, and each is safe to wipe
   at last.
2. What was the device's before is the successor's: it corrects it, and what is sent to the device reaches it.
3. It may be cut anywhere and done again: one successor.
4. Nobody succeeds a coordinator's device, or one that nobody confirmed; a person is told.
5. Whoever revokes a device ends what goes on in its place; a succession without the device's own signature counts for
   nothing.
"""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator

import pytest

from fieldkit.exchanging import membership
from fieldkit.exchanging.coordinating import revoke
from fieldkit.vault import successions
from fieldkit.vault.members import StoredMembers
from fieldkit.vault.vault import Vault
from server.problems import RequestProblem
from server.queries import devices, revisions
from server.queries.devices import Device
from server.succeeding import succeed
from sync.calls import Reply, Request
from sync.identity import SigningKey, to_text
from sync.messages import DeviceNotice, DeviceState, SuccessorRequest
from sync.problems import Fault, SyncProblem, problem
from sync.wire import ReviewState, new_id
from tests.fieldkit.project import FoundedProject, record, silent
from tests.fieldkit.test_found_by_histories import backed_up, restored
from tests.fieldkit.worlds import open_vault


@pytest.fixture
async def both(project: FoundedProject, recorder: Vault) -> AsyncIterator[tuple[Vault, Vault]]:
    """A recorder's vault with one submission that was sent, and a copy of it."""
    record(recorder, "before")
    await project.sync(recorder, project.coordinator, recorder)
    recorder.drain()
    shutil.copytree(project.directory / "recorder", project.directory / "copy")
    copy = open_vault(project.directory / "copy")
    yield recorder, copy
    copy.close()


def known(project: FoundedProject) -> list[Device]:
    with project.app.state.world.store.read() as connection:
        return devices.starting_with(connection, "")


def on_the_server(project: FoundedProject) -> int:
    with project.app.state.world.store.read() as connection:
        return revisions.count(connection)


async def test_both_copies_go_on_and_nothing_is_lost_or_doubled(
    project: FoundedProject, both: tuple[Vault, Vault]
) -> None:
    original, copy = both
    first = original.info().device
    for round_ in range(3):
        record(original, f"original {round_}")
        record(copy, f"copy {round_}")
        await project.sync(original, copy)
    await project.sync(project.coordinator, project.coordinator, original, copy)
    assert original.info().device == first != copy.info().device
    told = {each.device: each.predecessor for each in membership.devices(project.coordinator)}
    assert told[copy.info().device] == first
    assert on_the_server(project) == 7 == len(project.coordinator.submissions.summaries())
    assert original.oversight.safety().is_safe
    assert copy.oversight.safety().is_safe


async def test_a_vault_put_back_from_an_older_copy_goes_on(
    project: FoundedProject, both: tuple[Vault, Vault]
) -> None:
    lost, older = both
    record(lost, "after the copy was made")
    await project.sync(lost)
    report = await project.exchange(older).sync(silent)
    assert (report.forked, report.waiting) == (False, 0)
    record(older, "on the older copy")
    assert (await project.exchange(older).sync(silent)).accepted == 1
    assert on_the_server(project) == 3


async def test_a_successor_corrects_what_was_its_own_before(
    project: FoundedProject, both: tuple[Vault, Vault]
) -> None:
    original, copy = both
    record(original, "one branch")
    record(copy, "the other")
    await project.sync(original, copy)
    (before,) = [each for each in copy.submissions.summaries() if each.name == "before"]
    draft = copy.submissions.correct(before.submission, saved={}, language="", profile="core")
    copy.submissions.finalise(draft, name="corrected", open_part={"people": 9}, sealed_part={"who": "x"})
    assert (await project.exchange(copy).sync(silent)).accepted == 1
    await project.sync(project.coordinator, project.coordinator)
    assert "corrected" in {each.name for each in project.coordinator.submissions.summaries()}


async def test_two_successors_of_one_device_have_in_common_what_was_its_own(
    project: FoundedProject, recorder: Vault
) -> None:
    """Also where a server that was put back gets it from one of them first."""
    backup = backed_up(project)
    submission = record(recorder, "made before the copies")
    recorder.drain()
    copies = []
    for name in ("one", "another"):
        shutil.copytree(project.directory / "recorder", project.directory / name)
        copies.append(open_vault(project.directory / name))
    first, second = copies
    await project.exchange(recorder).sync(silent, only=[record(recorder, "sent before all else")])
    for name, copy in (("first", first), ("second", second)):
        record(copy, name)
        await project.sync(copy)
    restored(project, backup)
    await project.sync(first)
    draft = second.submissions.correct(submission, saved={}, language="", profile="core")
    second.submissions.finalise(draft, name="corrected", open_part={"people": 9}, sealed_part={"who": "x"})
    await project.sync(second, project.coordinator, project.coordinator)
    assert "corrected" in {each.name for each in project.coordinator.submissions.summaries()}
    for copy in copies:
        copy.close()


async def test_what_is_sent_to_the_device_reaches_its_successor(
    project: FoundedProject, both: tuple[Vault, Vault]
) -> None:
    original, copy = both
    record(original, "one branch")
    record(copy, "the other")
    await project.sync(original, copy)
    (before,) = [each for each in project.coordinator.submissions.summaries() if each.name == "before"]
    project.coordinator.oversight.review(before.submission, ReviewState.RETURNED, comment="How many came?")
    await project.sync(project.coordinator, copy)
    assert [each.comment for each in copy.oversight.returned()] == ["How many came?"]


async def test_a_lost_reply_makes_no_second_successor(
    project: FoundedProject, both: tuple[Vault, Vault]
) -> None:
    original, copy = both
    record(original, "one branch")
    record(copy, "the other")
    await project.sync(original)

    def lost(request: Request, reply: Reply) -> Reply:
        if request.path == "/v1/successors":
            raise problem(Fault.NO_ANSWER)
        return reply

    project.line.after = lost
    with pytest.raises(SyncProblem):
        await project.sync(copy)
    project.line.mend()
    await project.sync(copy)
    assert len(known(project)) == 3
    assert copy.info().device in {device.id for device in known(project)}


async def test_a_device_that_nobody_confirmed_is_told(project: FoundedProject) -> None:
    stranger = await project.recorder("stranger")
    stranger.drain()
    shutil.copytree(project.directory / "stranger", project.directory / "copy")
    copy = open_vault(project.directory / "copy")
    record(stranger, "one branch")
    record(copy, "the other")
    await project.sync(stranger)
    report = await project.exchange(copy).sync(silent)
    assert (report.forked, report.waiting) == (True, 0)
    await project.confirm_all()
    assert not (await project.exchange(copy).sync(silent)).forked
    stranger.close()
    copy.close()


async def test_a_coordinators_device_is_succeeded_by_nobody(project: FoundedProject) -> None:
    here, member = project.app.state.world, StoredMembers(project.coordinator.database).current()
    (device,) = known(project)
    with here.store.write() as connection, pytest.raises(RequestProblem) as refused:
        succeed(here, connection, device, asked(member.project, member.device, member.key))
    assert refused.value.code == "SERVER-003"


async def test_whoever_revokes_a_device_ends_its_successors(
    project: FoundedProject, both: tuple[Vault, Vault]
) -> None:
    original, copy = both
    first = original.info().device
    record(original, "one branch")
    record(copy, "the other")
    await project.sync(original, copy, project.coordinator)
    revoke(project.coordinator, first)
    await project.sync(project.coordinator)
    record(copy, "by a thief")
    with pytest.raises(SyncProblem) as refused:
        await project.sync(copy)
    assert refused.value.fault is Fault.TOKEN


def asked(project: str, predecessor: str, signs: SigningKey) -> SuccessorRequest:
    """A request to succeed a device, whose consent this key signs."""
    key, device = SigningKey.generate(), new_id()
    proven = SuccessorRequest.proven(project, predecessor, device, to_text(key.public))
    return SuccessorRequest(
        device=device,
        sign_key=to_text(key.public),
        proof=to_text(key.sign(proven)),
        consent=to_text(signs.sign(proven)),
    )


@pytest.mark.parametrize("forged", [False, True])
async def test_a_succession_counts_by_the_devices_own_signature_alone(
    project: FoundedProject, recorder: Vault, forged: bool
) -> None:
    member = StoredMembers(recorder.database).current()
    request = asked(member.project, member.device, SigningKey.generate() if forged else member.key)
    notice = DeviceNotice(
        device=request.device,
        role=member.role,
        sign_key=request.sign_key,
        age_recipient=member.age.recipient,
        state=DeviceState.PENDING,
        predecessor=member.device,
        consent=request.consent,
    )
    database = project.coordinator.database
    database.write(lambda connection: successions.take_notice(connection, notice)).result()
    stored = database.read(lambda connection: successions.successors(connection, member.device))
    assert stored == ([] if forged else [request.device])
