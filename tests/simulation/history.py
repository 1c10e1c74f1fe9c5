"""One seeded history: what people do, what goes wrong, and how it ends.

Owns the choice of what happens next, by one random generator and nothing else. Invariant: a history ends with all
faults over, and everybody syncing a few times; only then is it judged.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from fieldkit.vault.driver import IntegrityError
from forms.problems import Problem
from server.uploads import Uploads
from sync.exchange import PushReport, Report
from sync.stores import Taken
from tests.simulation.clock import TrueTime
from tests.simulation.coverage import Consequence, Coverage
from tests.simulation.governing import Governing
from tests.simulation.ground import COORDINATOR, DEPUTY, LATE, RECORDERS, SERVER, Ground
from tests.simulation.judging import violations
from tests.simulation.line import Line
from tests.simulation.misfortunes import Misfortunes
from tests.simulation.oversight import Oversight
from tests.simulation.parties import TOO_MANY, SimulatedDevice, SimulatedServer
from tests.simulation.truth import Truth, has_ended

EVENTS = 150
"""And faults, before a history comes to rest."""
ROUNDS = 4
"""In which everybody syncs once the faults are over, or until nobody has anything to say; more would hide that
something needs many."""
QUIET = Report(PushReport(), Taken())
"""Of a sync that had nothing to say."""
_MIXED = "SERVER-019"
"""All bytes of an upload arrived, and they are not the segment: only a broken server can say so on an honest line."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What a history leaves out of the protocol, to show that it would be missed."""

    tells_new_epoch: bool = True
    tells_what_is_held: bool = True
    unique_ids: bool = True
    uploads: type[Uploads] = Uploads
    weights: Mapping[str, int] = field(default_factory=dict)
    """How many times as often as usual something happens, by the method's name; 0: never."""


@dataclass(frozen=True, slots=True)
class Ending:
    """How a history ended."""

    seed: int
    violations: tuple[str, ...]
    coverage: Coverage


class History:
    """The parties of one history, and what may happen to them."""

    def __init__(self, seed: int, ground: Ground, directory: Path, rules: Rules) -> None:
        self.chance = random.Random(seed)
        self.coverage, self.truth, self.time = Coverage(), Truth(), TrueTime()
        self.rules = rules
        self.directory = directory
        self._misfortunes, self._oversight = Misfortunes(self), Oversight(self)
        self.governing = Governing(self)
        self._tags = 0
        self.server = SimulatedServer(
            ground.copy(SERVER, directory / SERVER), self.time, random.Random(seed), rules.uploads
        )
        self.line = Line(lambda: self.server.app, self.chance, self.coverage, self.time.advance)
        self.line.tells_what_is_held = rules.tells_what_is_held
        self.coordinator = self.device(COORDINATOR, ground.copy(COORDINATOR, directory / COORDINATOR))
        self.deputy = self.device(DEPUTY, ground.copy(DEPUTY, directory / DEPUTY))
        self.recorders = [self.device(name, ground.copy(name, directory / name)) for name in RECORDERS]
        self.joined_as_coordinator: list[SimulatedDevice] = []
        self.late = self.device(LATE, ground.copy(LATE, directory / LATE))

    @property
    def devices(self) -> list[SimulatedDevice]:
        """Everybody's."""
        return [*self.coordinators, *self.recorders]

    @property
    def coordinators(self) -> list[SimulatedDevice]:
        """The first of them holds the project's key; the last may have joined later."""
        return [self.coordinator, self.deputy, *self.joined_as_coordinator]

    async def run(self) -> list[str]:
        """Let it happen; what does not hold at the end."""
        while self.coverage.total() < EVENTS:
            await self._step()
        await self._come_to_rest()
        return list(violations(self.truth, self.server, self.recorders, self.coordinators, self.directory))

    def close(self) -> None:
        """End in order."""
        for device in dict.fromkeys((*self.devices, self.late)):
            device.close()
        self.server.close()

    async def _step(self) -> None:
        self.time.advance(self.chance.choice([1, 30, 3600]))
        self.line.badness = self.chance.choice([0.0, 0.1, 0.4, 0.7])
        usual = [self.record] * 12 + [self._correct] * 9 + [self._withdraw] * 2 + [self.sync] * 24
        rarer = self._misfortunes.all() + self._oversight.all() + self.governing.all()
        weighted = [each for each in rarer for _ in range(self.rules.weights.get(each.__name__, 1))]
        await self.chance.choice(usual + weighted)()

    async def record(self) -> None:
        """Somebody records a meeting."""
        device, people = self.chance.choice(self.recorders), self.chance.randrange(1, 50)
        self.finalise(device, lambda tag, count: device.record(tag, count), self._people(people))

    async def _correct(self) -> None:
        device = self.chance.choice(self.recorders)
        if submission := self.some_submission(device):
            self.correct(device, submission)

    def correct(self, device: SimulatedDevice, submission: str) -> None:
        """Let a device correct what was noted, or how many came: two who change one each have made no conflict."""
        if self.chance.random() < 0.5:
            self.finalise(device, lambda tag, _: device.correct(submission, tag, None), 0)
        else:
            self.finalise(
                device, lambda _, people: device.correct(submission, None, people), self.chance.randrange(50)
            )

    def _people(self, people: int) -> int:
        return TOO_MANY if self.chance.random() < 0.05 else people

    def finalise(self, device: SimulatedDevice, make: Callable[[str, int], str], people: int) -> None:
        """Let a device finalise something, and note it if the device says that it is stored."""
        self._tags += 1
        tag = f"meeting-{self._tags}"
        self.truth.attempted.add(tag)
        self.coverage.events["recorded or corrected"] += 1
        try:
            with suppress(Problem):
                make(tag, people)
                if self.truth.acknowledge(device):
                    self.coverage.consequences[Consequence.TWO_UNDER_ONE_ID] += 1
        except IntegrityError:
            if self.rules.unique_ids:
                raise
            self.coverage.consequences[Consequence.TWO_UNDER_ONE_ID] += 1
            self.truth.faults.append(f"{device.name} could not store {tag}: its id is taken")

    async def _withdraw(self) -> None:
        device = self.chance.choice(self.recorders)
        if submission := self.some_submission(device):
            self.coverage.events["withdrawn"] += 1
            before = device.own_changes()
            with suppress(Problem):
                device.vault.submissions.withdraw(submission)
                if device.own_changes() != before:
                    self.truth.acknowledge(device)

    def some_submission(self, device: SimulatedDevice) -> str:
        """One that may be corrected; what the server refused stays as it is, so that what it counts is known."""
        refused = {noted.change.submission for noted in self.truth.known.values() if noted.is_refused}
        ids = [
            row[0]
            for row in device.rows("SELECT id FROM submissions WHERE lifecycle = 'finalised' ORDER BY id")
            if row[0] not in refused
        ]
        return self.chance.choice(ids) if ids else ""

    async def sync(self) -> None:
        """Somebody syncs over the line as it is."""
        device = self.chance.choice([*self.recorders, self.coordinator, *self.coordinators])
        self.coverage.events["sync"] += 1
        with suppress(Problem):
            await device.sync()
        self.truth.look(self.server, self.recorders, self.coordinators)

    async def _come_to_rest(self) -> None:
        """All faults are over; everybody syncs until nothing should be left to say."""
        self.line.badness = 0.0
        await self.line.bring_late()
        for _ in range(ROUNDS):
            said = [await self._rested(device) for device in self.devices]
            if not self._oversight.confirm_everybody() and not any(said):
                break
        for device in self.joined_as_coordinator:
            await self.coordinator.reseal()
            await self._rested(device)

    async def _rested(self, device: SimulatedDevice) -> bool:
        """Let a device sync at rest; whether anything travelled."""
        self.time.advance(60)
        if device is not self.coordinator and has_ended(device, self.server, self.coordinator):
            return False
        try:
            report = await device.sync()
        except Problem as problem:
            self.truth.faults.append(f"{device.name} can't sync at rest: {problem}")
            return False
        return report != QUIET

    def device(self, name: str, directory: Path) -> SimulatedDevice:
        """A device over a directory of its own."""
        chance = random.Random(self.chance.randrange(2**32))
        device = SimulatedDevice(name, directory, self.time, self.line, chance)
        if not self.rules.unique_ids and name not in (COORDINATOR, DEPUTY):
            device.number_ids()
        return device


async def live(seed: int, ground: Ground, directory: Path, rules: Rules | None = None) -> Ending:
    """Let the history of a seed happen in an empty directory."""
    history = History(seed, ground, directory, rules or Rules())
    try:
        found = await history.run()
        found += [f"an upload got mixed {times} times" for times in [history.line.codes[_MIXED]] if times]
    finally:
        await history.line.forget_late()
        history.close()
    return Ending(seed, tuple(found), history.coverage)
