"""Bundles on the server's side: what came on a stick, and what goes back on one.

Owns which entries of a bundle the server takes and what it gives to a device; the file is `sync.bundles`', the judging
of a segment `server.couriers`'. Invariant: taking in a bundle is pushing what it holds, entry by entry, so that any
order, twice, or mixed with requests ends in the same store.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from sqlalchemy import Connection

from server.couriers import carry
from server.problems import OperatorProblem, RequestProblem
from server.publishing import publish
from server.queries import devices, feed, segments
from server.queries.devices import Device, audience_of
from server.receiving import examine
from server.world import World
from sync import bundles
from sync.bundles import LARGEST_BYTES, SERVER, Bundle, Load, require_project
from sync.feeds import Entry, EntryKind
from sync.problems import SyncProblem
from sync.receipts import Verdict, read_kept


@dataclass(frozen=True, slots=True)
class Imported:
    """What one file of a bundle brought."""

    part: int
    parts: int
    verdicts: dict[Verdict, int]
    """Changes by their verdict; those of segments that were held before, too."""
    statements: int
    refused: dict[str, int]
    """Entries that were not taken, by the code of their problem."""


def take_in(here: World, data: bytes) -> Imported:
    """Take in one file of a bundle; what does not hold is counted and stops nothing else.

    Raises:
        OperatorProblem: SERVER-113 for what is no bundle for this server; nothing is taken then.
        RequestProblem: SERVER-014 or SERVER-015; what was taken until then stays, and may be taken in again.
    """
    bundle = _opened(here, data)
    verdicts: Counter[Verdict] = Counter()
    refused: Counter[str] = Counter()
    statements = 0
    for entry in bundle.page.entries:
        here.require_room()
        try:
            if entry.kind is EntryKind.STATEMENT:
                statements += _published(here, entry)
            elif entry.kind is EntryKind.SEGMENT:
                receipt = read_kept(carry(here, examine(here, entry.body)))
                verdicts.update(each.verdict for each in receipt.verdicts)
        except RequestProblem as problem:
            if problem.retry_after_seconds is not None or problem.status == 507:
                raise
            refused[problem.code] += 1
    return Imported(bundle.head.part, bundle.head.parts, dict(verdicts), statements, dict(refused))


def write_for(
    here: World, connection: Connection, device: Device, *, after: int = 0, largest: int = LARGEST_BYTES
) -> list[bytes]:
    """The files of a bundle with what a device may see of the feed, and its receipts; sealed to it alone.

    Args:
        after: the sequence behind which to begin; a device that has read further passes over what it knows.
    """
    entries = list(feed.after(connection, after, audience=audience_of(device), limit=None))
    last = max(after, entries[-1].sequence if entries else 0)
    told = {entry.body for entry in entries if entry.kind is EntryKind.RECEIPT}
    receipts = [data for data in segments.receipts_of(connection, device.id) if data not in told]
    load = Load(
        project=here.life.project,
        writer=SERVER,
        reader=device.id,
        entries=[*entries, *(Entry(last, EntryKind.RECEIPT, data) for data in receipts)],
        held={each.id: each.held for each in _told_of(connection, device)},
        epoch=here.life.epoch,
        after=after,
        next=last,
    )
    return bundles.pack(load, here.key, [device.age_recipient], largest=largest)


def _told_of(connection: Connection, device: Device) -> list[Device]:
    """Whose chains a device is told of: its own, and to coordinators all."""
    return devices.starting_with(connection, "" if audience_of(device) is None else device.id)


def _opened(here: World, data: bytes) -> Bundle:
    try:
        bundle = bundles.unpack(data, here.age)
        require_project(bundle, here.life.project)
    except SyncProblem as problem:
        raise OperatorProblem("SERVER-113", problem.message, remedy=problem.remedy) from None
    return bundle


def _published(here: World, entry: Entry) -> int:
    with here.store.write() as connection:
        return publish(here, connection, [entry.body.decode("ascii", errors="replace")])
