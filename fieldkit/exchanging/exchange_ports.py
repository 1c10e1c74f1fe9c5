"""What screens and commands may ask about syncing with the project's server.

Plain values and one protocol, as in `fieldkit.ports`; `fieldkit.exchanging.exchange` stands behind them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from fieldkit.progress import SyncProgress
from sync.roles import Role


class Delivery(StrEnum):
    """Where a change is on its way to the server."""

    WAITING = "waiting"
    SEALED = "sealed"
    CONFIRMED = "confirmed"
    QUARANTINED = "quarantined"


class Stage(StrEnum):
    """Where the whole outbox is on its way to the server."""

    NO_SERVER = "no server"
    OFFLINE = "offline"
    WAITING = "waiting"
    SENDING = "sending"
    CONFIRMED = "confirmed"


@dataclass(frozen=True, slots=True)
class SyncStatus:
    """What waits, and what the server last confirmed. Read from the vault; no network."""

    stage: Stage
    waiting: int
    """Changes without a verdict."""
    quarantined: int
    confirmed: int
    last_sync: datetime | None
    unconfirmed_devices: int
    """Coordinator: devices that wait for a person to confirm them."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a sync would send."""

    changes: int
    """Submissions, corrections, withdrawals and notices."""
    length: int
    """Bytes, almost: more than two hundred changes are reckoned from the first two hundred."""
    seconds: float | None
    """On a line as the last one was; None: nothing was sent yet."""


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What one sync did, as the server confirmed it."""

    sent: int
    accepted: int
    already_held: int
    quarantined: int
    received: int
    opened: int
    held_back: int
    """Submissions of devices that nobody has confirmed yet."""
    forms: int
    waiting: int
    forked: bool = False
    """This vault was copied, or put back from an older copy; it should join again as a device of its own."""


@dataclass(frozen=True, slots=True)
class ChangeState:
    """One change of the outbox as the sync screen lists it."""

    change: str
    kind: str
    """As `sync.wire.ChangeKind`."""
    title: str
    """The form's title."""
    name: str = field(repr=False)
    delivery: Delivery
    reason: str
    """Why it was quarantined, in the words of the receipt; empty otherwise."""
    changed_at: datetime
    submission: str = ""
    received_at: datetime | None = None
    """When the server gave the receipt in force, by the server's clock; None: it gave none yet."""


@dataclass(frozen=True, slots=True)
class WaitingDevice:
    """A device that joined by code and that no coordinator has confirmed yet."""

    device: str
    role: Role
    words: tuple[str, ...]
    """Six words of its key's fingerprint, to be compared with the person who holds it."""


class Exchange(Protocol):
    """Syncing with the project's server."""

    def status(self) -> SyncStatus:
        """From the vault, without network."""

    def changes(self) -> list[ChangeState]:
        """What has no verdict or was quarantined, then the last twenty confirmed; each by age, the newest first."""

    def devices(self) -> list[WaitingDevice]:
        """Coordinator: devices that wait to be confirmed; empty for everyone else."""

    def confirm(self, device: str) -> None:
        """Certify a device; the certificate leaves with the next sync. Twice is no fault."""

    def estimate(self, only: Collection[str] | None = None) -> Estimate:
        """What a sync of these submissions (None: of all) would send; no network. Raises SyncProblem."""

    async def probe(self) -> str:
        """Greet the server and send nothing: one sentence on it. Raises SyncProblem."""

    async def answers(self) -> bool:
        """Whether the project's server answers now: one small question, asked once; nothing is sent or changed."""

    async def sync(
        self, progress: Callable[[SyncProgress], None], *, only: Collection[str] | None = None
    ) -> SyncReport:
        """Push, pull, push what the pull caused. Cancellable between requests; raises SyncProblem; loses nothing.

        Args:
            only: submissions to send now; None for all that wait.
        """
