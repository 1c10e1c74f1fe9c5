"""Receiving segments.

1. A rightly signed segment is answered by a signed receipt with a verdict for each change.
2. The same bytes again, one after the other or at once, get the same receipt and are stored once.
3. A change sent again in another segment is already held; nothing is stored twice.
4. One bad change is quarantined with its reason and blocks nothing.
5. A fork is kept and told to the coordinator once.
6. A wrong signature, project or digest refuses the segment; a content that can't be read quarantines it whole.
7. What was quarantined for an unknown form is judged again when the form comes; the new receipt is in the feed.
8. Every answer says how far the device's unbroken chain is held.
9. A full disk acknowledges nothing.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from server.queries import revisions
from server.tables import feed, metadata
from sync.feeds import EntryKind, read_page
from sync.identity import SigningKey
from sync.messages import HELD, DeviceNotice
from sync.roles import Role
from sync.segments import assemble
from sync.wire import ChangeKind, Lifecycle, new_id
from tests.server.worlds import MEETING, Project, finalised, verdicts

ACCEPTED = ("accepted", "")
HELD_ALREADY = ("already held", "")


def stored(project: Project, table: str) -> int:
    with project.here.store.read() as connection:
        return int(connection.execute(select(func.count()).select_from(metadata.tables[table])).scalar_one())


async def test_each_change_gets_its_verdict_in_a_signed_receipt(project: Project) -> None:
    await project.coordinator()
    device = await project.recorder()
    receipt = await project.pushed(device, finalised(1), finalised(2))
    assert verdicts(receipt) == [ACCEPTED, ACCEPTED]
    assert (receipt.device, receipt.first_n, receipt.last_n) == (device.id, 1, 2)
    assert receipt.epoch == project.here.life.epoch


async def test_the_same_segment_again_gets_the_same_receipt(project: Project) -> None:
    await project.coordinator()
    device = await project.recorder()
    segment = device.seal([finalised()])
    first, second = await project.push(device, segment), await project.push(device, segment)
    assert second.content == first.content
    assert (stored(project, "segments"), stored(project, "revisions")) == (1, 1)


async def test_the_same_segment_many_times_at_once_is_stored_once(project: Project) -> None:
    await project.coordinator()
    device = await project.recorder()
    segment = device.seal([finalised(number) for number in range(20)])
    replies = await asyncio.gather(*(project.push(device, segment) for _ in range(8)))
    receipts = {reply.content for reply in replies if reply.status_code == 200}
    overtaken = {reply.json()["code"] for reply in replies if reply.status_code != 200}
    assert len(receipts) == 1
    assert overtaken <= {"SERVER-022"}
    assert (stored(project, "segments"), stored(project, "revisions")) == (1, 20)


async def test_a_change_in_another_segment_is_already_held(project: Project) -> None:
    await project.coordinator()
    device = await project.recorder()
    change = finalised()
    rolled_back = replace(device)
    await project.pushed(device, change)
    assert verdicts(await project.pushed(rolled_back, change, finalised())) == [HELD_ALREADY, ACCEPTED]
    assert stored(project, "revisions") == 2


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"form_id": "nowhere"}, "unknown form"),
        ({"version": "2"}, "unknown form"),
        ({"kind": ChangeKind.OPENED}, "not allowed for this role"),
        ({"lifecycle": Lifecycle.ERASED}, "its lifecycle does not fit its kind"),
        ({"open_part": {"people": 501}}, "breaks a rule of the form at /data/people"),
        ({"open_part": {"people": "many"}}, "breaks a rule of the form at /data/people"),
        ({"open_part": {"nothing": 1}}, "breaks a rule of the form at /data/nothing"),
    ],
)
async def test_a_bad_change_is_quarantined_and_blocks_nothing(
    project: Project, fields: dict[str, Any], reason: str
) -> None:
    await project.coordinator()
    device = await project.recorder()
    receipt = await project.pushed(device, finalised(), finalised(**fields), finalised())
    assert verdicts(receipt) == [ACCEPTED, ("quarantined", reason), ACCEPTED]


async def test_a_revision_with_other_content_is_quarantined(project: Project) -> None:
    await project.coordinator()
    device = await project.recorder()
    change = finalised(1)
    other = change.model_copy(update={"change_id": new_id(), "open_part": {"people": 2}})
    again = change.model_copy(update={"change_id": new_id()})
    receipt = await project.pushed(device, change, other, again)
    taken = ("quarantined", "this revision is held with other content")
    assert verdicts(receipt) == [ACCEPTED, taken, HELD_ALREADY]


async def test_a_recorder_changes_only_its_own_submissions(project: Project) -> None:
    await project.coordinator()
    device, other = await project.recorder(), await project.recorder()
    change = finalised()
    await project.pushed(device, change)
    fields: dict[str, Any] = {"submission": change.submission, "parents": (change.revision,)}
    withdrawal = finalised(
        kind=ChangeKind.WITHDRAWAL, lifecycle=Lifecycle.WITHDRAWN, sealed_part=None, open_part={}, **fields
    )
    foreign = ("quarantined", "another device's submission")
    assert verdicts(await project.pushed(other, finalised(2, **fields), withdrawal)) == [foreign, foreign]
    own = withdrawal.model_copy(update={"change_id": new_id()})
    assert verdicts(await project.pushed(device, own)) == [ACCEPTED]


async def test_a_coordinator_may_change_any_submission_and_two_heads_are_seen(project: Project) -> None:
    coordinator, device = await project.coordinator(), await project.recorder()
    await project.publish(coordinator, project.certificate_of(device))
    change = finalised()
    await project.pushed(device, change)
    fields: dict[str, Any] = {"submission": change.submission, "parents": (change.revision,)}
    mine, theirs = finalised(2, **fields), finalised(3, **fields)
    await project.pushed(device, mine)
    assert verdicts(await project.pushed(coordinator, theirs)) == [ACCEPTED]
    with project.here.store.read() as connection:
        assert revisions.heads(connection, change.submission) == sorted([mine.revision, theirs.revision])
        assert revisions.count_conflicts(connection) == 1


async def test_a_correction_that_comes_before_the_first_revision_takes_nothing_from_its_owner(
    project: Project,
) -> None:
    coordinator, device = await project.coordinator(), await project.recorder()
    first = finalised()
    corrected = finalised(2, submission=first.submission, parents=(first.revision,))
    assert verdicts(await project.pushed(coordinator, corrected)) == [ACCEPTED]
    assert verdicts(await project.pushed(device, first)) == [ACCEPTED]
    other = await project.recorder()
    assert verdicts(await project.pushed(other, corrected.model_copy(update={"revision": new_id()}))) == [
        ("quarantined", "another device's submission")
    ]


async def test_a_trainer_sends_workshops_and_follow_ups_only(project: Project) -> None:
    coordinator = await project.coordinator()
    workshop = replace(MEETING, form_id="mediation_workshop")
    await project.publish(coordinator, project.form(workshop))
    trainer = await project.recorder(Role.TRAINER)
    receipt = await project.pushed(trainer, finalised(form_id="mediation_workshop"), finalised())
    assert verdicts(receipt) == [ACCEPTED, ("quarantined", "not allowed for this role")]


async def test_a_fork_is_kept_and_told_once(project: Project) -> None:
    coordinator, device = await project.coordinator(), await project.recorder()
    clone = replace(device)
    await project.pushed(device, finalised())
    assert verdicts(await project.pushed(clone, finalised())) == [ACCEPTED]
    await project.pushed(clone, finalised())
    page = read_page((await project.get(coordinator, "/v1/feed")).content)
    notices = [DeviceNotice.model_validate_json(e.body) for e in page.entries if e.kind is EntryKind.DEVICE]
    assert [notice.device for notice in notices if notice.forked] == [device.id]
    assert stored(project, "revisions") == 3


async def test_a_segment_by_another_key_is_refused(project: Project) -> None:
    await project.coordinator()
    device = await project.recorder()
    forged = replace(device, key=SigningKey.generate()).seal([finalised()])
    reply = await project.push(device, forged)
    assert (reply.status_code, reply.json()["code"]) == (403, "SERVER-010")
    assert stored(project, "segments") == 0


async def test_a_segment_in_another_devices_name_is_refused(project: Project) -> None:
    await project.coordinator()
    device, other = await project.recorder(), await project.recorder()
    reply = await project.push(device, replace(device, id=other.id).seal([finalised()]))
    assert reply.json()["code"] == "SERVER-010"


async def test_a_segment_of_another_project_is_refused(project: Project) -> None:
    await project.coordinator()
    device = await project.recorder()
    reply = await project.push(device, replace(device, project=new_id()).seal([finalised()]))
    assert (reply.status_code, reply.json()["code"]) == (421, "SERVER-007")


async def test_a_digest_that_does_not_fit_is_refused(project: Project) -> None:
    await project.coordinator()
    device = await project.recorder()
    segment = device.seal([finalised()])
    reply = await project.push(device, replace(segment, digest="0" * 64))
    assert reply.json()["code"] == "SERVER-019"


async def test_a_signed_segment_that_can_not_be_read_is_kept_whole_in_quarantine(project: Project) -> None:
    await project.coordinator()
    device = await project.recorder()
    good = device.seal([finalised(), finalised()])
    block = replace(device).seal([finalised()]).open_block  # one change where the header says two
    segment = assemble(good.header, device.key, block, good.sealed_block)
    reply = await project.push(device, segment)
    assert verdicts(project.answered(reply, segment)) == [("quarantined", "unreadable")] * 2
    assert stored(project, "segments") == 1


async def test_an_unknown_form_is_judged_again_when_it_comes(project: Project) -> None:
    coordinator, device = await project.coordinator(), await project.recorder()
    late = replace(MEETING, form_id="late")
    changes = [finalised(form_id="late"), finalised(), finalised(form_id="late", open_part={"people": 900})]
    first = await project.pushed(device, *changes)
    await project.publish(coordinator, project.form(late))
    page = read_page((await project.get(device, "/v1/feed")).content)
    (entry,) = [entry for entry in page.entries if entry.kind is EntryKind.RECEIPT]
    later = project.receipt(entry.body)
    broken = ("quarantined", "breaks a rule of the form at /data/people")
    assert verdicts(later) == [ACCEPTED, ACCEPTED, broken]
    assert (later.segment, later.sequence > first.sequence) == (first.segment, True)


async def test_the_later_receipt_answers_the_same_segment(project: Project) -> None:
    coordinator, device = await project.coordinator(), await project.recorder()
    segment = device.seal([finalised(form_id="late")])
    await project.push(device, segment)
    await project.publish(coordinator, project.form(replace(MEETING, form_id="late")))
    assert verdicts(project.answered(await project.push(device, segment), segment)) == [ACCEPTED]


async def test_every_answer_says_how_far_the_chain_is_held(project: Project) -> None:
    await project.coordinator()
    device = await project.recorder()
    first, second, third = (device.seal([finalised(), finalised()]) for _ in range(3))
    pushed = [await project.push(device, segment) for segment in (first, third, second)]
    said = [reply.headers[HELD].rpartition(":")[0] for reply in pushed]
    assert said == [f"2:{first.digest[:16]}", f"2:{first.digest[:16]}", f"6:{third.digest[:16]}"]
    hello = await project.get(device, "/v1/hello")
    assert (hello.headers[HELD], hello.json()["epoch"]) == (said[-1], project.here.life.epoch)


async def test_a_full_disk_acknowledges_nothing(tmp_path: Path) -> None:
    room = [10**12]
    async with Project(tmp_path, free_bytes=lambda: room[0]) as project:
        await project.coordinator()
        device = await project.recorder()
        room[0] = 1000
        reply = await project.push(device, device.seal([finalised()]))
        assert (reply.status_code, reply.json()["code"]) == (507, "SERVER-015")
        assert stored(project, "segments") == 0


async def test_sequences_are_given_without_a_gap_in_the_order_of_commits(project: Project) -> None:
    await project.coordinator()
    devices = [await project.recorder() for _ in range(4)]
    await asyncio.gather(*(project.pushed(device, finalised()) for device in devices))
    with project.here.store.read() as connection:
        given = list(connection.execute(select(feed.c.sequence).order_by(feed.c.sequence)).scalars())
    assert given == list(range(1, len(given) + 1))
