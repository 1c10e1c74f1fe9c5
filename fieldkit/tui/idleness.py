"""Owns when a vault has been left alone for too long.

Time runs on while the computer sleeps, so that a lid closed for an hour locks at the first look after it.
"""

from __future__ import annotations

import time
from collections.abc import Callable

DEFAULT_MINUTES = 10
"""Long enough to hear one answer in a meeting; shorter asks for the passphrase in mid-sentence."""


def elapsed_seconds() -> float:
    """Seconds on a clock that cannot be set and, where the system has one, counts sleep (Linux: CLOCK_BOOTTIME)."""
    boot_clock: int | None = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if boot_clock is None else time.clock_gettime(boot_clock)


class IdleWatch:
    """Counts from the last key or click.

    Args:
        minutes: how long nobody need touch anything; what is no positive number counts as the default.
        elapsed: the clock, in seconds.
    """

    def __init__(self, minutes: object, elapsed: Callable[[], float]) -> None:
        usable = isinstance(minutes, int | float) and not isinstance(minutes, bool) and minutes > 0
        self._limit_seconds = 60.0 * (float(str(minutes)) if usable else DEFAULT_MINUTES)
        self._elapsed = elapsed
        self._stirred_at = elapsed()

    def stir(self) -> None:
        """Somebody is here."""
        self._stirred_at = self._elapsed()

    def is_over(self) -> bool:
        """Whether nobody has been here for the whole time."""
        return self._elapsed() - self._stirred_at >= self._limit_seconds
