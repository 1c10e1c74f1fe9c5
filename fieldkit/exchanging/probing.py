"""When the project's server is asked by itself whether it is there.

Pure: owns the pauses, which stand nowhere else; `fieldkit.exchanging.syncing` asks. The operating system's word about
the network decides nothing: a line may be up and lead nowhere, and a village's radio link is no network to it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

AT_START_SECONDS = 2.0
"""After unlocking: the first screen comes first."""
AFTER_NEWS_SECONDS = 8.0
"""After finalising: time to see a mistake, or to begin the next recording without noticing the sync."""
FIRST_PAUSE_SECONDS = 60.0
LONGEST_PAUSE_SECONDS = 30 * 60.0
"""Rarer would miss the half hour in which a car with a signal is there; more often would cost battery and money."""
GROWTH = 2.0


@dataclass(frozen=True, slots=True)
class Probing:
    """When the server is asked next; times are seconds of one clock."""

    due_at: float
    pause_seconds: float = FIRST_PAUSE_SECONDS
    """After the next question that brings nothing."""

    @classmethod
    def begin(cls, now: float) -> Probing:
        """Just after unlocking."""
        return cls(now + AT_START_SECONDS)

    def is_due(self, now: float) -> bool:
        """Whether to ask now.

        >>> Probing.begin(10.0).is_due(11.0), Probing.begin(10.0).is_due(12.0)
        (False, True)
        """
        return now >= self.due_at

    def after_news(self, now: float) -> Probing:
        """Something new waits here: ask soon, and let the pauses begin anew. Several together wait for the first."""
        soon = now + AFTER_NEWS_SECONDS
        return Probing(self.due_at if now <= self.due_at <= soon else soon)

    def after_asking(self, now: float, *, brought_something: bool, chance: float) -> Probing:
        """The server was asked, or a person synced: wait, and longer each time that it brought nothing.

        Args:
            chance: from 0 to 1; up to half of the pause is left out by it, so that devices don't ask together.
        """
        pause = FIRST_PAUSE_SECONDS if brought_something else self.pause_seconds
        longer = min(LONGEST_PAUSE_SECONDS, pause * GROWTH)
        return replace(self, due_at=now + pause * (1 - chance / 2), pause_seconds=longer)
