"""What really happened in a history, and the invariants that everything else is held against.

Owns the ledger of acknowledged changes. A change is *gone* when a fault destroyed the last copy of it that its device
and the server had; everything else must be on the server, once, when the history has come to rest.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import text

from server.queries.projections import latest
from sync.receipts import Verdict
from tests.simulation.parties import MARKER, TOO_MANY, OwnChange, SimulatedDevice, SimulatedServer


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """A change that a device said was stored."""

    change: OwnChange
    tag: str
    """Stands in its open part; empty for a withdrawal."""
    people: int
    parent: str
    """The revision that it corrects; empty for a first one."""

    @property
    def revision(self) -> str:
        """The revision that it makes."""
        return self.change.change if self.change.kind == "withdrawal" else self.change.revision


@dataclass
class Truth:
    """The ledger of one history."""

    known: dict[str, Acknowledged] = field(default_factory=dict)
    """By the revision made."""
    gone: set[str] = field(default_factory=set)
    attempted: set[str] = field(default_factory=set)
    """Tags of everything tried, acknowledged or not."""
    faults: list[str] = field(default_factory=list)
    """Violations found on the way."""
    _taken_back: set[str] = field(default_factory=set)
    """What the server had, said so, and lost when it was put back; until it is offered again."""
    _on_server: set[str] = field(default_factory=set)
    _with_coordinator: set[str] = field(default_factory=set)

    def acknowledge(self, device: SimulatedDevice, tag: str, people: int) -> None:
        """Note the last change of a device."""
        change = device.own_changes()[-1]
        parents = device.rows(f"SELECT parents FROM revisions WHERE id = '{change.revision}'")[0][0]
        noted = Acknowledged(change, tag, people, "".join(json.loads(parents)[:1]))
        self.known[noted.revision] = noted

    def look(
        self, server: SimulatedServer, devices: Iterable[SimulatedDevice], coordinator: SimulatedDevice
    ) -> None:
        """What must hold at any moment in which nothing was put back or rolled back: what was there is there."""
        held = held_by(server)
        self.faults += [
            f"revision {each} vanished from the server" for each in sorted(self._on_server - held)
        ]
        for device in devices:
            self.faults += [
                f"{device.name} has a receipt for {each.change}, which the server has not"
                for each in device.own_changes()
                if each.delivery == "confirmed" and made_by(each) not in held | self._taken_back
            ]
        opened = {row[0] for row in coordinator.rows("SELECT id FROM revisions")}
        self.faults += [
            f"revision {each} vanished from the coordinator" for each in self._with_coordinator - opened
        ]
        self._on_server, self._with_coordinator = held, opened

    def forget(
        self, server: SimulatedServer, devices: Iterable[SimulatedDevice], coordinator: SimulatedDevice
    ) -> None:
        """Something was put back or rolled back: note what is gone for good, and begin to look anew."""
        left = held_by(server)
        for device in devices:
            left |= {made_by(each) for each in device.own_changes()}
        self.gone |= set(self.known) - left
        self._taken_back |= set(self.known) - held_by(server)
        self._on_server = held_by(server)
        self._with_coordinator = {row[0] for row in coordinator.rows("SELECT id FROM revisions")}


def made_by(change: OwnChange) -> str:
    """The revision that a change makes."""
    return change.change if change.kind == "withdrawal" else change.revision


def held_by(server: SimulatedServer) -> set[str]:
    """Revisions that the server accepted."""
    return {row[0] for row in server.rows("SELECT revision FROM revisions")}


def violations(
    truth: Truth,
    server: SimulatedServer,
    devices: list[SimulatedDevice],
    coordinator: SimulatedDevice,
    directory: Path,
) -> Iterator[str]:
    """What does not hold although all faults are over and everybody has synced."""
    yield from truth.faults
    yield from _losses(truth, server)
    yield from _stuck(truth, devices)
    yield from _differences(truth, server, coordinator)
    yield from _leaks(directory)


def _losses(truth: Truth, server: SimulatedServer) -> Iterator[str]:
    """Everything acknowledged is there exactly once; nothing else is."""
    held = held_by(server)
    refused = {row[0] for row in server.rows("SELECT change_id FROM changes WHERE verdict = 'quarantined'")}
    for revision, noted in truth.known.items():
        expected = refused if noted.people == TOO_MANY else held
        name = noted.change.change if noted.people == TOO_MANY else revision
        if name not in expected and revision not in truth.gone:
            yield f"{noted.change.kind} {revision} ({noted.tag}) is lost"
    tags = Counter(
        row[0] for row in server.rows("SELECT json_extract(open_part, '$.note') FROM revisions") if row[0]
    )
    yield from (f"{tag} is there {count} times" for tag, count in tags.items() if count > 1)
    yield from (f"{tag} was never recorded" for tag in set(tags) - truth.attempted)


def _stuck(truth: Truth, devices: Iterable[SimulatedDevice]) -> Iterator[str]:
    """Every outbox is empty, and every device knows what a coordinator opened."""
    for device in devices:
        for change in device.own_changes():
            if change.delivery in ("waiting", "sealed"):
                yield f"{device.name} still has {change.change} {change.delivery}"
            noted = truth.known.get(made_by(change))
            expected = "quarantined" if noted is not None and noted.people == TOO_MANY else "confirmed"
            if change.delivery != expected:
                yield f"{device.name} has {change.change} {change.delivery} instead of {expected}"
        unopened = device.rows(
            "SELECT r.id FROM revisions r JOIN outbox o ON o.revision = r.id AND o.kind = 'revision'"
            f" WHERE r.opened_at IS NULL AND o.verdict <> '{Verdict.QUARANTINED}'"
        )
        yield from (f"{device.name} never heard that {row[0]} was opened" for row in unopened)


def _differences(truth: Truth, server: SimulatedServer, coordinator: SimulatedDevice) -> Iterator[str]:
    """Server and coordinator hold the same, and the sums are those of what was accepted."""
    held = {row[0] for row in server.rows("SELECT revision FROM revisions WHERE lifecycle = 'finalised'")}
    there = {
        row[0]
        for row in coordinator.rows(
            f"SELECT id FROM revisions WHERE verdict IN ('{Verdict.ACCEPTED}', '{Verdict.ALREADY_HELD}')"
            " AND lifecycle = 'finalised'"
        )
    }
    yield from (f"the coordinator lacks {revision}" for revision in sorted(held - there))
    yield from (f"the coordinator alone has {revision}" for revision in sorted(there - held - truth.gone))
    expected = _sum(truth, held_by(server))
    if (found := _counted_by(server)) != expected:
        yield f"the server counts {found} people instead of {expected}"


def _sum(truth: Truth, held: set[str]) -> int:
    """People in the submissions that count, reckoned from the ledger: of two heads the one with the higher id."""
    revisions: dict[str, list[Acknowledged]] = {}
    for revision in held & set(truth.known):
        revisions.setdefault(truth.known[revision].change.submission, []).append(truth.known[revision])
    total = 0
    for made in revisions.values():
        if all(each.change.kind == "revision" for each in made):
            followed = {each.parent for each in made}
            heads = [each for each in made if each.revision not in followed]
            total += max(heads, key=lambda each: each.revision).people
    return total


def _counted_by(server: SimulatedServer) -> int:
    """The same by the server's own reading of its store."""
    with server.here.store.read() as connection:
        ids = [row[0] for row in connection.execute(text("SELECT id FROM submissions"))]
        return sum(int(str(each.answers["people"])) for each in latest(connection, ids))


def _leaks(directory: Path) -> Iterator[str]:
    """Sealed text stands in no file of the server, and in no file of a device in clear."""
    marker = MARKER.encode()
    for file in sorted(directory.rglob("*")):
        if file.is_file() and marker in file.read_bytes():
            yield f"sealed text stands in {file.relative_to(directory)}"
