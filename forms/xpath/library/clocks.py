"""Functions over dates and times: the clock, conversions, formats.

Owns the formats of ODK XForms (section Date and time functions). Invariant: all of them read texts in the zone of
the world's clock.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import datetime, time

from forms.xpath.contexts import Context
from forms.xpath.library.signatures import function
from forms.xpath.values import (
    NAN,
    Moment,
    NodeSet,
    Value,
    day_number,
    from_day_number,
    read_moment,
    to_number,
    to_text,
)

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_SHORT_DATE = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})(T.*)?")
_TIME = re.compile(r"[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?(Z|[+-][0-9]{2}:[0-9]{2})?")
_DAY_SECONDS = 86_400


@function("today", is_certain=False)
def _today(context: Context) -> Moment:
    return Moment.of(datetime.combine(context.world.now().date(), time(), context.world.zone))


@function("now", is_certain=False)
def _now(context: Context) -> Moment:
    return Moment.of(context.world.now())


@function("date", "any")
@function("date-time", "any")
def _date(context: Context, value: Value) -> Value:
    """The moment of a text or of a day number; blank stays blank, and what is no date becomes blank."""
    moment = _moment(context, value)
    return "" if moment is None else Moment.of(moment)


@function("decimal-date-time", "any")
def _decimal_date_time(context: Context, value: Value) -> float:
    moment = _moment(context, value)
    return NAN if moment is None else day_number(moment)


@function("decimal-time", "text")
def _decimal_time(context: Context, text: str) -> float:
    """The part of a day that has passed at ``10:30``; at ``10:30:00.000+06:30`` in the zone of the clock."""
    zone = context.world.zone
    moment = read_moment(f"1970-01-01T{text}", zone) if _TIME.fullmatch(text) else None
    if moment is None:
        return NAN
    midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    return (moment - midnight).total_seconds() / _DAY_SECONDS


_PARTS: dict[str, Callable[[datetime], str]] = {
    "Y": lambda at: f"{at.year:04}",
    "y": lambda at: f"{at.year:04}"[2:],
    "m": lambda at: f"{at.month:02}",
    "n": lambda at: str(at.month),
    "b": lambda at: _MONTHS[at.month - 1],
    "d": lambda at: f"{at.day:02}",
    "e": lambda at: str(at.day),
    "a": lambda at: _DAYS[at.weekday()],
    "H": lambda at: f"{at.hour:02}",
    "h": lambda at: str(at.hour),
    "M": lambda at: f"{at.minute:02}",
    "S": lambda at: f"{at.second:02}",
    "3": lambda at: f"{at.microsecond // 1000:03}",
}


@function("format-date", "any text")
@function("format-date-time", "any text")
def _format(context: Context, value: Value, form: str) -> str:
    """The moment with each ``%`` and letter replaced; blank where there is none; months and days in English."""
    moment = _moment(context, value)
    if moment is None:
        return ""

    def written(match: re.Match[str]) -> str:
        part = _PARTS.get(match[1])
        return part(moment) if part else match[0]

    return re.sub("%(.)", written, form)


def _moment(context: Context, value: Value) -> datetime | None:
    zone = context.world.zone
    if isinstance(value, bool):
        return None
    if isinstance(value, (str, NodeSet)):
        return _read(context, to_text(value).strip())
    days = to_number(value, zone)
    return None if math.isnan(days) else from_day_number(days, zone)


def _read(context: Context, text: str) -> datetime | None:
    match = _SHORT_DATE.fullmatch(text)
    if match is not None:
        year, month, day, clock = match.groups()
        text = f"{year}-{month:0>2}-{day:0>2}{clock or ''}"
    return read_moment(text, context.world.zone)
