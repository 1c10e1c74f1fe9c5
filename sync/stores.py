"""What a device keeps for the exchange: the four things that `sync.exchange` asks for, as protocols.

Owns their contracts; the vault implements them on its database, tests in memory. Every call that writes is one
durable transaction, and may be repeated.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from sync.identity import SigningKey
from sync.intake import Intake, Membership
from sync.messages import DeviceNotice, Held
from sync.planning import Candidate, Refusal
from sync.receipts import Receipt
from sync.resealing import Generation
from sync.segments import Segment
from sync.wire import Change


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """How far the feed was read; an empty epoch and 0 before the first time."""

    epoch: str
    sequence: int
    watermark: int | None = field(default=None, compare=False)
    """As the page behind it told; None: it did not."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """The changes that come next, all for one audience, and where the device's chain stands."""

    candidates: Sequence[Candidate]
    """In the order in which they were made; at most `LIMITS.changes`."""
    first_n: int
    previous: str
    """Digest of the device's last segment, or `sync.wire.NO_DIGEST`."""
    audience: str


@dataclass(frozen=True, slots=True)
class Taken:
    """What was new in a page, or in all pages of a pull."""

    received: int = 0
    """Changes of other devices."""
    opened: int = 0
    """Of these, changes whose sealed part was opened here."""
    forms: int = 0
    """Form versions and lists that are new here."""
    held_back: int = 0
    """Changes of devices that no coordinator has confirmed."""
    refused: int = 0
    """Entries that did not hold."""

    def __add__(self, other: Taken) -> Taken:
        return Taken(
            self.received + other.received,
            self.opened + other.opened,
            self.forms + other.forms,
            self.held_back + other.held_back,
            self.refused + other.refused,
        )


class Members(Protocol):
    """Who this device is, and the statements that it made."""

    def current(self) -> Membership:
        """Who this device is. Raises SyncProblem NO_SERVER when it belongs to no project."""

    def notice(self, device: str) -> DeviceNotice | None:
        """A device as the server told of it; None for one that is not known here."""

    def project_key(self) -> SigningKey | None:
        """The project's signing key, on the one coordinator's device that holds it."""

    def keep_statement(self, jws: str) -> None:
        """Keep a statement made here, to be sent."""

    def learn_statement(self, jws: str) -> None:
        """Keep a statement that was checked; the server has it already. Twice is no fault."""

    def unsent_statements(self) -> list[str]:
        """Statements made here that the server has not taken yet."""

    def offer_again(self, statements: Sequence[str]) -> None:
        """Send statements that are kept here once more."""

    def statements_sent(self, statements: Sequence[str]) -> None:
        """The server took them."""


class Outbox(Protocol):
    """What this device made and the server has yet to confirm."""

    def count_waiting(self) -> int:
        """Revisions and withdrawals without a verdict."""

    def unsettled(self, held: Held | None) -> list[str]:
        """Digests of own segments to offer, the first n first.

        Those without a receipt; and, by what the server says it holds, those that it lost or holds otherwise.
        """

    def own_segment(self, digest: str) -> Generation:
        """A segment that this device sealed."""

    def waiting(self, only: Collection[str] | None) -> Waiting | None:
        """The changes that come next; None when nothing waits.

        Args:
            only: submissions; None for all. Opened notices always go.
        """

    def refuse(self, refusals: Sequence[Refusal]) -> None:
        """Set changes aside that can't travel: quarantined here, with their reason."""

    def take_back(self, digests: Collection[str]) -> None:
        """Forget the receipts of segments that the server lost: they, and own changes in them, wait again."""

    def given_since(self, epoch: str) -> list[str]:
        """Digests of own segments whose receipts were given in a life of the server, or in those met after it."""

    def keep_sealed(self, segment: Segment, changes: Sequence[Change]) -> None:
        """Keep the sealed bytes and give the changes their n."""

    def keep_receipt(self, receipt: Receipt, data: bytes) -> None:
        """Give the changes of an own segment their verdicts, by what the server itself answers now."""


class Feed(Protocol):
    """What came from the server."""

    def checkpoint(self) -> Checkpoint:
        """How far the feed was read."""

    def take(self, intake: Intake, checkpoint: Checkpoint | None) -> Taken:
        """Take in a page and move the checkpoint, together; what is there already changes nothing."""

    def confirmed_by_now(self) -> list[tuple[int, bytes]]:
        """Segments kept raw whose device has a certificate by now, with their sequence."""


class Courier(Protocol):
    """What this device can carry for others, on a stick or to the server."""

    def carried(self) -> list[str]:
        """Digests of other devices' segments that the server has yet to confirm, a device's first n first.

        A coordinator's only: others can't know what the server confirmed to somebody else.
        """

    def lost(self) -> list[str]:
        """Those of `carried` that the server had taken in before it was put back from a backup."""

    def addressed_to(self, device: str) -> list[str]:
        """Digests of this device's own segments that the other alone may fetch, the first n first."""

    def content(self, digest: str) -> bytes:
        """The bytes of a segment that is kept here, whoever sealed it."""

    def receipts_of(self, device: str) -> list[bytes]:
        """The receipts in force that are kept here for a device's segments, the first n first."""

    def statements_for(self, device: str) -> list[str]:
        """The statements that a device needs: all but certificates and revocations of other recorders and trainers."""

    def statements(self) -> list[str]:
        """Every statement that is kept here, certificates first: the others are judged by them."""

    def unheld(self, held: Mapping[str, Held]) -> list[str]:
        """Digests of other devices' segments that a server with this version vector lacks, or holds otherwise.

        A coordinator's only.
        """

    def note_ahead(self, resealed: Mapping[str, int]) -> None:
        """Let the later generations that are kept here be brought again; durable when this returns.

        Args:
            resealed: the generations that the server holds, as `sync.messages.Vector` tells them.
        """

    def vector(self) -> dict[str, Held]:
        """The version vector: how far each device's chain is kept here without a gap; none of those without any."""


class DeviceStore(Protocol):
    """The four together."""

    @property
    def members(self) -> Members:
        """Who this device is."""

    @property
    def outbox(self) -> Outbox:
        """What goes out."""

    @property
    def feed(self) -> Feed:
        """What came in."""

    @property
    def courier(self) -> Courier:
        """What can be carried."""
