"""What goes wrong in a history besides the line: kills, clocks, disks, copies of files, and sticks.

Owns the copies and sticks that lie about until somebody uses them.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from forms.problems import Problem
from server.backups import back_up
from server.bundling import take_in
from server.problems import OperatorProblem, RequestProblem
from sync.carrying import pack_for_device, pack_what_waits, unpack
from tests.simulation.coverage import Consequence
from tests.simulation.ground import COORDINATOR, DEPUTY, RECORDERS, copied
from tests.simulation.parties import SimulatedDevice

if TYPE_CHECKING:
    from tests.simulation.history import History

CLOCKS = (timedelta(days=-1), timedelta(), timedelta(days=3653))
CLONES = 2


class Misfortunes:
    """What may befall the parties of a history."""

    def __init__(self, history: History) -> None:
        self.history = history
        self._backups: list[Path] = []
        """Sealed, as the program makes them."""
        self._server_copies: list[Path] = []
        self._copies: list[tuple[SimulatedDevice, Path]] = []
        self._sticks: list[tuple[bytes, str]] = []
        """Files of bundles, and the device for which each is; empty: the server."""

    def all(self) -> list[Callable[[], Awaitable[None]]]:
        """One of each, those twice that are harmless or need another before them."""
        return [
            self.kill_device,
            self.kill_server,
            self.set_a_clock,
            self.set_a_clock,
            self.fill_device,
            self.fill_server,
            self.back_up,
            self.restore,
            self.copy_server,
            self.put_back,
            self.copy,
            self.roll_back,
            self.clone,
            self.write_stick,
            self.write_stick_back,
            self.bring_stick,
            self.bring_stick,
        ]

    async def kill_device(self) -> None:
        """A device's process ends at once."""
        self.history.coverage.faults["device killed"] += 1
        self.history.chance.choice(self.history.devices).kill_and_start()

    async def kill_server(self) -> None:
        """The server's process ends at once."""
        self.history.coverage.faults["server killed"] += 1
        await self.history.line.forget_late()
        self.history.server.kill_and_start()

    async def set_a_clock(self) -> None:
        """Somebody's clock is a day behind, right, or ten years ahead."""
        ahead = self.history.chance.choice(CLOCKS)
        clock = self.history.chance.choice(
            [self.history.server.clock, *(device.clock for device in self.history.devices)]
        )
        self.history.coverage.faults[f"clock set {ahead.days:+} days"] += 1
        clock.ahead = ahead

    async def fill_device(self) -> None:
        """A recorder whose disk is full goes on recording and syncing."""
        self.history.coverage.faults["device's disk full"] += 1
        device = self.history.chance.choice(self.history.devices)
        with device.full_disk():
            if device not in self.history.coordinators:
                self.history.finalise(device, lambda tag, count: device.record(tag, count), 7)
            with suppress(Problem):
                await device.sync()

    async def fill_server(self) -> None:
        """The server's disk is full for a while."""
        self.history.coverage.faults["server's disk full"] += 1
        self.history.server.is_full = self.history.chance.random() < 0.3
        if not self.history.server.is_full:
            self.history.server.fill()
        for _ in range(2):
            await self.history.record()
            await self.history.sync()
        self.history.server.free()

    async def back_up(self) -> None:
        """The server is backed up while it serves."""
        self.history.coverage.events["server backed up"] += 1
        target = self.history.directory / f"backup-{len(self._backups)}.age"
        with suppress(OperatorProblem, RequestProblem):
            back_up(self.history.server.here, target)
            self._backups.append(target)

    async def restore(self) -> None:
        """The server begins another life from one of its backups, however old."""
        if not self._backups:
            return
        self.history.coverage.faults["server restored from a backup"] += 1
        await self.history.line.forget_late()
        self.history.server.restore(
            self.history.chance.choice(self._backups),
            self.history.coordinator.store.members.current().age,
            knows_erasures=self.history.chance.random() < 0.5,
        )
        self._forget()

    async def copy_server(self) -> None:
        """Somebody copies the server's files while it serves."""
        self.history.coverage.events["server copied"] += 1
        place = self.history.directory / f"server-copy-{len(self._server_copies)}"
        self._server_copies.append(self.history.server.copy(place))

    async def put_back(self) -> None:
        """The server starts from one of its copies, however old."""
        if not self._server_copies:
            return
        self.history.coverage.faults["server put back from a copy"] += 1
        await self.history.line.forget_late()
        epoch = self.history.chance.randbytes(16).hex() if self.history.rules.tells_new_epoch else None
        self.history.server.put_back(self.history.chance.choice(self._server_copies), new_epoch=epoch)
        self._forget()

    async def copy(self) -> None:
        """Somebody copies a recorder's files."""
        self.history.coverage.events["device copied"] += 1
        device = self.history.chance.choice(self.history.recorders)
        place = self.history.directory / f"copy-{len(self._copies)}"
        self._copies.append((device, device.copy(place)))

    async def roll_back(self) -> None:
        """A recorder goes on from an older copy."""
        if copies := self._usable_copies():
            self.history.coverage.faults["device rolled back"] += 1
            device, copy = self.history.chance.choice(copies)
            device.replace_by(copied(copy, device.next_directory()))
            self.history.truth.copied.add(device.name)
            self._forget()

    async def clone(self) -> None:
        """A copy goes on beside its original."""
        copies = self._usable_copies()
        if copies and len(self.history.recorders) < len(RECORDERS) + CLONES:
            self.history.coverage.faults["device cloned"] += 1
            device, copy = self.history.chance.choice(copies)
            self.history.truth.copied.update((device.name, f"clone{len(self.history.recorders)}"))
            name = f"clone{len(self.history.recorders)}"
            self.history.recorders.append(
                self.history.device(name, copied(copy, self.history.directory / name))
            )

    async def write_stick(self) -> None:
        """Somebody writes what waits to a stick; when it arrives, and how often, is another matter."""
        self.history.coverage.events["bundle written"] += 1
        with suppress(Problem):
            files = pack_what_waits(self.history.chance.choice(self.history.devices).store).files
            self._sticks += [(file, "") for file in files]

    async def write_stick_back(self) -> None:
        """A coordinator writes a stick for one recorder."""
        self.history.coverage.events["bundle written for a device"] += 1
        device = self.history.chance.choice(self.history.recorders)
        with suppress(Problem):
            by = self.history.chance.choice(self.history.coordinators)
            packed = pack_for_device(by.store, device.store.members.current().device)
            self._sticks += [(file, device.name) for file in packed.files]

    async def bring_stick(self) -> None:
        """A stick arrives: late, again, cut, and now and then with somebody for whom it was not meant."""
        if not self._sticks:
            return
        chance = self.history.chance
        (data, name), manner = chance.choice(self._sticks), chance.choice(["late", "late", "cut", "twice"])
        self.history.coverage.faults[f"bundle {manner}"] += 1
        if manner == "cut":
            data = data[: int(chance.random() * len(data))]
        for _ in range(2 if manner == "twice" else 1):
            self._take_in(data, chance.choice([name, name, name, COORDINATOR, DEPUTY, RECORDERS[0]]))
        self.history.truth.look(self.history.server, self.history.recorders, self.history.coordinators)

    def _usable_copies(self) -> list[tuple[SimulatedDevice, Path]]:
        revoked = self.history.governing.revoked
        return [(device, copy) for device, copy in self._copies if device.name not in revoked]

    def _forget(self) -> None:
        history = self.history
        if history.truth.forget(history.server, history.devices, history.coordinators):
            history.coverage.consequences[Consequence.FORGOTTEN] += 1

    def _take_in(self, data: bytes, name: str) -> None:
        with suppress(Problem):
            if name:
                unpack(next(each for each in self.history.devices if each.name == name).store, data)
            else:
                take_in(self.history.server.here, data)
            self.history.coverage.events["bundle taken in"] += 1
