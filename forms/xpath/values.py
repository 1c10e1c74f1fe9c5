"""The values of expressions and how one kind becomes another.

Owns ODK's coercions: XPath 1.0 with blank text that is NaN and never 0, texts of dates that are day numbers, and
numbers written as JavaScript writes them. Leaves the functions to `library`. Invariant: a conversion never raises
but for `Undecided`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from decimal import Decimal
from typing import Final

from forms.xpath.nodes import UNKNOWN, Undecided, XNode

NAN: Final = math.nan
_DAY_SECONDS = 86_400
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_DATE_TIME = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})"
    r"(?:T([0-9]{2})(?::([0-9]{2})(?::([0-9]{2})(?:\.([0-9]+))?)?)?(Z|[+-][0-9]{2}:[0-9]{2})?)?"
)
_FARTHEST_OFFSET_HOURS = 14
_BLANKS = " \t\r\n"


class NodeSet(tuple[XNode, ...]):
    """Nodes in the order of the form, none twice."""

    __slots__ = ()


class Moment(float):
    """A day number (days since 1970-01-01 UTC, with fraction) that is written as a date or date and time."""

    text: str
    """``2026-01-15``, or ``2026-01-15T10:00:00.000+06:30`` where it is not midnight."""

    def __new__(cls, days: float, text: str) -> Moment:
        moment = super().__new__(cls, days)
        moment.text = text
        return moment

    @classmethod
    def of(cls, instant: datetime) -> Moment:
        """The moment of an aware datetime."""
        return cls(day_number(instant), moment_text(instant))


Value = str | float | bool | Moment | NodeSet
"""What an expression yields."""


def text_of(node: XNode) -> str:
    """The text of a node.

    Raises:
        Undecided: the text is unknown.
    """
    text = node.text()
    if text is UNKNOWN:
        raise Undecided
    return text


def to_text(value: object) -> str:
    """Any value as text (XPath ``string()``): of a node-set its first node, NaN is blank, ``3`` and never ``3.0``."""
    if isinstance(value, str):
        return value
    if isinstance(value, NodeSet):
        return text_of(value[0]) if value else ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Moment):
        return value.text
    assert isinstance(value, (float, int))
    return number_text(value)


def to_number(value: object, zone: tzinfo = UTC) -> float:
    """Any value as a number (XPath ``number()``): NaN for what is none, a day number for the text of a date."""
    if isinstance(value, float):
        return value
    if isinstance(value, NodeSet):
        return text_number(text_of(value[0]), zone) if value else NAN
    if isinstance(value, str):
        return text_number(value, zone)
    return 1.0 if value else 0.0


def to_boolean(value: object) -> bool:
    """Any value as true or false (XPath ``boolean()``): a text is true unless blank, a node-set unless empty."""
    if isinstance(value, bool):
        return value
    if isinstance(value, float):
        return value != 0 and value == value
    assert isinstance(value, (str, NodeSet))
    return len(value) > 0


def texts(value: object) -> list[str]:
    """The text of each node of a node-set, or the one text of any other value."""
    return [text_of(node) for node in value] if isinstance(value, NodeSet) else [to_text(value)]


def numbers(value: object, zone: tzinfo) -> list[float]:
    """The number of each node of a node-set, or the one number of any other value."""
    if isinstance(value, NodeSet):
        return [text_number(text_of(node), zone) for node in value]
    return [to_number(value, zone)]


def number_text(number: float) -> str:
    """A number as JavaScript writes it; blank for NaN.

    >>> number_text(3.0), number_text(0.1 + 0.2), number_text(1e21), number_text(-0.0), number_text(1e-7)
    ('3', '0.30000000000000004', '1e+21', '0', '1e-7')
    """
    if number != number:
        return ""
    if math.isinf(number):
        return "Infinity" if number > 0 else "-Infinity"
    size = abs(number)
    if size < 1e15 and number == int(number):
        return str(int(number))
    if 1e-6 <= size < 1e21:
        return _without_end(format(Decimal(repr(float(number))), "f"))
    digits, _, exponent = repr(float(number)).partition("e")
    sign, size_text = exponent[0], exponent[1:].lstrip("0")
    return f"{digits.removesuffix('.0')}e{sign}{size_text}"


def _without_end(text: str) -> str:
    return text.removesuffix(".0")


def text_number(text: str, zone: tzinfo = UTC) -> float:
    """A text as a number; NaN where it is none, blank included; a day number for a date or a date with a time."""
    if text.isdigit() and text.isascii():  # most answers, and half the time of what follows
        return float(text)
    if not text:
        return NAN
    text = text.strip(_BLANKS)
    if _NUMBER.fullmatch(text):
        return float(text)
    if len(text) >= 10 and text[4] == "-":
        instant = read_moment(text, zone)
        return NAN if instant is None else day_number(instant)
    if text.removeprefix("-") == "Infinity":
        return -math.inf if text[0] == "-" else math.inf
    return NAN


def read_moment(text: str, zone: tzinfo) -> datetime | None:
    """The moment of ``2026-01-15`` (midnight in the zone) or ``2026-01-15T10:00:00.000+06:30``; None for other text."""
    match = _DATE_TIME.fullmatch(text)
    if match is None:
        return None
    year, month, day, hour, minute, second, fraction, offset = match.groups()
    try:
        return datetime(
            int(year),
            int(month),
            int(day),
            int(hour or 0),
            int(minute or 0),
            int(second or 0),
            int((fraction or "0")[:6].ljust(6, "0")),
            tzinfo=_offset(offset) if offset else zone,
        ).astimezone(zone)
    except (ValueError, OverflowError):
        return None


def _offset(written: str) -> tzinfo:
    if written == "Z":
        return UTC
    hours, minutes = int(written[1:3]), int(written[4:6])
    if hours > _FARTHEST_OFFSET_HOURS or minutes > 59:
        raise ValueError("no such offset")
    east = timedelta(hours=hours, minutes=minutes)
    return timezone(east if written[0] == "+" else -east)


def day_number(instant: datetime) -> float:
    """Days since 1970-01-01 UTC, with the time of day as fraction."""
    passed = instant - _EPOCH
    return passed.days + (passed.seconds * 1_000_000 + passed.microseconds) / (_DAY_SECONDS * 1_000_000)


def from_day_number(days: float, zone: tzinfo) -> datetime | None:
    """The moment of a day number, to the millisecond; None where no calendar reaches."""
    if math.isnan(days) or math.isinf(days):
        return None
    try:
        return (_EPOCH + timedelta(milliseconds=math.floor(days * _DAY_SECONDS * 1000 + 0.5))).astimezone(
            zone
        )
    except OverflowError:
        return None


def moment_text(instant: datetime) -> str:
    """``2026-01-15`` at midnight, ``2026-01-15T10:00:00.000+06:30`` at any other time."""
    if (instant.hour, instant.minute, instant.second, instant.microsecond // 1000) == (0, 0, 0, 0):
        return date(instant.year, instant.month, instant.day).isoformat()
    return instant.isoformat(timespec="milliseconds")


def unite(parts: Iterable[Sequence[XNode]]) -> NodeSet:
    """The nodes of several sequences, each once, in the order in which they are met."""
    seen: dict[int, XNode] = {}
    for nodes in parts:
        for node in nodes:
            seen.setdefault(id(node), node)
    return NodeSet(seen.values())
