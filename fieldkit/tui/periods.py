"""The periods that one key chooses: whole months, quarters and years around today, and everything."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta

from indicators.grouping import months_later

FIRST_DAY = date(2011, 1, 1)
"""The forms take no earlier day."""

Span = tuple[date, date]
"""First and last day, both included."""


def _whole(months: int, back: int) -> Callable[[date], Span]:
    """The month, quarter or year that is so many of its kind before the one of today."""

    def span(today: date) -> Span:
        begun = date(today.year, (today.month - 1) // months * months + 1, 1)
        start = months_later(begun, -months * back)
        return start, months_later(start, months) - timedelta(days=1)

    return span


PRESETS: Mapping[str, Callable[[date], Span]] = {
    "this month": _whole(1, 0),
    "last month": _whole(1, 1),
    "this quarter": _whole(3, 0),
    "last quarter": _whole(3, 1),
    "this year": _whole(12, 0),
    "last year": _whole(12, 1),
    "everything": lambda today: (FIRST_DAY, today),
}
"""Name to the days that it means on a day."""

OWN = "days of my own"
"""The name of a period that no preset gives."""


def name_of(span: Span, today: date) -> str:
    """The preset that means these days today, else `OWN`.

    >>> name_of((date(2026, 1, 1), date(2026, 3, 31)), date(2026, 2, 3))
    'this quarter'
    """
    return next((name for name, preset in PRESETS.items() if preset(today) == span), OWN)
