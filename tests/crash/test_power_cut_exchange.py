"""The power goes at a device, a coordinator's, the server or a stick, while they exchange, merge and carry.

1. Whatever of the unsynced writes the disk kept: what was said to be recorded, confirmed, opened, merged, taken in or
   written is so, and the store is sound.
2. A bundle or a backup is on the stick whole, or not under its name.
3. The same without syncing loses some of it: a blind test would not see it.
"""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TypeVar

import pytest

from fieldkit.vault.database import Connection, Database
from fieldkit.vault.keyslots import KeyFile
from fieldkit.vault.members import StoredMembers
from fieldkit.vault.problems import VaultProblem
from sync.identity import AgeIdentity
from sync.problems import SyncProblem
from tests.crash.exchanging import SUBMISSIONS
from tests.crash.powercut import State, operations_by_directory, states, trace
from tests.fieldkit.worlds import PASSPHRASE
from tests.simulation.day import RECORDER, begin
from tests.simulation.ground import COORDINATOR, SERVER, Ground, fast_directory

STATES = 400 if os.environ.get("FIELDKIT_SOAK") else 40

pytestmark = pytest.mark.skipif(
    shutil.which("strace") is None, reason="strace, which records writes, is not here"
)
T = TypeVar("T")
Said = set[str]


class Traced:
    """The parties before a traced exchange, and what was traced."""

    def __init__(self, world: Path, manner: str) -> None:
        (world / "stick").mkdir(exist_ok=True)
        self.world = world
        self.before = {party: _files(world / party) for party in PARTIES}
        self.reader = opened(world / COORDINATOR, lambda database: StoredMembers(database).current().age)
        trace(world / "trace", "tests.crash.exchanging", str(world), manner)
        self.operations = operations_by_directory(world / "trace", [world / party for party in PARTIES])

    def faults(self, party: str) -> list[list[str]]:
        """What is found of one party after each of the power cuts."""
        operations = self.operations[self.world / party]
        said = [operation for operation in operations if operation.kind == "say"]
        assert len(said) == 3 * SUBMISSIONS + 6, "the trace is not whole"
        cuts = states(self.before[party], operations, random.Random(20260302), STATES)
        return [self._found(party, state) for state in cuts]

    def _found(self, party: str, state: State) -> list[str]:
        place = self.world / "state"
        place.mkdir()
        for name, content in state.files.items():
            (place / name).write_bytes(content)
        said = {line.strip() for line in state.said}
        match party:
            case "stick":
                found = faults_of_stick(place, said, self.reader)
            case _ if party == SERVER:
                found = faults_of_server(place, said)
            case _:
                found = faults_of_vault(place, said, *VAULTS[party])
        shutil.rmtree(place)
        return found


@contextmanager
def traced(manner: str) -> Iterator[Traced]:
    with fast_directory() as made:
        yield Traced(begin(Ground.made_in(made / "ground"), made / "world"), manner)


def _files(directory: Path) -> dict[str, bytes]:
    return {
        file.name: file.read_bytes()
        for file in directory.iterdir()
        if file.is_file() and file.name != "reserve"
    }


def opened(directory: Path, work: Callable[[Database], T]) -> T:
    """What is found in a vault; a problem where it can't be opened."""
    database = Database(directory / "vault.db", KeyFile(directory).unlock(PASSPHRASE))
    try:
        return work(database)
    finally:
        database.close()


def faults_of_vault(
    directory: Path, said: Said, held: Callable[[Connection], Said], words: Said
) -> list[str]:
    """What a vault that was cut off does not hold of what was said in these words, and what is damaged in it."""
    expected = {line for line in said if line.partition(" ")[0] in words}
    try:
        return opened(directory, lambda database: sorted(expected - database.read(held)) + database.faults())
    except VaultProblem as problem:
        return [str(problem)]


def held_by_recorder(connection: Connection) -> Said:
    rows = connection.execute(
        "SELECT json_extract(r.open_part, '$.note'), o.delivery, r.opened_at IS NOT NULL"
        " FROM revisions r JOIN outbox o ON o.revision = r.id"
    ).fetchall()
    return (
        {f"recorded {tag}" for tag, _, _ in rows}
        | {f"confirmed {tag}" for tag, delivery, _ in rows if delivery == "confirmed"}
        | {f"opened {tag}" for tag, _, is_opened in rows if is_opened}
    )


def held_by_coordinator(connection: Connection) -> Said:
    rows = connection.execute(
        "SELECT json_extract(open_part, '$.note'), json_array_length(parents) FROM revisions"
        " WHERE sealed_part IS NOT NULL"
    ).fetchall()
    opened_or_taken = {f"{word} {tag}" for tag, _ in rows for word in ("opened", "taken")}
    return opened_or_taken | {"merged" for _, parents in rows if parents == 2}


def faults_of_server(directory: Path, said: Said) -> list[str]:
    """What a server that was cut off does not hold of what was told of it, and what is damaged in it."""
    try:
        with closing(sqlite3.connect(directory / "server.db")) as connection:
            rows = connection.execute(
                "SELECT json_extract(r.open_part, '$.note') FROM revisions r JOIN changes c"
                " ON c.change_id = r.revision JOIN segments s ON s.digest = c.segment WHERE s.receipt IS NOT NULL"
            ).fetchall()
            sound = [row[0] for row in connection.execute("PRAGMA integrity_check") if row[0] != "ok"]
    except sqlite3.DatabaseError as error:
        return [str(error)]
    held = {f"{word} {tag}" for (tag,) in rows for word in ("confirmed", "taken")}
    return sorted({line for line in said if line.startswith(("confirmed", "taken"))} - held) + sound


def faults_of_stick(directory: Path, said: Said, reader: AgeIdentity) -> list[str]:
    """The files that are missing though they were said to be written, and those that carry their names and are cut."""
    missing = [
        line for line in said if line.startswith("written") and not (directory / line.split()[1]).exists()
    ]
    return missing + [
        f"{name} is not whole"
        for name in ("there.dat", "backup.age")
        if (directory / name).exists() and not _opens(reader, directory / name)
    ]


def _opens(reader: AgeIdentity, file: Path) -> bool:
    try:
        reader.open(file.read_bytes())
    except SyncProblem:
        return False
    return True


VAULTS = {
    RECORDER: (held_by_recorder, {"recorded", "confirmed", "opened"}),
    COORDINATOR: (held_by_coordinator, {"opened", "taken", "merged"}),
}
PARTIES = (*VAULTS, SERVER, "stick")


def test_a_power_cut_loses_nothing_acknowledged() -> None:
    with traced("honest") as exchanged:
        for party in PARTIES:
            assert [faults for faults in exchanged.faults(party) if faults] == [], party


def test_a_power_cut_without_syncing_is_noticed() -> None:
    with traced("unsynced") as exchanged:
        for party in PARTIES:
            found = exchanged.faults(party)
            assert sum(bool(faults) for faults in found) > len(found) // 6, party
