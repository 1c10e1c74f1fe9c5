"""The power goes at a device, or at the server, while they exchange.

1. Whatever of the unsynced writes the disk kept: what was said to be recorded, confirmed or opened is so, and the
   store is sound.
2. The same without syncing loses some of it: a blind test would not see it.
"""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from fieldkit.vault.database import Database
from fieldkit.vault.keyslots import KeyFile
from fieldkit.vault.problems import VaultProblem
from tests.crash.exchanging import SUBMISSIONS
from tests.crash.powercut import State, states, traced
from tests.fieldkit.worlds import PASSPHRASE
from tests.simulation.day import RECORDER, begin
from tests.simulation.ground import SERVER, Ground, fast_directory

STATES = 400 if os.environ.get("FIELDKIT_SOAK") else 60

pytestmark = pytest.mark.skipif(
    shutil.which("strace") is None, reason="strace, which records writes, is not here"
)


@pytest.fixture
def world() -> Iterator[Path]:
    with fast_directory() as made:
        yield begin(Ground.made_in(made / "ground"), made / "world")


def faults_of_device(directory: Path, said: set[str]) -> list[str]:
    """What a device that was cut off does not hold of what it said, and what is damaged in it."""
    try:
        database = Database(directory / "vault.db", KeyFile(directory).unlock(PASSPHRASE))
    except VaultProblem as problem:
        return [str(problem)]
    try:
        rows = database.read(
            lambda connection: connection.execute(
                "SELECT json_extract(r.open_part, '$.note'), o.delivery, r.opened_at IS NOT NULL"
                " FROM revisions r JOIN outbox o ON o.revision = r.id"
            ).fetchall()
        )
        held = {f"recorded {tag}" for tag, _, _ in rows}
        held |= {f"confirmed {tag}" for tag, delivery, _ in rows if delivery == "confirmed"}
        held |= {f"opened {tag}" for tag, _, opened in rows if opened}
        return sorted(said - held) + database.faults()
    except VaultProblem as problem:
        return [str(problem)]
    finally:
        database.close()


def faults_of_server(directory: Path, said: set[str]) -> list[str]:
    """What a server that was cut off does not hold of what a device was told, and what is damaged in it."""
    try:
        with closing(sqlite3.connect(directory / "server.db")) as connection:
            rows = connection.execute(
                "SELECT json_extract(r.open_part, '$.note') FROM revisions r JOIN changes c"
                " ON c.change_id = r.revision JOIN segments s ON s.digest = c.segment WHERE s.receipt IS NOT NULL"
            ).fetchall()
            sound = [row[0] for row in connection.execute("PRAGMA integrity_check") if row[0] != "ok"]
    except sqlite3.DatabaseError as error:
        return [str(error)]
    held = {f"confirmed {tag}" for (tag,) in rows}
    return sorted({line for line in said if line.startswith("confirmed")} - held) + sound


Check = Callable[[Path, set[str]], list[str]]
PARTIES = [
    pytest.param(RECORDER, "vault.db", faults_of_device, id="device"),
    pytest.param(SERVER, "server.db", faults_of_server, id="server"),
]


def faults_after_cuts(world: Path, party: str, store: str, check: Check, manner: str) -> list[list[str]]:
    """The faults found after each of the power cuts."""
    directory = world / party
    before = {store: (directory / store).read_bytes()}
    keys = {file.name: file.read_bytes() for file in directory.glob("keys.json")}
    operations = traced(directory, "tests.crash.exchanging", manner)
    said = [operation for operation in operations if operation.kind == "say"]
    assert len(said) == 3 * SUBMISSIONS, "the trace is not whole"

    def found_in(number: int, state: State) -> list[str]:
        place = world / f"state-{number}"
        place.mkdir()
        for name, content in {**state.files, **keys}.items():
            (place / name).write_bytes(content)
        try:
            return check(place, {line.strip() for line in state.said})
        finally:
            shutil.rmtree(place)

    chance = random.Random(20260302)
    return [found_in(*each) for each in enumerate(states(before, operations, chance, STATES))]


@pytest.mark.parametrize(("party", "store", "check"), PARTIES)
def test_a_power_cut_while_exchanging_loses_nothing_acknowledged(
    world: Path, party: str, store: str, check: Check
) -> None:
    assert [faults for faults in faults_after_cuts(world, party, store, check, "honest") if faults] == []


@pytest.mark.parametrize(("party", "store", "check"), PARTIES)
def test_a_power_cut_without_syncing_is_noticed(world: Path, party: str, store: str, check: Check) -> None:
    found = faults_after_cuts(world, party, store, check, "unsynced")
    assert sum(bool(faults) for faults in found) > len(found) // 4
