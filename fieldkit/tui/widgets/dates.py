"""Dates and times as people type them: read with as few keys as possible.

Pure. Leaves whether the date is allowed to the form. Invariant: text that is not surely a date is never changed.
"""

from __future__ import annotations

import re
from datetime import date, timedelta

_ISO = re.compile(r"(\d{4})[-./ ](\d{1,2})[-./ ](\d{1,2})")
_DAY_FIRST = re.compile(r"(\d{1,2})(?:[-./ ](\d{1,2})(?:[-./ ](\d{4}))?)?")
_TIME = re.compile(r"(\d{1,2})(?:[:.h ]?(\d{2}))?")
_HOURS, _MINUTES = 24, 60
_BACK = re.compile(r"[-\u2212\u2013](\d{1,3})")
"""With the minus of a keyboard, of mathematics, or the dash that some word processors make of it."""
_MONTH = re.compile(r"(?:(\d{4})[-./ ](\d{1,2})|(\d{1,2})(?:[-./ ](\d{4}))?)")
_YEAR = re.compile(r"\d{4}")
_MONTHS_TO_TRY = 24
"""A day that no month of two years has (31 February) is no date; one leap day in four years is typed in full."""


def read_date(text: str, today: date) -> date | None:
    """The day that a text means; None when it means none.

    ``t`` or ``0`` is today, ``y`` or ``-1`` yesterday, ``14`` the last 14th that was, ``14.1`` the last 14 January, and
    a whole date may be written year first or day first. Burmese digits count: patterns and `int` read every script's.

    >>> read_date("\N{MINUS SIGN}3", date(2026, 2, 3))
    datetime.date(2026, 1, 31)
    >>> read_date("14", date(2026, 2, 3)), read_date("14.1.2025", date(2026, 2, 3))
    (datetime.date(2026, 1, 14), datetime.date(2025, 1, 14))
    """
    typed = text.strip().lower()
    if typed in ("t", "y"):
        return today - timedelta(days=int(typed == "y"))
    if match := _BACK.fullmatch(typed):
        return today - timedelta(days=int(match[1]))
    if match := _ISO.fullmatch(typed):
        return _day(int(match[1]), int(match[2]), int(match[3]))
    if match := _DAY_FIRST.fullmatch(typed):
        number, month, year = (int(part) if part else None for part in match.groups())
        assert number is not None
        if number == 0 and month is None:
            return today
        return _last(number, month, today) if year is None else _day(year, month or 0, number)
    return None


def read_month(text: str, today: date) -> date | None:
    """The first day of the month that a text means; None when it means none.

    ``2026-02``, ``2.2026``, ``2`` for the last February that was, and whatever `read_date` reads.

    >>> read_month("2.2025", date(2026, 3, 2)), read_month("11", date(2026, 3, 2))
    (datetime.date(2025, 2, 1), datetime.date(2025, 11, 1))
    """
    match = _MONTH.fullmatch(text.strip())
    if match is None:
        day = read_date(text, today)
        return None if day is None else day.replace(day=1)
    month = int(match[2] or match[3])
    year = match[1] or match[4]
    return _last(1, month, today) if year is None else _day(int(year), month, 1)


def read_year(text: str, today: date) -> date | None:
    """The first day of the year that a text means, a whole year or whatever `read_date` reads; None: none.

    >>> read_year("2024", date(2026, 3, 2)), read_year("t", date(2026, 3, 2))
    (datetime.date(2024, 1, 1), datetime.date(2026, 1, 1))
    """
    typed = text.strip()
    if _YEAR.fullmatch(typed):
        return _day(int(typed), 1, 1)
    day = read_date(typed, today)
    return None if day is None else day.replace(month=1, day=1)


def read_time(text: str) -> str | None:
    """``hours:minutes`` of a time typed short; None when the text means none.

    >>> read_time("830"), read_time("8.30"), read_time("17"), read_time("25")
    ('08:30', '08:30', '17:00', None)
    """
    match = _TIME.fullmatch(text.strip())
    if match is None:
        return None
    hour, minute = int(match[1]), int(match[2] or 0)
    return f"{hour:02}:{minute:02}" if hour < _HOURS and minute < _MINUTES else None


def _last(number: int, month: int | None, today: date) -> date | None:
    """The last day of that number (and month) that is not after today."""
    year, at = today.year, today.month
    for _ in range(_MONTHS_TO_TRY):
        found = _day(year, at, number) if month in (None, at) else None
        if found is not None and found <= today:
            return found
        year, at = (year, at - 1) if at > 1 else (year - 1, 12)
    return None


def _day(year: int, month: int, number: int) -> date | None:
    try:
        return date(year, month, number)
    except ValueError:
        return None
