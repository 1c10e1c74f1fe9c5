"""A program that records and syncs, and says what is durable: `python -m tests.crash.exchanging`.

Arguments: one party's directory, beside which the others lie, and a manner: ``honest``, or ``unsynced``, with which
every party writes with ``synchronous = OFF``. It says a tag once it is recorded, and once the server confirmed it.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from sqlalchemy import event

from tests.simulation.costs import run
from tests.simulation.day import Parties

SUBMISSIONS = 6


def loosen(parties: Parties) -> None:
    """Let nobody wait for the disk."""

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


def say(line: str) -> None:
    """One system call for one line, so that a trace sees it whole."""
    os.write(1, f"{line}\n".encode())


async def main(directory: Path, manner: str) -> None:
    """Exchange, and end without closing, as after a power cut."""
    parties = Parties(directory)
    if manner == "unsynced":
        loosen(parties)
    await exchange(parties)
    os._exit(0)


if __name__ == "__main__":
    run(main(Path(sys.argv[1]).parent, sys.argv[2]))
