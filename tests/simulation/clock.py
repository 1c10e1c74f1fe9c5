"""The clocks of a history: one true time, and what each party's clock makes of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from tests.server.worlds import START


@dataclass
class TrueTime:
    """Time as it really passes; moved by hand."""

    seconds: float = 0.0

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self.seconds += seconds

    def monotonic(self) -> float:
        """Seconds, by no clock that anybody can set."""
        return self.seconds


@dataclass
class PartyClock:
    """The clock of one computer, which people and dead batteries set."""

    time: TrueTime
    ahead: timedelta = timedelta()

    def __call__(self) -> datetime:
        return START + timedelta(seconds=self.time.seconds) + self.ahead
