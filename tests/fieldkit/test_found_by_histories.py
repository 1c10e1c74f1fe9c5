"""What seeded histories found, each by itself; every one of these failed before it was mended.

1. A server that follows another branch with other borders holds nothing of ours: all is offered again.
2. Notices that are taken back leave the verdicts on others' revisions as they are.
3. What was erased and resealed after a backup does not come back with it.
4. After a restore a coordinator brings both branches of a copied device.
5. Where two coordinators resealed one segment from the same state of a server that was put back between, what either
   erased leaves it.
6. A device whose segment another coordinator resealed than the one whose generation it has gets its receipt.
7. What a device sent in time counts again on a server that was put back from a backup made before its revocation.
8. A withdrawal that comes after its device was revoked withdraws nothing.
9. A clock that is behind publishes a later list all the same.
10. A coordinator whose own segment was resealed brings back an erasure that a server lost which was put back.
11. A withdrawal that a coordinator handed on ends the submission for everybody, though on a server that was put back
    its device's own word comes after the revocation.
12. What a device made of a submission that was handed to it counts again as well, though it was revoked since.
13. Where the server holds another generation than the one that a coordinator is to bring back, the sync goes on.
14. Whoever becomes a coordinator in the middle of a feed of many pages reads it from its beginning.
14. What a server answered in a life that it has nothing of any more counts no more: a device asks again, and a
    coordinator believes what the feed says now.
"""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from fieldkit.exchanging import coordinating, membership
from fieldkit.exchanging.exchange import VaultStore
from fieldkit.ports import Lifecycle
from fieldkit.vault import heads
from fieldkit.vault.vault import Vault
from server.backups import back_up, restore
from server.bundling import take_in
from server.queries import revisions
from server.resources import feed
from sync.calls import Request
from sync.carrying import pack_what_waits
from sync.messages import Held
from sync.problems import Fault, SyncProblem, problem
from sync.resealing import numbered, read_generation
from sync.roles import Role
from tests.fieldkit.project import FoundedProject, record
from tests.fieldkit.worlds import open_vault


def restored(project: FoundedProject, backup: Path) -> None:
    """The server begins anew from a backup."""
    identity = VaultStore.of(project.coordinator, now=project.clock).members.current().age
    project.close()
    project.settings = replace(
        project.settings, data=project.settings.data.with_name(f"{backup.stem}-restored")
    )
    restore(backup, project.settings, identity=identity)
    project.start()


def backed_up(project: FoundedProject, name: str = "backup") -> Path:
    target = project.directory / f"{name}.age"
    back_up(project.app.state.world, target)
    return target


def held_revisions(project: FoundedProject) -> int:
    with project.app.state.world.store.read() as connection:
        return revisions.count(connection)


def answered(project: FoundedProject) -> set[str]:
    """The submissions of which a segment of the server has answers."""
    with project.app.state.world.store.read() as connection:
        contents = connection.exec_driver_sql("SELECT content FROM segments").scalars().all()
    return {
        change.submission
        for content in contents
        for _, change in numbered(read_generation(bytes(content)))
        if change.open_part
    }


def resealed_in(vault: Vault) -> list[bytes]:
    query = "SELECT content FROM segments WHERE generation > 0 ORDER BY digest"
    return [bytes(row[0]) for row in vault.database.read(lambda held: held.execute(query).fetchall())]


async def test_another_branch_with_other_borders_holds_nothing_of_ours(
    project: FoundedProject, recorder: Vault
) -> None:
    record(recorder, "first")
    await project.sync(recorder)
    outbox = VaultStore.of(recorder, now=project.clock).outbox
    assert outbox.unsettled(None) == []
    assert len(outbox.unsettled(Held(n=5, head="f" * 16))) == 1


async def test_notices_taken_back_leave_others_verdicts(project: FoundedProject, recorder: Vault) -> None:
    record(recorder, "first")
    await project.sync(recorder, project.coordinator)
    outbox = VaultStore.of(project.coordinator, now=project.clock).outbox
    outbox.take_back(outbox.unsettled(Held(n=0, head="0" * 16)))
    query = "SELECT verdict FROM revisions"
    assert project.coordinator.database.read(lambda held: held.execute(query).fetchall()) == [("accepted",)]


async def test_what_was_erased_after_a_backup_does_not_come_back(
    project: FoundedProject, recorder: Vault
) -> None:
    erased, other = record(recorder, "erased"), record(recorder, "other")
    await project.sync(recorder, project.coordinator)
    backup = backed_up(project)
    project.coordinator.oversight.erase(erased)
    await project.sync(project.coordinator)
    restored(project, backup)
    assert answered(project) == {erased, other}
    await project.sync(project.coordinator)
    assert answered(project) == {other}


async def deputy_of(project: FoundedProject) -> Vault:
    """The vault of a second coordinator, who was confirmed."""
    deputy = await project.recorder("deputy", Role.COORDINATOR)
    await project.sync(project.coordinator)
    membership.confirm(project.coordinator, deputy.info().device, now=project.clock, as_coordinator=True)
    await project.sync(project.coordinator, deputy)
    return deputy


@pytest.mark.parametrize("more", [0, 1, 2])
async def test_what_two_coordinators_erased_before_and_after_a_restore_is_gone(
    project: FoundedProject, recorder: Vault, more: int
) -> None:
    """What the server has after is further on than what the deputy has from before, as far, or not as far."""
    deputy = await deputy_of(project)
    await project.sync(recorder)
    before, after, kept, *others = (record(recorder, f"meeting {number}") for number in range(5))
    await project.sync(recorder, project.coordinator, deputy)
    backup = backed_up(project)
    by_deputy, by_coordinator = [before, *others[:more]], [after, *others[more:]]
    for submission in by_deputy:
        deputy.oversight.erase(submission)
        await project.sync(deputy)
    restored(project, backup)
    for submission in by_coordinator:
        project.coordinator.oversight.erase(submission)
        await project.sync(project.coordinator)
    await project.sync(deputy, project.coordinator, deputy)
    assert answered(project) == {kept}
    assert resealed_in(deputy) == resealed_in(project.coordinator)


async def test_another_generation_at_the_server_keeps_nobody_from_syncing(
    project: FoundedProject, recorder: Vault
) -> None:
    """What the coordinator was about to bring back, somebody else brought, and resealed otherwise."""
    deputy = await deputy_of(project)
    await project.sync(recorder)
    backup = backed_up(project)
    before, after, kept = (record(recorder, f"meeting {number}") for number in range(3))
    await project.sync(recorder, project.coordinator, deputy)
    project.coordinator.oversight.erase(before)
    await project.sync(project.coordinator)
    restored(project, backup)

    def refuse_segments(request: Request) -> None:
        if "/v1/segments" in request.path:
            raise problem(Fault.UNREACHABLE)

    project.line.before = refuse_segments
    with pytest.raises(SyncProblem):
        await project.sync(project.coordinator)
    project.line.mend()
    await project.sync(deputy)
    deputy.oversight.erase(after)
    await project.sync(deputy, project.coordinator, deputy, project.coordinator)
    assert answered(project) == {kept}
    assert resealed_in(deputy) == resealed_in(project.coordinator)


async def test_a_device_with_another_generation_than_the_server_gets_its_receipt(
    project: FoundedProject, recorder: Vault
) -> None:
    deputy = await deputy_of(project)
    before, after, _ = (record(recorder, f"meeting {number}") for number in range(3))
    await project.sync(recorder, project.coordinator, deputy)
    backup = backed_up(project)
    deputy.oversight.erase(before)
    await project.sync(deputy, recorder)
    restored(project, backup)
    project.coordinator.oversight.erase(after)
    await project.sync(project.coordinator)
    outbox = VaultStore.of(recorder, now=project.clock).outbox
    outbox.take_back(outbox.unsettled(Held(n=0, head="0" * 16)))
    assert outbox.unsettled(None)
    await project.sync(recorder)
    assert not outbox.unsettled(None)


async def test_a_coordinator_brings_back_an_erasure_for_which_its_own_segment_was_resealed(
    project: FoundedProject, recorder: Vault
) -> None:
    erased, other = record(recorder, "erased"), record(recorder, "other")
    await project.sync(recorder, project.coordinator)
    draft = project.coordinator.submissions.correct(erased, saved={}, language="", profile="core")
    project.coordinator.submissions.finalise(draft, name="again", open_part={"people": 9}, sealed_part={})
    await project.sync(project.coordinator)
    backup = backed_up(project)
    project.coordinator.oversight.erase(erased)
    await project.sync(project.coordinator)
    assert len(resealed_in(project.coordinator)) == 2
    restored(project, backup)
    outbox = VaultStore.of(project.coordinator, now=project.clock).outbox
    outbox.take_back(outbox.unsettled(Held(n=0, head="0" * 16)))
    await project.sync(project.coordinator)
    assert outbox.unsettled(None) == []
    assert answered(project) == {other}


@pytest.mark.parametrize("is_told", [True, False])
async def test_what_a_revoked_device_sent_in_time_counts_after_a_restore(
    project: FoundedProject, recorder: Vault, is_told: bool
) -> None:
    """Whether the server that was lost had heard of the revocation, or only the one that was put back does."""
    record(recorder, "before the backup")
    await project.sync(recorder, project.coordinator)
    backup = backed_up(project)
    record(recorder, "after it")
    await project.sync(recorder, project.coordinator)
    coordinating.revoke(project.coordinator, recorder.info().device)
    if is_told:
        await project.sync(project.coordinator)
    restored(project, backup)
    await project.sync(project.coordinator)
    assert held_revisions(project) == 2
    record(recorder, "too late")
    with pytest.raises(SyncProblem):
        await project.sync(recorder)


async def test_what_was_handed_to_a_device_counts_after_a_restore_though_it_was_revoked_since(
    project: FoundedProject, recorder: Vault
) -> None:
    submission = record(recorder, "handed on")
    second = await project.joined("second")
    await project.sync(recorder, project.coordinator)
    backup = backed_up(project)
    project.coordinator.oversight.grant(submission, second.info().device)
    await project.sync(project.coordinator, second)
    draft = second.submissions.correct(submission, saved={}, language="", profile="core")
    second.submissions.finalise(draft, name="corrected", open_part={"people": 9}, sealed_part={"who": "x"})
    await project.sync(second, project.coordinator)
    coordinating.revoke(project.coordinator, second.info().device)
    restored(project, backup)
    await project.sync(project.coordinator, recorder)
    with project.app.state.world.store.read() as connection:
        (head,) = revisions.heads(connection, submission)
    for vault in (second, project.coordinator, recorder):
        held = vault.database.read(lambda connection: heads.heads_of(connection, submission))
        assert held == [head]
    second.close()


@pytest.mark.parametrize("is_revoked", [True, False])
async def test_a_withdrawal_after_the_revocation_withdraws_nothing(
    project: FoundedProject, recorder: Vault, is_revoked: bool
) -> None:
    submission = record(recorder, "withdrawn")
    await project.sync(recorder, project.coordinator)
    if is_revoked:
        coordinating.revoke(project.coordinator, recorder.info().device)
    await project.sync(project.coordinator)
    recorder.submissions.withdraw(submission)
    (stick,) = pack_what_waits(VaultStore.of(recorder, now=project.clock)).files
    take_in(project.app.state.world, stick)
    await project.sync(project.coordinator)
    (summary,) = project.coordinator.submissions.summaries()
    assert summary.lifecycle is (Lifecycle.FINALISED if is_revoked else Lifecycle.WITHDRAWN)


async def test_a_withdrawal_that_was_handed_on_ends_the_submission_for_everybody(
    project: FoundedProject, recorder: Vault
) -> None:
    deputy, second = await deputy_of(project), await project.joined("second")
    submission = record(recorder, "withdrawn")
    await project.sync(recorder, project.coordinator)
    project.coordinator.oversight.grant(submission, second.info().device)
    await project.sync(project.coordinator, deputy, second)
    backup = backed_up(project)
    recorder.submissions.withdraw(submission)
    await project.sync(recorder, project.coordinator, deputy, second)
    coordinating.revoke(project.coordinator, recorder.info().device)
    (stick,) = pack_what_waits(VaultStore.of(project.coordinator, now=project.clock)).files
    restored(project, backup)
    take_in(project.app.state.world, stick)
    await project.sync(project.coordinator, deputy, second, project.coordinator)
    with project.app.state.world.store.read() as connection:
        quarantined = connection.exec_driver_sql("SELECT reason FROM changes WHERE verdict = 'quarantined'")
        assert quarantined.scalars().all() == ["its device is no longer accepted"]
        held = connection.exec_driver_sql("SELECT lifecycle FROM revisions ORDER BY lifecycle")
        assert held.scalars().all() == ["finalised", "withdrawn"]
    for vault in (project.coordinator, deputy, second):
        (summary,) = vault.submissions.summaries()
        assert summary.lifecycle is Lifecycle.WITHDRAWN
    second.close()


async def test_what_was_refused_in_a_life_that_is_gone_is_asked_again(
    project: FoundedProject, recorder: Vault
) -> None:
    second = await project.joined("second")
    made = record(recorder, "one")
    await project.sync(recorder, project.coordinator)
    without_grant = backed_up(project, "without the grant")
    project.coordinator.oversight.grant(made, second.info().device)
    await project.sync(project.coordinator, second)
    draft = second.submissions.correct(made, saved={}, language="", profile="core")
    second.submissions.finalise(draft, name="again", open_part={"people": 9}, sealed_part={"who": "x"})
    await project.sync(second)
    with_all = backed_up(project, "with all")
    query = "SELECT verdict FROM outbox WHERE kind = 'revision'"
    verdicts = []
    for backup in (without_grant, with_all):
        restored(project, backup)
        await project.sync(second)
        verdicts += second.database.read(lambda held: held.execute(query).fetchall())
    assert verdicts == [("quarantined",), ("accepted",)]
    second.close()


async def test_a_coordinator_believes_what_the_feed_says_now(
    project: FoundedProject, recorder: Vault
) -> None:
    without = backed_up(project, "without")
    record(recorder, "one")
    await project.sync(recorder)
    with_all = backed_up(project, "with all")
    await project.sync(project.coordinator)
    coordinating.revoke(project.coordinator, recorder.info().device)
    (stick,) = pack_what_waits(VaultStore.of(project.coordinator, now=project.clock)).files
    query = "SELECT verdict FROM revisions"
    verdicts = []
    for backup in (without, with_all):
        restored(project, backup)
        take_in(project.app.state.world, stick)
        await project.sync(project.coordinator)
        verdicts += project.coordinator.database.read(lambda held: held.execute(query).fetchall())
    assert verdicts == [("quarantined",), ("accepted",)]


async def test_a_clock_that_is_behind_publishes_a_later_list(
    project: FoundedProject, recorder: Vault
) -> None:
    await project.sync(recorder)
    for days, content in ((3653, "name,label\na,A\n"), (0, "name,label\nb,B\n")):
        now = project.clock() + timedelta(days=days)
        membership.publish_lists(project.coordinator, {"places.csv": content}, now=lambda now=now: now)
        await project.sync(project.coordinator, recorder)
    query = "SELECT content FROM lists WHERE name = 'places.csv'"
    for vault in (project.coordinator, recorder):
        assert vault.database.read(lambda held: held.execute(query).fetchall()) == [("name,label\nb,B\n",)]


async def test_both_branches_of_a_copied_device_are_brought_again(
    project: FoundedProject, recorder: Vault
) -> None:
    backup = backed_up(project)
    shutil.copytree(project.directory / "recorder", project.directory / "copy")
    record(recorder, "one")
    record(recorder, "two")
    await project.sync(recorder)
    with open_vault(project.directory / "copy") as copy:
        record(copy, "three")
        await project.sync(copy, project.coordinator)
    restored(project, backup)
    await project.sync(project.coordinator)
    assert held_revisions(project) == 3


async def test_whoever_becomes_a_coordinator_in_the_middle_of_a_long_feed_reads_it_from_its_beginning(
    project: FoundedProject, recorder: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "PAGE_ENTRIES", 3)
    deputy = await project.recorder("deputy", Role.COORDINATOR)
    record(recorder, "before there was a deputy")
    await project.sync(recorder, project.coordinator)
    membership.confirm(project.coordinator, deputy.info().device, now=project.clock, as_coordinator=True)
    for number in range(3):
        membership.publish_lists(project.coordinator, {f"{number}.csv": "name,label\n"}, now=project.clock)
    await project.sync(project.coordinator, deputy)
    assert len(deputy.submissions.summaries()) == 1
    deputy.close()
