"""A confirmed device in the wrong hands, beside a recorder and a coordinator, for tests of what it may try.

Owns the parties, what is rightly signed around whatever bytes, and what must hold for everybody else; what is tried is
the test's.
"""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Collection, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random

import httpx

from server.verifying import State, verify
from sync import blocks, dictionary, envelopes
from sync.intake import Membership
from sync.messages import Media, segment_path
from sync.receipts import Verdict, from_answer, open_receipt
from sync.segments import Segment, assemble, seal
from sync.wire import NO_DIGEST, Change, ChangeKind, new_id
from tests.fieldkit.taken_over import ACCOMPLICE
from tests.simulation.day import Parties
from tests.simulation.parties import MARKER, SimulatedDevice

OWN = "its own"


@dataclass
class StolenDevice:
    """A project with its server, a recorder who sent one submission that was opened, and the device taken over."""

    parties: Parties
    member: Membership
    """The device taken over."""
    token: str
    last_n: int = 0
    previous: str = NO_DIGEST
    http: httpx.AsyncClient = field(init=False)

    def __post_init__(self) -> None:
        transport = httpx.ASGITransport(app=self.parties.server.app, raise_app_exceptions=False)
        self.http = httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8443")

    @classmethod
    def of(cls, directory: Path) -> StolenDevice:
        """The world over a directory that `before` made."""
        parties = Parties(directory, seed=1)
        way = parties.time, parties.line, Random(1)
        with closing(SimulatedDevice(ACCOMPLICE, directory / ACCOMPLICE, *way)) as device:
            return cls(parties, device.store.members.current(), device.store.members.server().token)

    @property
    def submission(self) -> str:
        """The recorder's."""
        return str(self.parties.recorder.rows("SELECT submission FROM outbox ORDER BY position")[0][0])

    @property
    def revision(self) -> str:
        """The recorder's."""
        return str(self.parties.recorder.rows("SELECT revision FROM outbox ORDER BY position")[0][0])

    @property
    def change(self) -> str:
        """The recorder's."""
        return str(self.parties.recorder.rows("SELECT change_id FROM outbox ORDER BY position")[0][0])

    def states(self) -> tuple[object, ...]:
        """What nobody but the recorder and the coordinator may change."""
        there = self.parties.coordinator.vault.submissions.open(self.submission)
        here = self.parties.recorder.vault.submissions.open(self.submission)
        verdict = self.parties.coordinator.rows(f"SELECT verdict FROM revisions WHERE id = '{self.revision}'")
        trust = self.parties.coordinator.store.members.current().trust
        return there, here, verdict, trust, self.parties.recorder.rows("SELECT form_id, version FROM forms")

    def seal(self, changes: Sequence[Change], **other: object) -> Segment:
        """Sealed and signed as it should be, unless something else is said."""
        given: dict[str, object] = {
            "project": self.member.project,
            "device": self.member.device,
            "key": self.member.key,
            "first_n": self.last_n + 1,
            "previous": self.previous,
            "recipients": self.member.trust.recipient_keys(),
            "recipients_version": 1,
        }
        return seal(changes, **given | other)  # type: ignore[arg-type]

    def assemble(
        self, open_part: bytes, sealed_part: bytes = b"", *, count: int = 1, **other: object
    ) -> Segment:
        """Rightly signed around whatever bytes."""
        header = replace(self.seal([own()] * count).header, **other)  # type: ignore[arg-type]
        return assemble(header, self.member.key, open_part, sealed_part)

    async def put(self, content: bytes, path: str = "", **headers: str) -> httpx.Response:
        """Push bytes."""
        given = {"Authorization": f"Bearer {self.token}", "Content-Type": Media.SEGMENT, **headers}
        address = path or segment_path(name_of(content))
        return await self.http.put(address, content=content, headers=given)

    async def ask(self, method: str, path: str, body: bytes = b"", **headers: str) -> httpx.Response:
        """Ask for something."""
        given = {"Authorization": f"Bearer {self.token}", **headers}
        return await self.http.request(method, path, content=body, headers=given)

    async def verdicts(self, segment: Segment) -> list[str]:
        """The reasons for which the changes are quarantined; empty for one that is accepted."""
        reply = await self.put(segment.content)
        assert reply.status_code == 200, reply.text
        self.last_n, self.previous = segment.header.last_n, segment.digest
        given = from_answer(reply.content, segment.header, segment.digest)
        receipt = open_receipt(given, self.parties.server.here.key.public)
        assert all(
            (each.reason == "") is (each.verdict is not Verdict.QUARANTINED) for each in receipt.verdicts
        )
        return [each.reason for each in receipt.verdicts]

    async def close(self) -> None:
        """End in order."""
        await self.http.aclose()
        self.parties.close()


def name_of(content: bytes) -> str:
    """The SHA-256 by which bytes are sent."""
    return hashlib.sha256(content).hexdigest()


def own(**other: object) -> Change:
    """A submission of its own, as it should be."""
    given: dict[str, object] = {
        "change_id": new_id(),
        "kind": ChangeKind.REVISION,
        "submission": new_id(),
        "revision": new_id(),
        "form_id": "meeting",
        "version": "1",
        "open_part": {"people": 3, "note": OWN},
        "sealed_part": {"who": "FORGED"},
        "name": "FORGED",
    }
    return Change.model_validate(given | other)


async def harmless(
    directory: Path, trick: Callable[[StolenDevice], Awaitable[None]], named: Collection[State] = ()
) -> None:
    """Let the device do something, and require that everybody else has what they had, and goes on.

    Args:
        named: what `verify` names afterwards.
    """
    stolen = StolenDevice.of(directory)
    try:
        known = stolen.states()
        await trick(stolen)
        await require_unharmed(stolen, known)
        assert {each.state for each in verify(stolen.parties.server.here).findings} == set(named)
    finally:
        await stolen.close()


async def require_unharmed(stolen: StolenDevice, known: tuple[object, ...]) -> None:
    """Everybody has what they had, and what the recorder sends now arrives and is opened."""
    recorder, coordinator = stolen.parties.recorder, stolen.parties.coordinator
    made = recorder.record("afterwards", 5)
    for device in (recorder, coordinator, recorder):
        await device.sync()
    assert stolen.states() == known
    there = coordinator.vault.submissions.open(made)
    assert (there.sealed_part, recorder.vault.submissions.open(made).summary.opened) == (
        {"who": f"{MARKER}-afterwards"},
        True,
    )
    assert recorder.vault.integrity_faults() == coordinator.vault.integrity_faults() == []
    assert {row[0] for row in stolen.parties.server.rows("PRAGMA integrity_check")} == {"ok"}


def text_of(change: Change, old: bytes = b"", new: bytes = b"") -> bytes:
    """The open block of one change, in which something stands for something else."""
    text = blocks.open_text([change])
    assert old in text
    return text.replace(old, new)


def block(text: bytes) -> bytes:
    return envelopes.close_open(text, dictionary.present())
