"""What of the outbox a person wants to send, and how much that is.

Owns the choice, which holds until it is taken back, for a sync by itself too. Leaves sending to
`fieldkit.exchanging.syncing`. Invariant: what was sealed goes whatever is chosen, since its number is given.
"""

from __future__ import annotations

from dataclasses import dataclass

from fieldkit.exchanging.exchange_ports import ChangeState, Delivery, Estimate, Exchange
from fieldkit.ports import Settings
from sync.wire import ChangeKind

LEFT_OUT = "left_out"
"""Setting: submissions that a person does not want to send for now."""


@dataclass(frozen=True, slots=True)
class Going:
    """What the next sync sends."""

    chosen: int
    """Changes, without the notices of a coordinator."""
    waiting: int
    """The same with those that are left out."""
    only: tuple[str, ...] | None
    """Their submissions; None: nothing is left out."""
    estimate: Estimate


class Chosen:
    """The choice of one vault; every method reads the vault."""

    def __init__(self, exchange: Exchange, settings: Settings) -> None:
        self._exchange = exchange
        self._settings = settings

    def left_out(self) -> frozenset[str]:
        """Submissions that are not sent for now."""
        kept = self._settings.get(LEFT_OUT)
        return frozenset(map(str, kept)) if isinstance(kept, list) else frozenset()

    def leave_out(self, submission: str, *, left_out: bool) -> None:
        """Leave a submission out of every sync from now on, or take it along again; durable when this returns."""
        waiting = {each.submission for each in self._waiting()}
        left = (self.left_out() & waiting) - {submission} | ({submission} if left_out else set())
        self._settings.keep(LEFT_OUT, sorted(left) or None)

    def going(self) -> Going:
        """What the next sync sends; takes as long as sealing it. Raises SyncProblem."""
        waiting, left = self._waiting(), self.left_out()
        chosen = [each for each in waiting if each.delivery is Delivery.SEALED or each.submission not in left]
        only = tuple({each.submission: None for each in chosen}) if len(chosen) < len(waiting) else None
        return Going(len(chosen), len(waiting), only, self._exchange.estimate(only))

    def _waiting(self) -> list[ChangeState]:
        """What has no verdict, without notices."""
        return [
            each
            for each in self._exchange.changes()
            if each.delivery in (Delivery.WAITING, Delivery.SEALED) and each.kind != ChangeKind.OPENED
        ]
