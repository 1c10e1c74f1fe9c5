"""Uploads that break off and go on.

1. A push cut at any byte, in one chunk or many, goes on at the byte held, and ends with the receipt of an uncut one.
2. A later attempt fences the one before: its late bytes are refused, and nothing of it is written.
3. A wrong digest at the end sets the offset to 0; what is held is one segment for each device.
4. A restart of the server keeps what was held; an attempt from before it is over.
5. A segment that is held whole gives its receipt instead of an attempt.
6. A body that stops arriving keeps what came, and a full disk acknowledges nothing.
"""

from __future__ import annotations

import errno
import os
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from server.limits import RequestLimits
from server.problems import RequestProblem
from server.uploads import Attempt, Uploads
from sync.messages import Media, UploadAttempt, segment_path
from sync.segments import Segment
from sync.wire import LIMITS
from tests.server.requests import scope_of
from tests.server.test_receiving import ACCEPTED, stored
from tests.server.worlds import Device, Project, finalised, verdicts

CHUNK = 1400


def headers(device: Device) -> dict[str, str]:
    return {"Content-Type": Media.SEGMENT, "Authorization": f"Bearer {device.token}"}


async def cut(project: Project, device: Device, url: str, arriving: list[bytes]) -> None:
    """A request whose connection breaks behind these bytes."""
    request = project.http.build_request("PUT" if "?" not in url else "PATCH", url, headers=headers(device))
    messages: list[dict[str, Any]] = [
        {"type": "http.request", "body": chunk, "more_body": True} for chunk in arriving
    ]
    messages.append({"type": "http.disconnect"})

    async def receive() -> dict[str, Any]:
        return messages.pop(0) if len(messages) > 1 else messages[0]

    async def send(_: object) -> None:
        """Nobody is there to hear the answer."""

    await project.app(scope_of(request), receive, send)


async def attempt(project: Project, device: Device, segment: Segment) -> UploadAttempt:
    url = f"{segment_path(segment.digest)}/attempts"
    reply = await project.http.post(url, headers={"Authorization": f"Bearer {device.token}"})
    assert reply.headers["content-type"] == Media.ATTEMPT, reply.text
    return UploadAttempt.model_validate_json(reply.content)


def rest_of(segment: Segment, begun: UploadAttempt) -> str:
    return f"{segment_path(segment.digest)}?attempt={begun.attempt}&offset={begun.offset}"


async def go_on(
    project: Project, device: Device, segment: Segment, begun: UploadAttempt, content: bytes | None = None
) -> httpx.Response:
    rest = segment.content[begun.offset :] if content is None else content
    return await project.http.patch(rest_of(segment, begun), content=rest, headers=headers(device))


async def test_a_push_cut_at_any_byte_goes_on_there(project: Project) -> None:
    device = await project.recorder_of_certified()
    project.here.device_rate.rate = type(project.here.device_rate.rate)(10**6, 10**6)
    segment = device.seal([finalised()])
    url = segment_path(segment.digest)
    for place in range(len(segment.content)):
        await cut(project, device, url, [segment.content[:place]])
        begun = await attempt(project, device, segment)
        assert begun.offset == place
        await cut(project, device, rest_of(segment, begun), [segment.content[place : place + 1]])
        assert (await attempt(project, device, segment)).offset == place + 1
    assert stored(project, "segments") == 0
    reply = await go_on(project, device, segment, await attempt(project, device, segment))
    assert verdicts(project.answered(reply, segment)) == [ACCEPTED]
    assert list(project.settings.uploads_directory.iterdir()) == []


@pytest.mark.parametrize("step", [1, 7, CHUNK])
async def test_a_push_that_brings_a_little_each_time_ends(project: Project, step: int) -> None:
    device = await project.recorder_of_certified()
    project.here.device_rate.rate = type(project.here.device_rate.rate)(10**6, 10**6)
    segment = device.seal([finalised()])
    begun = await attempt(project, device, segment)
    while begun.offset < len(segment.content):
        arriving = segment.content[begun.offset : begun.offset + step]
        await cut(project, device, rest_of(segment, begun), [arriving[:3], arriving[3:]])
        begun = await attempt(project, device, segment)
    reply = await go_on(project, device, segment, begun)
    assert verdicts(project.answered(reply, segment)) == [ACCEPTED]
    assert stored(project, "revisions") == 1


async def test_an_attempt_is_good_for_one_request(project: Project) -> None:
    device = await project.recorder_of_certified()
    segment = device.seal([finalised()])
    first = await attempt(project, device, segment)
    second = await attempt(project, device, segment)
    overtaken = await go_on(project, device, segment, first)
    assert (overtaken.status_code, overtaken.json()["code"]) == (412, "SERVER-022")
    assert (await go_on(project, device, segment, second)).status_code == 200


async def test_late_bytes_of_a_stalled_attempt_are_not_written(project: Project) -> None:
    device = await project.recorder_of_certified()
    segment = device.seal([finalised()])

    async def stalling() -> AsyncIterator[bytes]:
        yield segment.content[:50]
        assert (await attempt(project, device, segment)).offset == 50
        yield segment.content[50:]

    url = segment_path(segment.digest)
    late = await project.http.put(url, content=stalling(), headers=headers(device))
    assert (late.status_code, late.json()["code"]) == (412, "SERVER-022")
    assert (await attempt(project, device, segment)).offset == 50


async def test_a_wrong_digest_at_the_end_begins_from_nothing(project: Project) -> None:
    device = await project.recorder_of_certified()
    segment = device.seal([finalised()])
    await cut(project, device, segment_path(segment.digest), [b"x" * 60])
    wrong = await go_on(project, device, segment, await attempt(project, device, segment))
    assert (wrong.status_code, wrong.json()["code"]) == (422, "SERVER-019")
    begun = await attempt(project, device, segment)
    assert begun.offset == 0
    assert (await go_on(project, device, segment, begun)).status_code == 200


async def test_another_segment_of_the_device_takes_the_place_of_the_open_one(project: Project) -> None:
    device, other = await project.recorder_of_certified(), await project.recorder()
    first, second = device.seal([finalised()]), device.seal([finalised()])
    theirs = other.seal([finalised()])
    await cut(project, other, segment_path(theirs.digest), [theirs.content[:30]])
    await cut(project, device, segment_path(first.digest), [first.content[:40]])
    assert (await attempt(project, device, second)).offset == 0
    assert (await attempt(project, device, first)).offset == 0
    assert (await attempt(project, other, theirs)).offset == 30


async def test_a_segment_held_whole_gives_its_receipt(project: Project) -> None:
    device, other = await project.recorder_of_certified(), await project.recorder()
    segment = device.seal([finalised()])
    receipt = await project.push(device, segment)
    url = f"{segment_path(segment.digest)}/attempts"
    again = await project.http.post(url, headers=headers(device))
    assert (again.headers["content-type"], again.content) == (Media.RECEIPT, receipt.content)
    assert (await attempt(project, other, segment)).offset == 0


async def test_a_body_that_stops_arriving_keeps_what_came(tmp_path: Path) -> None:
    async with Project(tmp_path, limits=RequestLimits(idle_seconds=0.01)) as project:
        device = await project.recorder_of_certified()
        segment = device.seal([finalised()])

        async def stalling() -> AsyncIterator[bytes]:
            yield segment.content[:70]
            await anything_else()

        url = segment_path(segment.digest)
        reply = await project.http.put(url, content=stalling(), headers=headers(device))
        assert reply.json()["code"] == "SERVER-006"
        assert (await attempt(project, device, segment)).offset == 70


async def anything_else() -> None:
    """What never happens."""
    import asyncio

    await asyncio.Event().wait()


@pytest.fixture
def uploads(tmp_path: Path) -> Uploads:
    return Uploads(tmp_path / "uploads", os.urandom)


def test_a_restart_keeps_the_bytes_and_ends_the_attempt(uploads: Uploads) -> None:
    before = uploads.write(uploads.begin("device", "d"), b"12345")
    again = Uploads(uploads.directory, os.urandom)
    assert refused(lambda: again.write(before, b"6")) == "SERVER-022"
    assert refused(lambda: again.claim("device", "d", before.number, 5)) == "SERVER-022"
    assert again.begin("device", "d").offset == 5


@pytest.mark.parametrize(("digest", "past"), [("e", 0), ("d", 1), ("d", -1)])
def test_an_attempt_is_claimed_for_its_segment_and_offset_only(
    uploads: Uploads, digest: str, past: int
) -> None:
    uploads.write(uploads.begin("device", "d"), b"12345")
    begun = uploads.begin("device", "d")
    assert refused(lambda: uploads.claim("device", digest, begun.number, 5 + past)) == "SERVER-022"


def test_no_more_than_a_segment_is_held(uploads: Uploads) -> None:
    begun = uploads.write(uploads.begin("device", "d"), bytes(LIMITS.content))
    assert refused(lambda: uploads.write(begun, b"x")) == "SERVER-008"
    assert uploads.begin("device", "d").offset == LIMITS.content


def test_a_full_disk_is_told_and_the_attempt_stays(uploads: Uploads, monkeypatch: pytest.MonkeyPatch) -> None:
    begun: Attempt = uploads.begin("device", "d")

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "full")

    with monkeypatch.context() as disk:
        disk.setattr(Path, "open", full)
        assert refused(lambda: uploads.write(begun, b"x")) == "SERVER-015"
    assert uploads.write(begun, b"x").offset == 1


def refused(action: Callable[[], object]) -> str:
    """The code of the problem that an action ends in."""
    with pytest.raises(RequestProblem) as caught:
        action()
    return caught.value.code
