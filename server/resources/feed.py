"""The feed: what a device may see of the server's order, page by page."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from sqlalchemy import Connection
from starlette.responses import Response

from server.problems import RequestProblem
from server.queries import feed, life
from server.queries.devices import Device, audience_of
from server.replies import nothing_new, reply
from server.resources.asking import Here, SignedIn, require_protocol
from server.resources.describing import described_replies
from sync.feeds import Entry, Page, encode_page
from sync.messages import Media

PAGE_ENTRIES = 500
PAGE_BYTES = 1024 * 1024
"""A page ends behind the entry that reaches this: on a line of 40 kbit/s it takes four minutes, and is the most that
is fetched again after a cut. With the largest entry, a statement of 6 MB, it stays below what a device reads."""
MOST = 2**53 - 1
"""The largest number that every reader of JSON keeps exactly."""

router = APIRouter(dependencies=[Depends(require_protocol)])


@router.get(
    "/feed",
    response_class=Response,
    responses=described_replies(200, Media.FEED, "Entries behind the checkpoint")
    | {204: {"description": "There is nothing new"}},
)
def read_feed(
    here: Here,
    device: SignedIn,
    epoch: Annotated[str, Query(max_length=64)] = "",
    after: Annotated[int, Query(ge=0, le=MOST)] = 0,
    skip: Annotated[int, Query(ge=0, le=MOST)] = 0,
) -> Response:
    """What is new since a checkpoint; one of the life before counts as far as both lives are the same.

    A page whose first bytes arrived before the line broke goes on behind them: what was told is never told otherwise.
    """
    with here.store.read() as connection:
        is_present = epoch in ("", here.life.epoch)
        start = after if is_present else min(after, life.common_with(connection, epoch))
        if start > life.last_sequence(connection):
            raise RequestProblem(
                "SERVER-018",
                "This server does not reach as far as the device had read.",
                remedy="Read from the beginning.",
            )
        page = _page(connection, device, start, here.life.epoch)
    if not page.entries and (start, epoch) == (after, here.life.epoch):
        return nothing_new(device.held)
    return reply(encode_page(page)[skip:], Media.FEED, held=device.held)


def _page(connection: Connection, device: Device, start: int, epoch: str) -> Page:
    """As many entries as fit a page, at least one where there is any."""
    entries: list[Entry] = []
    size, more = 0, False
    for entry in feed.after(connection, start, audience=audience_of(device), limit=PAGE_ENTRIES + 1):
        if size >= PAGE_BYTES or len(entries) == PAGE_ENTRIES:
            more = True
            break
        entries.append(entry)
        size += len(entry.body)
    # Where there was no backup yet, nothing need be told, and a page is shorter.
    watermark = life.watermark(connection) or None
    return Page(tuple(entries), entries[-1].sequence if entries else start, more, epoch, watermark)
