"""What must be the same for everybody when a history has come to rest: forms, lists, and what is sealed to whom.

Owns these invariants; those of submissions are `judging`'s. Invariant: what is expected is read from the statements
that the server keeps as they were signed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sync.statements import FormStatement, ListStatement, read_claim, read_payload
from tests.server.worlds import MEETING
from tests.simulation.governing import LIST
from tests.simulation.parties import SimulatedDevice, SimulatedServer
from tests.simulation.truth import Truth


def disagreements(
    truth: Truth, server: SimulatedServer, devices: Sequence[SimulatedDevice], holder: SimulatedDevice
) -> Iterator[str]:
    """Everything that does not hold, in words.

    Args:
        devices: of those who are of the project still.
        holder: the coordinator who reseals for those who joined later.
    """
    yield from _forms_apart(server, devices)
    yield from _lists_apart(server, devices)
    for device in devices:
        if device.joined_as_coordinator:
            yield from _closed_to(truth, device, holder)


def _payloads(server: SimulatedServer, kind: str) -> Iterator[object]:
    for (jws,) in server.rows(f"SELECT jws FROM statements WHERE kind = '{kind}'"):
        yield read_payload(read_claim(jws))


def _forms_apart(server: SimulatedServer, devices: Sequence[SimulatedDevice]) -> Iterator[str]:
    """Everybody has every version, and records with the same one, which nobody withdrew."""
    versions = {each.version for each in _payloads(server, "form") if isinstance(each, FormStatement)}
    for device in devices:
        known = device.vault.library.every_version()
        if (found := {each.key.version for each in known}) != versions | {MEETING.version}:
            yield f"{device.name} has the form's versions {sorted(found)}, the server {sorted(versions)}"
        offered = device.offered()
        if any(each.withdrawn for each in known if each.key == offered):
            yield f"{device.name} records with the withdrawn version {offered.version}"


def _lists_apart(server: SimulatedServer, devices: Sequence[SimulatedDevice]) -> Iterator[str]:
    lists = [each for each in _payloads(server, "list") if isinstance(each, ListStatement)]
    if not lists:
        return
    latest = max(lists, key=lambda each: each.version).content
    for device in devices:
        found = device.rows(f"SELECT content FROM lists WHERE name = '{LIST}'")
        if found != [(latest,)]:
            yield f"{device.name} has another {LIST} than the latest"


def _closed_to(truth: Truth, device: SimulatedDevice, holder: SimulatedDevice) -> Iterator[str]:
    """Whoever became a coordinator later can read what the one who resealed can."""
    query = (
        "SELECT id, submission FROM revisions"
        " WHERE lifecycle = 'finalised' AND custody = 'whole' AND origin = 'feed'"
    )
    opened = {row[0] for row in device.rows("SELECT id FROM revisions WHERE custody = 'whole'")}
    for revision, submission in holder.rows(query):
        if revision not in opened and submission not in truth.erased:
            yield f"{device.name} can't read {revision} of {submission}, which the {holder.name} resealed"
