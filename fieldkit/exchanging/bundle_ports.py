"""What screens and commands ask of bundles: files that go to and come from others on a stick.

Owns the protocol and its reports; `fieldkit.exchanging.bundling` stands behind it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from fieldkit.progress import SyncProgress


@dataclass(frozen=True, slots=True)
class BundleWritten:
    """What was written; nothing counts as delivered by it."""

    files: tuple[str, ...]
    """Their names, without the folder."""
    length: int
    """Bytes of all of them."""
    changes: int
    """Own changes without a receipt; in a bundle for a device, those made for it."""
    notices: int
    """Own notices that a change was opened; nobody waits to hear that they arrived."""
    carried: int
    """Changes of other devices."""
    receipts: int
    statements: int
    for_server: bool
    """Whether the server can open it, besides the coordinators."""
    for_device: bool = False
    """Whether one device can open it, besides the coordinators; the server then can't."""


@dataclass(frozen=True, slots=True)
class BundleRead:
    """What was new in the files that were read."""

    files: int
    own: int
    """Files that this vault wrote itself: nothing was taken from them."""
    received: int
    opened: int
    held_back: int
    """Changes of devices that nobody has confirmed yet."""
    forms: int
    receipts: int
    """Of this vault's own segments, those that had none before."""
    refused: int
    """Entries that did not hold."""
    missing: tuple[int, ...]
    """Parts that belong to the same bundles and were not among the files."""
    waiting: int
    """Own changes that still have no verdict."""
    unread: tuple[str, ...] = ()
    """Of each file that could not be read, what is wrong with it; nothing was taken from those."""


class Bundles(Protocol):
    """Writing to a stick and reading from one; no network."""

    def write(
        self,
        place: Path,
        progress: Callable[[SyncProgress], None],
        *,
        only: Collection[str] | None = None,
        device: str = "",
        largest: int = 0,
    ) -> BundleWritten:
        """Write what waits for the coordinators and the server, or what a coordinator has for one device.

        Args:
            place: a new file, or a folder, in which the file gets a name that tells nothing.
            only: submissions to seal now; None for all that wait.
            device: whom it is for; empty for the coordinators and the server.
            largest: bytes of a file, above which it is split; 0 for no limit of one's own.

        Raises:
            SyncProblem: STICK with nothing lost; EXCHANGE_RUNS; NOT_ALLOWED, UNKNOWN_DEVICE, NO_SERVER.
        """

    def read(self, files: Sequence[Path], progress: Callable[[SyncProgress], None]) -> BundleRead:
        """Take in files, in any order and as often as one likes; of a folder, all bundles in it.

        Raises:
            SyncProblem: STICK, BUNDLE, BUNDLE_CLOSED, SIGNATURE, where no file could be read.
        """
