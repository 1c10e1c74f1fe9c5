"""The clock of a vault: the computer's, unless that is surely wrong or a person has put it right.

Owns what day it is in this vault; leaves time zones and the time of day to the computer. Invariant: unless a person
said otherwise, today is never before the day of the last revision made here: a laptop whose clock battery is dead must
not refuse every date.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

from fieldkit.ports import Settings
from fieldkit.vault import moments
from fieldkit.vault.database import Connection, Database

DAYS_AHEAD = "clock_days_ahead"
"""Setting: how many days this vault is ahead of the computer (negative: behind); none while nobody has set it."""

_LAST_MADE_HERE = "SELECT max(recorded_at) FROM revisions WHERE origin = 'device'"


class VaultClock:
    """`fieldkit.ports.Clock` over the computer's clock; before `load` it is the computer's.

    Args:
        computer: gives aware datetimes.
    """

    def __init__(self, computer: Callable[[], datetime], settings: Settings) -> None:
        self._computer = computer
        self._settings = settings
        self._days_ahead: int | None = None
        self._trusted = date.min

    def __call__(self) -> datetime:
        """Now, on the day that it is in this vault."""
        there = self._computer()
        if self._days_ahead is not None:
            return there + timedelta(days=self._days_ahead)
        return there + timedelta(days=max(0, (self._trusted - there.date()).days))

    @property
    def computer_day(self) -> date:
        """The day that the computer says it is."""
        return self._computer().date()

    def set_today(self, day: date) -> None:
        """Let today be this day; it then runs on with the computer's clock. Durable when this returns."""
        days = (day - self.computer_day).days
        self._settings.keep(DAYS_AHEAD, days)
        self._days_ahead = days

    def load(self, database: Database) -> None:
        """Take over what was set before, and the last day that this vault knows of."""
        kept = self._settings.get(DAYS_AHEAD)
        self._days_ahead = kept if isinstance(kept, int) else None
        self._trusted = database.read(_last_day)


def _last_day(connection: Connection) -> date:
    (last,) = connection.execute(_LAST_MADE_HERE).fetchone()
    return date.min if last is None else moments.read(last).astimezone().date()
