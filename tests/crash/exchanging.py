"""A program that records, syncs, merges and carries sticks: `python -m tests.crash.exchanging`.

Arguments: the directory of all parties, and a manner: ``honest``, or ``unsynced``, with which every party writes with
``synchronous = OFF`` and no file is flushed. It says what is durable: a tag once it is recorded, once the server
confirmed it, and so on.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from sqlalchemy import event

from tests.simulation import long_day
from tests.simulation.costs import run
from tests.simulation.day import Parties

SUBMISSIONS = 6


def loosen(parties: Parties) -> None:
    """Let nobody wait for the disk."""
    os.fsync = lambda _: None  # type: ignore[assignment]

    def off(connection: Any, *_: object) -> None:
        connection.execute("PRAGMA synchronous = OFF").close()

    for device in (parties.recorder, parties.coordinator):
        device.vault.database._connection.execute("PRAGMA synchronous = OFF")
    event.listen(parties.server.here.store.engine, "checkout", off)


async def exchange(parties: Parties) -> None:
    """Record, sync, let the coordinator open it, hear of it; again and again."""
    for number in range(SUBMISSIONS):
        parties.recorder.record(f"tag-{number}", number)
        say(f"recorded tag-{number}")
        await parties.recorder.sync()
        say(f"confirmed tag-{number}")
        await parties.coordinator.sync()
        await parties.recorder.sync()
        say(f"opened tag-{number}")


async def merge_and_carry(parties: Parties) -> None:
    """Let two versions become one, bring a stick there and back, and make a backup."""
    await long_day.change_both(parties)
    await long_day.merge(parties)
    say("merged")
    await long_day.write_bundle(parties)
    say("recorded recorded for a stick")
    say("written there.dat")
    await long_day.read_bundle(parties)
    say("taken recorded for a stick")
    await long_day.bring_back(parties)
    say("confirmed recorded for a stick")
    await long_day.make_backup(parties)
    say("written backup.age")


def say(line: str) -> None:
    """One system call for one line, so that a trace sees it whole."""
    os.write(1, f"{line}\n".encode())


async def main(directory: Path, manner: str) -> None:
    """Exchange, and end without closing, as after a power cut."""
    parties = Parties(directory)
    if manner == "unsynced":
        loosen(parties)
    await exchange(parties)
    await merge_and_carry(parties)
    os._exit(0)


if __name__ == "__main__":
    run(main(Path(sys.argv[1]), sys.argv[2]))
