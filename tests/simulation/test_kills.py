"""A kill between any two statements of a device, a coordinator's vault or the server.

1. Before each statement that any of the three runs, their files are what a kill would leave: started again from every
   such state, everything acknowledged by then is there, the stores are sound, and at rest nothing is lost, doubled or
   stuck.
2. Something that is acknowledged before it is stored is noticed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from tests.simulation.costs import run
from tests.simulation.day import RECORDER, Parties, a_day, begin
from tests.simulation.ground import COORDINATOR, SERVER, Ground, copied, fast_directory
from tests.simulation.truth import Truth


@dataclass
class Killing:
    """Copies the files of all parties before each statement that finds them changed."""

    parties: Parties
    states: Path
    statements: int = 0
    kept: list[tuple[Path, set[str]]] = field(default_factory=list)
    """Each state, and what had been acknowledged by then."""
    _last: str = ""

    def watch(self) -> None:
        """From now on."""
        for device in (self.parties.recorder, self.parties.coordinator):
            device.vault.database._connection.conn.set_trace_callback(self._before)
        event.listen(self.parties.server.here.store.engine, "checkout", self._watch_connection)

    def _watch_connection(self, connection: Any, *_: object) -> None:
        connection.set_trace_callback(self._before)

    def _before(self, _: str) -> None:
        self.statements += 1
        contents = hashlib.sha256()
        for file in _files(self.parties.directory):
            contents.update(file.read_bytes())
        if contents.hexdigest() != self._last:
            self._last = contents.hexdigest()
            state = copied(self.parties.directory, self.states / str(len(self.kept)))
            self.kept.append((state, set(self.parties.truth.known)))


def _files(directory: Path) -> Iterator[Path]:
    return (
        file
        for name in (RECORDER, COORDINATOR, SERVER)
        for file in sorted((directory / name).rglob("*"))
        if file.is_file() and file.name != "reserve" and not file.name.endswith("-shm")
    )


@pytest.fixture
def directory() -> Iterator[Path]:
    with fast_directory() as made:
        begin(Ground.made_in(made / "ground"), made / "parties")
        yield made


def states_of_a_day(directory: Path) -> Killing:
    async def watched() -> Killing:
        parties = Parties(directory / "parties")
        killing = Killing(parties, directory / "states")
        killing.watch()
        await a_day(parties)
        parties.close()
        return killing

    return run(watched())


def faults_after(state: Path, whole_day: Truth, acknowledged: set[str]) -> list[str]:
    """What does not hold when everybody starts again from a state; what was not acknowledged may be there or not."""
    truth = Truth(whole_day.known, set(whole_day.known) - acknowledged, whole_day.attempted)

    async def started_again() -> list[str]:
        parties = Parties(state, truth)
        try:
            return await parties.rest()
        finally:
            parties.close()

    return run(started_again())


def test_a_kill_between_any_two_statements_loses_nothing(directory: Path) -> None:
    killing = states_of_a_day(directory)
    assert killing.statements > 400
    assert len(killing.kept) > 25
    for state, acknowledged in killing.kept:
        assert faults_after(state, killing.parties.truth, acknowledged) == []


def test_what_is_acknowledged_before_it_is_stored_is_noticed(directory: Path) -> None:
    killing = states_of_a_day(directory)
    truth = killing.parties.truth
    assert any(faults_after(state, truth, set(truth.known)) for state, _ in killing.kept[:5])
