"""How the vault writes moments: UTC, ISO 8601, always as long, so that text sorts as time does.

The clock passed in has the offset of the place; devices that travel would otherwise list the newest in the middle.
"""

from __future__ import annotations

from datetime import UTC, datetime


def written(moment: datetime) -> str:
    """The moment as stored. Raises ValueError for one without an offset.

    >>> from datetime import timedelta, timezone
    >>> written(datetime(2026, 3, 2, 18, 30, tzinfo=timezone(timedelta(hours=6.5))))
    '2026-03-02T12:00:00.000000+00:00'
    """
    if moment.tzinfo is None:
        raise ValueError("a moment needs its offset from UTC")
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def read(text: str) -> datetime:
    """The moment, in UTC."""
    return datetime.fromisoformat(text)
