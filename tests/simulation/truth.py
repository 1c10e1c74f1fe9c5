"""What really happened in a history, as far as people were told, and what must hold at any moment of it.

Owns the ledger of acknowledged changes; what must hold at the end is `judging`'s. A change is *gone* when a fault
destroyed the last copy of it that its device, the server and the coordinator had; everything else must be on the
server when the history has come to rest.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from tests.simulation.parties import TOO_MANY, OwnChange, SimulatedDevice, SimulatedServer


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """A revision or a withdrawal that a device said was stored."""

    change: OwnChange
    open_part: Mapping[str, object]
    by: str
    """The name of the device that it was made on."""

    @property
    def revision(self) -> str:
        """The revision that it makes."""
        return made_by(self.change)

    @property
    def is_refused(self) -> bool:
        """Whether the server quarantines it for certain."""
        return self.open_part.get("people") == TOO_MANY


@dataclass
class Truth:
    """The ledger of one history."""

    known: dict[str, Acknowledged] = field(default_factory=dict)
    """By the revision made."""
    gone: set[str] = field(default_factory=set)
    attempted: set[str] = field(default_factory=set)
    """Notes of everything tried, acknowledged or not."""
    erased: set[str] = field(default_factory=set)
    """Submissions that the coordinator was told are erased."""
    copied: set[str] = field(default_factory=set)
    """Devices that were copied, or put back: what is said to one copy the other one may never hear."""
    faults: list[str] = field(default_factory=list)
    """Violations found on the way."""
    _taken_back: set[str] = field(default_factory=set)
    """What the server had, said so, and lost when it was put back; until it is offered again."""
    _on_server: set[str] = field(default_factory=set)
    _of_revoked: set[str] | None = None
    """Revisions by devices that the server knows as revoked; None until there are such."""
    _opened: dict[str, set[str]] = field(default_factory=dict)
    """Revisions by the coordinator who has them."""

    def acknowledge(self, device: SimulatedDevice) -> bool:
        """Note the last change of a device; whether its id stands for another one already, which is not gone."""
        change = device.own_changes()[-1]
        (open_part,) = device.rows(f"SELECT open_part FROM revisions WHERE id = '{made_by(change)}'")[0]
        noted = Acknowledged(change, json.loads(open_part), device.name)
        before = self.known.get(noted.revision)
        self.known[noted.revision] = noted
        return before is not None and before.open_part != noted.open_part and noted.revision not in self.gone

    def look(
        self,
        server: SimulatedServer,
        devices: Iterable[SimulatedDevice],
        coordinators: Iterable[SimulatedDevice],
    ) -> None:
        """What must hold at any moment in which nothing was put back or rolled back: what was there is there."""
        held = held_by(server)
        self.faults += [
            f"revision {each} vanished from the server" for each in sorted(self._on_server - held)
        ]
        of_revoked = held_by_revoked(server)
        if self._of_revoked is not None:
            more = sorted(of_revoked - self._of_revoked)
            self.faults += [f"{each} of a revoked device was taken in" for each in more]
        self._of_revoked = of_revoked if revoked_by(server) else None
        for device in devices:
            self.faults += [
                f"{device.name} has a receipt for {each.change}, which the server has not"
                for each in device.own_changes()
                if each.delivery == "confirmed" and made_by(each) not in held | self._taken_back
            ]
        opened = {each.name: held_in(each) for each in coordinators}
        self.faults += [
            f"revision {revision} vanished from the {name}"
            for name, before in self._opened.items()
            for revision in before - opened[name]
        ]
        self._on_server, self._opened = held, opened

    def forget(
        self,
        server: SimulatedServer,
        devices: Iterable[SimulatedDevice],
        coordinators: Iterable[SimulatedDevice],
    ) -> bool:
        """Something was put back or rolled back: note what is gone for good, and begin to look anew.

        Returns whether the server lost what a device has its receipt for.
        """
        held = held_by(server)
        opened = {each.name: held_in(each) for each in coordinators}
        confirmed = {
            made_by(each)
            for device in devices
            for each in device.own_changes()
            if each.delivery == "confirmed"
        }
        made = {made_by(each) for device in devices for each in device.own_changes()}
        self.gone |= set(self.known) - held - made.union(*opened.values())
        self._taken_back |= (set(self.known) | self._on_server | made) - held
        self._on_server, self._opened, self._of_revoked = held, opened, None
        return bool(confirmed - held)


def made_by(change: OwnChange) -> str:
    """The revision that a change makes."""
    return change.change if change.kind == "withdrawal" else change.revision


def held_by(server: SimulatedServer) -> set[str]:
    """Revisions that the server accepted."""
    return {row[0] for row in server.rows("SELECT revision FROM revisions")}


def revoked_by(server: SimulatedServer) -> set[str]:
    """Devices that the server accepts nothing from any more."""
    return {row[0] for row in server.rows("SELECT id FROM devices WHERE state = 'revoked'")}


def has_ended(device: SimulatedDevice, server: SimulatedServer, coordinator: SimulatedDevice) -> bool:
    """Whether a device is of the project no more; one that went on in its place need not be known to anybody."""
    known = {row[0] for row in coordinator.rows("SELECT id FROM devices WHERE state = 'revoked'")}
    member = device.store.members.current()
    return not (revoked_by(server) | known).isdisjoint({member.device, *member.former})


def held_by_revoked(server: SimulatedServer) -> set[str]:
    """Revisions of such devices that the server accepted."""
    query = "SELECT r.revision FROM revisions r JOIN devices d ON d.id = r.device WHERE d.state = 'revoked'"
    return {row[0] for row in server.rows(query)}


def held_in(coordinator: SimulatedDevice) -> set[str]:
    """Revisions in a vault."""
    return {row[0] for row in coordinator.rows("SELECT id FROM revisions")}
