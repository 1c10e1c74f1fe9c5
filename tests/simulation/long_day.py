"""What a recorder and a coordinator do beyond a usual day, step by step, for faults that are tried in each step.

Owns the steps: two versions that are merged, an erasure and the resealing that follows, purging, bundles there and
back, a backup. Each needs those before it and nothing but what lies in the parties' directory.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

from fieldkit.exchanging.bundling import VaultBundles
from fieldkit.exchanging.exchange import VaultExchange
from server.backups import back_up
from server.bundling import take_in, write_for
from server.files import read_whole, write_new
from server.queries import devices
from sync.bundles import LARGEST_BYTES
from tests.fieldkit.project import silent
from tests.simulation.day import STICK, Parties
from tests.simulation.parties import SimulatedDevice

MERGED, ERASED, PURGED, KEPT = range(4)
"""Which of the first four submissions meets what."""


def submissions(parties: Parties) -> list[str]:
    """The recorder's submissions, the first one first."""
    rows = parties.recorder.rows("SELECT submission FROM outbox WHERE kind = 'revision' ORDER BY position")
    return list(dict.fromkeys(row[0] for row in rows))


def stick(parties: Parties, name: str) -> Path:
    """A file on the stick."""
    return parties.directory / STICK / name


async def record(parties: Parties) -> None:
    """The recorder records four meetings; an empty stick lies beside."""
    for number in range(4):
        tag = f"recorded-{number}"
        parties.acknowledged(tag, partial(parties.recorder.record, tag, number))


async def send(parties: Parties) -> None:
    """The recorder seals and pushes."""
    await parties.recorder.sync()


async def open_them(parties: Parties) -> None:
    """The coordinator pulls, opens, and signs what was opened."""
    await parties.coordinator.sync()


async def purge(parties: Parties) -> None:
    """The recorder hears of it and takes one sealed part off the device."""
    await parties.recorder.sync()
    parties.recorder.vault.oversight.custody.purge(submissions(parties)[PURGED])


async def change_both(parties: Parties) -> None:
    """Both change one submission before they hear of one another."""
    submission = submissions(parties)[MERGED]
    edit = partial(parties.coordinator.correct, submission, "edited", None)
    parties.acknowledged("edited", edit, parties.coordinator)
    parties.acknowledged("corrected", partial(parties.recorder.correct, submission, None, 40))
    await parties.recorder.sync()


async def merge(parties: Parties) -> None:
    """The coordinator pulls and makes one version of the two."""
    await parties.coordinator.sync()


async def erase(parties: Parties) -> None:
    """The coordinator erases a submission."""
    submission = submissions(parties)[ERASED]
    parties.coordinator.vault.oversight.erase(submission)
    parties.truth.erased.add(submission)


async def reseal(parties: Parties) -> None:
    """The coordinator sends the erasure and the segment without what was erased."""
    await parties.coordinator.sync()


async def write_bundle(parties: Parties) -> None:
    """The recorder records once more and writes what waits to a stick."""
    parties.acknowledged("recorded for a stick", lambda: parties.recorder.record("recorded for a stick", 7))
    _bundles(parties, parties.recorder).write(stick(parties, "there.dat"), silent)


async def read_bundle(parties: Parties) -> None:
    """The coordinator and the server take the stick in."""
    _bundles(parties, parties.coordinator).read([stick(parties, "there.dat")], silent)
    take_in(parties.server.here, read_whole(stick(parties, "there.dat"), 2 * LARGEST_BYTES))


async def bring_back(parties: Parties) -> None:
    """The server writes what it has for the recorder, who takes it in."""
    here = parties.server.here
    with here.store.read() as connection:
        (device,) = devices.starting_with(connection, parties.recorder.id)
        (content,) = write_for(here, connection, device)
    write_new(stick(parties, "back.dat"), content)
    _bundles(parties, parties.recorder).read([stick(parties, "back.dat")], silent)


async def make_backup(parties: Parties) -> None:
    """The server is backed up while it serves."""
    back_up(parties.server.here, stick(parties, "backup.age"))


Step = Callable[[Parties], Awaitable[None]]
STEPS: dict[str, Step] = {
    step.__name__: step
    for step in (
        record,
        send,
        open_them,
        purge,
        change_both,
        merge,
        erase,
        reseal,
        write_bundle,
        read_bundle,
        bring_back,
        make_backup,
    )
}


def _bundles(parties: Parties, device: SimulatedDevice) -> VaultBundles:
    exchange = VaultExchange(device.vault, now=device.vault.clock)
    return VaultBundles(exchange, random_bytes=device.chance.randbytes)
