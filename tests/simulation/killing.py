"""What a kill would leave: the files of all parties, copied while they work.

Owns when a copy is taken: before each statement that writes and before each step on a file, wherever something changed
since the copy before. Statements that only read are passed over: before the next one that writes, the files are the
same, and no less was acknowledged.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import event

from tests.simulation.costs import run
from tests.simulation.day import Parties
from tests.simulation.ground import copied
from tests.simulation.truth import Truth
from tests.steps import before_each_file_step


@dataclass(frozen=True, slots=True)
class KilledState:
    """What all parties' files were at one moment."""

    directory: Path
    acknowledged: frozenset[str]
    """Revisions that somebody was told are stored."""
    erased: frozenset[str]
    """Submissions that somebody was told are erased."""


@dataclass
class Killing:
    """Copies the files of all parties while they work."""

    parties: Parties
    states: Path
    statements: int = 0
    kept: list[KilledState] = field(default_factory=list)
    _last: str = ""
    _is_copying: bool = False

    @contextmanager
    def watching(self) -> Iterator[None]:
        """While this lasts."""
        for device in (self.parties.recorder, self.parties.coordinator):
            device.vault.database._connection.conn.set_trace_callback(self._statement)
        event.listen(self.parties.server.here.store.engine, "checkout", self._connected)
        with before_each_file_step(self._look):
            yield

    def _connected(self, connection: Any, *_: object) -> None:
        connection.set_trace_callback(self._statement)

    def _statement(self, text: str) -> None:
        self.statements += 1
        if not text.lstrip().startswith("SELECT"):
            self._look()

    def _look(self) -> None:
        if self._is_copying:
            return
        self._is_copying = True
        contents = hashlib.sha256()
        for file in _files(self.parties.directory):
            contents.update(file.name.encode() + file.read_bytes())
        if contents.hexdigest() != self._last:
            self._last = contents.hexdigest()
            truth = self.parties.truth
            place = copied(self.parties.directory, self.states / str(len(self.kept)))
            self.kept.append(KilledState(place, frozenset(truth.known), frozenset(truth.erased)))
        self._is_copying = False


def faults_after(
    state: KilledState, whole_day: Truth, acknowledged: frozenset[str] | None = None
) -> list[str]:
    """What does not hold when everybody starts again from a state; what was not acknowledged may be there or not.

    Args:
        acknowledged: other revisions than those that really were, for a control.
    """
    told = state.acknowledged if acknowledged is None else acknowledged
    truth = Truth(whole_day.known, set(whole_day.known) - told, whole_day.attempted, set(state.erased))

    async def started_again() -> list[str]:
        parties = Parties(state.directory, truth, seed=1)
        try:
            truth.erased |= {row[0] for row in parties.coordinator.rows("SELECT submission FROM erasures")}
            return await parties.rest()
        finally:
            parties.close()

    return run(started_again())


def _files(directory: Path) -> Iterator[Path]:
    return (
        file
        for file in sorted(directory.rglob("*"))
        if file.is_file() and file.name != "reserve" and not file.name.endswith("-shm")
    )
