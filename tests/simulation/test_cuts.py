"""A push cut at every byte, request and reply, with a real device and the real server.

1. Behind every byte of the segment and of the receipt the connection may end: the sync goes on by itself, and the
   server holds the submission once.
2. Every byte is sent once: what the server held was not sent again.
3. A line that never lets more than a few bytes through still ends; one that lets none through is given up.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from sync.problems import Fault, SyncProblem
from tests.simulation.costs import run
from tests.simulation.day import Parties, begin
from tests.simulation.ground import Ground, fast_directory
from tests.simulation.line import Flight, arriving

STEP = 1 if os.environ.get("FIELDKIT_SOAK") else 11
"""Of requests; `tests/server/test_uploads.py` cuts one at every byte, without a device."""


class CutLine(httpx.AsyncBaseTransport):
    """Cuts requests with a segment, or their replies, behind so many bytes; `times` of them."""

    def __init__(
        self, parties: Parties, *, request: int | None = None, reply: int | None = None, times: int = 1
    ) -> None:
        self._parties = parties
        self._request, self._reply, self._times = request, reply, times
        self.sent = self.cuts = self.longest_reply = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """One request and its reply."""
        body = await request.aread()
        flight = Flight(self._parties.server.app, request, body)
        with_segment = request.method in ("PUT", "PATCH") and request.url.path.startswith("/v1/segments")
        cut = with_segment and self.cuts < self._times
        if cut and self._request is not None and self._request < len(body):
            self.cuts += 1
            self.sent += self._request
            await flight.bring(self._request)
            await flight.break_off()
            raise httpx.WriteError("cut")
        await flight.bring(len(body))
        self.sent += len(body) if with_segment else 0
        self.longest_reply = max(self.longest_reply, len(flight.reply) if with_segment else 0)
        if cut and self._reply is not None and self._reply < len(flight.reply):
            self.cuts += 1
            return arriving(flight, cut=self._reply)
        return arriving(flight)


@pytest.fixture
def directory() -> Iterator[Path]:
    with fast_directory() as made:
        yield begin(Ground.made_in(made / "ground"), made / "parties")


async def push(parties: Parties, tag: str, line: CutLine) -> None:
    """Record one submission and sync over a line."""
    parties.time.advance(3600)
    parties.acknowledged(tag, lambda: parties.recorder.record(tag, 1))
    parties.recorder.reach_over(line)
    await parties.recorder.sync()


def segment_lengths(parties: Parties) -> list[int]:
    return [
        row[0]
        for row in parties.recorder.rows("SELECT length(content) FROM segments WHERE origin = 'device'")
    ]


async def every_cut(directory: Path) -> tuple[int, int, list[str]]:
    """Cuts behind each byte of a request and of a reply; how many of both, and what does not hold at the end."""
    parties = Parties(directory)
    uncut = CutLine(parties)
    await push(parties, "uncut", uncut)
    (length,) = segment_lengths(parties)
    for place in range(0, length, STEP):
        line = CutLine(parties, request=place)
        await push(parties, f"request-{place}", line)
        whole = segment_lengths(parties)[-1]
        assert (line.cuts, line.sent) == (int(place < whole), whole)
    for place in range(uncut.longest_reply):
        line = CutLine(parties, reply=place)
        await push(parties, f"reply-{place}", line)
        assert (line.cuts, line.sent) == (1, segment_lengths(parties)[-1])
    parties.recorder.reach_over(parties.line)
    faults = await parties.rest()
    parties.close()
    return length, uncut.longest_reply, faults


def test_a_push_cut_at_any_byte_goes_on_by_itself(directory: Path) -> None:
    request, reply, faults = run(every_cut(directory))
    assert request > 500
    assert reply > 100
    assert faults == []


async def trickled(directory: Path, length: int) -> int:
    """How many cuts a push takes whose line lets so many bytes through each time."""
    parties = Parties(directory)
    try:
        line = CutLine(parties, request=length, times=10_000)
        await push(parties, "trickled", line)
        return line.cuts
    finally:
        parties.close()


def test_a_line_of_a_few_bytes_at_a_time_ends(directory: Path) -> None:
    assert run(trickled(directory, 20)) > 30


def test_a_line_that_lets_nothing_through_is_given_up(directory: Path) -> None:
    with pytest.raises(SyncProblem) as given_up:
        run(trickled(directory, 0))
    assert given_up.value.fault is Fault.NO_ANSWER
