"""Segments that somebody else brings.

1. A coordinator may bring any device's segment; its own signature is the proof, and its device gets the receipt.
2. Nobody else may; a forged one, or one of an unknown device, is refused.
3. A revoked device's segment is kept and quarantined.
"""

from __future__ import annotations

from dataclasses import replace

from sync.feeds import EntryKind, read_page
from sync.identity import SigningKey
from sync.receipts import from_answer
from sync.wire import new_id
from tests.server.worlds import Project, finalised, verdicts


async def test_a_coordinator_brings_another_devices_segment(project: Project) -> None:
    coordinator, device = await project.coordinator(), await project.recorder()
    segment = device.seal([finalised()])
    reply = await project.push(coordinator, segment)
    assert verdicts(project.answered(reply, segment)) == [("accepted", "")]
    assert reply.headers["Fieldkit-Held"].startswith("0:")
    page = read_page((await project.get(device, "/v1/feed")).content)
    assert [entry.body for entry in page.entries if entry.kind is EntryKind.RECEIPT] == [
        from_answer(reply.content, segment.header, segment.digest)
    ]


async def test_the_device_gets_the_same_receipt_when_it_sends_it_too(project: Project) -> None:
    coordinator, device = await project.coordinator(), await project.recorder()
    segment = device.seal([finalised()])
    carried = await project.push(coordinator, segment)
    assert (await project.push(device, segment)).content == carried.content


async def test_a_recorder_brings_nobody_elses(project: Project) -> None:
    device = await project.recorder_of_certified()
    other = await project.recorder()
    reply = await project.push(other, device.seal([finalised()]))
    assert (reply.status_code, reply.json()["code"]) == (403, "SERVER-010")


async def test_a_forged_segment_is_refused(project: Project) -> None:
    coordinator, device = await project.coordinator(), await project.recorder()
    forged = replace(device, key=SigningKey.generate()).seal([finalised()])
    assert (await project.push(coordinator, forged)).json()["code"] == "SERVER-010"


async def test_an_unknown_devices_segment_is_refused(project: Project) -> None:
    coordinator, device = await project.coordinator(), await project.recorder()
    stranger = replace(device, id=new_id()).seal([finalised()])
    assert (await project.push(coordinator, stranger)).json()["code"] == "SERVER-023"


async def test_a_revoked_devices_segment_is_quarantined(project: Project) -> None:
    coordinator, device = await project.coordinator(), await project.recorder()
    with project.here.store.write() as connection:
        connection.exec_driver_sql("UPDATE devices SET state = 'revoked' WHERE id = ?", (device.id,))
    segment = device.seal([finalised()])
    reply = await project.push(coordinator, segment)
    assert verdicts(project.answered(reply, segment)) == [("quarantined", "its device is no longer accepted")]
