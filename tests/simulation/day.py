"""One day of a recorder, a coordinator and their server, for faults that are tried one after the other.

Owns what happens in that day; the fault is the test's. A day is short, so that each place in it can be tried.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from tests.simulation.clock import TrueTime
from tests.simulation.coverage import Coverage
from tests.simulation.ground import COORDINATOR, SERVER, Ground
from tests.simulation.judging import violations
from tests.simulation.line import Line
from tests.simulation.parties import SimulatedDevice, SimulatedServer
from tests.simulation.truth import Truth

RECORDER = "first"
STICK = "stick"
ROUNDS = 3
_LONG = "what was said " * 600
"""More than fits in the free room of pages that are there."""


@dataclass
class Parties:
    """A recorder, a coordinator and a server in one directory."""

    directory: Path
    truth: Truth = field(default_factory=Truth)
    time: TrueTime = field(default_factory=TrueTime)
    seed: int = 20260302
    """Whoever begins again in the middle of a day needs another one: from the same chance come the same ids."""

    def __post_init__(self) -> None:
        chance = random.Random(self.seed)
        self.server = SimulatedServer(self.directory / SERVER, self.time, chance)
        self.line = Line(lambda: self.server.app, chance, Coverage(), self.time.advance)
        self.recorder, self.coordinator = (
            SimulatedDevice(name, self.directory / name, self.time, self.line, chance)
            for name in (RECORDER, COORDINATOR)
        )

    def acknowledged(
        self, tag: str, make: Callable[[], object], device: SimulatedDevice | None = None
    ) -> None:
        """Do something on a device, the recorder's unless another is named, and note it once it is done."""
        self.truth.attempted.add(tag)
        make()
        self.truth.acknowledge(device or self.recorder)

    async def rest(self) -> list[str]:
        """What does not hold after everybody synced."""
        for _ in range(ROUNDS):
            for device in (self.recorder, self.coordinator):
                self.time.advance(60)
                await device.sync()
        faults = self.recorder.vault.integrity_faults() + self.coordinator.vault.integrity_faults()
        faults += [row[0] for row in self.server.rows("PRAGMA integrity_check") if row[0] != "ok"]
        return faults + list(
            violations(self.truth, self.server, [self.recorder], [self.coordinator], self.directory)
        )

    def close(self) -> None:
        """End in order."""
        for party in (self.recorder, self.coordinator, self.server):
            party.close()


async def a_day(parties: Parties) -> None:
    """Record, correct, withdraw, send, open, and hear of it."""
    recorder = parties.recorder
    made: list[str] = []

    def record(tag: str, people: int) -> None:
        made.append(recorder.record(tag, people))

    for number in range(3):
        tag = f"meeting-{number} {_LONG}"
        parties.acknowledged(tag, partial(record, tag, number))
    await recorder.sync()
    parties.acknowledged("corrected", lambda: recorder.correct(made[0], "corrected", 30))
    parties.acknowledged("", lambda: recorder.vault.submissions.withdraw(made[1]))
    await recorder.sync()
    await parties.coordinator.sync()
    await recorder.sync()


def begin(ground: Ground, directory: Path) -> Path:
    """A directory in which the day can begin, with an empty stick; where it is."""
    (directory / STICK).mkdir(parents=True)
    for name in (RECORDER, COORDINATOR, SERVER):
        ground.copy(name, directory / name)
    return directory
