"""The canonical text of an answer of each type, from what a person typed or a file holds.

Owns ODK's data types and the words that tell why a text is none of them. Leaves the order of chosen values and the
constraints to the interview. Invariant: a canonical text is its own canonical text; blank stays blank.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal

from forms.definition import Control

LARGEST_INT = 2_147_483_647
"""ODK XForms gives ``int`` 32 bits."""
_MOST_DECIMALS = 20
"""As many as ODK's engine writes."""
_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
_DATE = re.compile(r"([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})")
_TIME = re.compile(r"([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]+))?)?(Z|[+-][0-9]{2}:[0-9]{2})?")
_CLOCK = r"[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?"
_ZONED_CLOCK = _CLOCK + r"(?:[-+][0-9]{2}:[0-9]{2}|Z)?"
_ODK_SPELLINGS = {
    "date": re.compile(rf"[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}(?:T(?:{_CLOCK}|[0-9]{{2}}(?::[0-9]{{2}})?))?"),
    "dateTime": re.compile(rf"[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}T{_ZONED_CLOCK}"),
    "time": re.compile(_ZONED_CLOCK),
}
_FARTHEST_OFFSET_HOURS = 14
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""Control characters but tab and line feed, the C1 set, what turns the direction of text, and halves of pairs."""


@dataclass(frozen=True, slots=True)
class WrongAnswer:
    """Why a text is no answer of its type, in words for the person who typed it; it never repeats the text."""

    message: str


_WRONG_WHOLE = WrongAnswer("Give a whole number, such as 12, in digits only.")
_WRONG_NUMBER = WrongAnswer("Give a number, such as 2.5, in digits only.")
_WRONG_PLACE = WrongAnswer("Give the place as latitude and longitude in degrees, such as 16.8 96.15.")
_WRONG_COMMA = WrongAnswer(
    "Give a number, such as 2.5. Use a point for decimals, and nothing between thousands."
)


def canonical(value_type: str, control: Control, raw: str | Sequence[str]) -> str | WrongAnswer:
    """The text that an answer is stored and sent as; blank for a blank answer.

    >>> canonical("int", Control.INPUT, " ၁၂ "), canonical("decimal", Control.INPUT, "1")
    ('12', '1.0')

    Args:
        value_type: ODK data type, as in `definition.Node.value_type`; an unknown one is read as text.
        raw: what was typed, or the chosen values, which are joined by spaces as they come.
    """
    if not isinstance(raw, str):
        raw = " ".join(raw)
    text = _UNSEEN.sub("", raw.replace("\r\n", "\n"))
    if not text.strip():
        return ""
    if control in (Control.SELECT_MULTIPLE, Control.RANK):
        return " ".join(dict.fromkeys(text.split()))
    if control is Control.SELECT_ONE:
        return text.strip()
    if control is Control.TRIGGER:
        return (
            "OK" if text.strip() in ("OK", "ok", "true", "1") else WrongAnswer("Only OK can be given here.")
        )
    read = _READERS.get(value_type)
    return text if read is None else read(ascii_digits(text.strip()))


def computed(value_type: str, control: Control, text: str, *, as_odk: bool = False) -> str:
    """The text that a calculation, a default or an action stores; blank for what is no value of the type.

    ODK's rules for what nobody typed: a whole number loses its decimals, and spaces are a text.

    Args:
        as_odk: take a date or time only in the spellings that ODK's web engine takes.

    >>> computed("int", Control.NONE, "2.9"), computed("string", Control.NONE, " "), computed("int", Control.NONE, "x")
    ('2', ' ', '')
    """
    if value_type in ("string", "boolean") and control in (Control.NONE, Control.INPUT):
        return _UNSEEN.sub("", text.replace("\r\n", "\n"))
    if as_odk and value_type in _ODK_SPELLINGS and not _ODK_SPELLINGS[value_type].fullmatch(text):
        return ""
    read = canonical(value_type, control, truncated(text) if value_type == "int" else text)
    return read if isinstance(read, str) else ""


def truncated(text: str) -> str:
    """The text of a number without its decimals; any other text as it is."""
    number = Decimal(text) if _NUMBER.fullmatch(text) else None
    return text if number is None else str(int(number))


def ascii_digits(text: str) -> str:
    """The text with the digits of every script, Burmese among them, as ``0`` to ``9``."""
    if text.isascii():
        return text
    return "".join(str(unicodedata.decimal(each, each)) for each in text)


def decimal_text(number: Decimal) -> str:
    """A number in plain digits with at least one decimal place, ``1.0``, and at most 20."""
    whole, _, part = f"{number:.{_MOST_DECIMALS}f}".partition(".")
    written = f"{whole}.{part.rstrip('0') or '0'}"
    return "0.0" if written == "-0.0" else written


def _int(text: str) -> str | WrongAnswer:
    if not _NUMBER.fullmatch(text):
        return _WRONG_WHOLE if "," not in text else _WRONG_COMMA
    number = Decimal(text)
    if abs(number) > LARGEST_INT:
        return WrongAnswer("This number is too large.")
    if number != int(number):
        return WrongAnswer("Give a whole number, such as 12, without a decimal part.")
    return str(int(number))


def _decimal(text: str) -> str | WrongAnswer:
    if not _NUMBER.fullmatch(text):
        return _WRONG_NUMBER if "," not in text else _WRONG_COMMA
    number = Decimal(repr(float(text)))
    return decimal_text(number) if number.is_finite() else WrongAnswer("This number is too large.")


def _date(text: str) -> str | WrongAnswer:
    match = _DATE.fullmatch(text.partition("T")[0])
    if match is None:
        return WrongAnswer("Give the date as year-month-day, such as 2026-01-31.")
    try:
        return date(*(int(part) for part in match.groups())).isoformat()
    except ValueError:
        return WrongAnswer("There is no such day in the calendar.")


def _time(text: str) -> str | WrongAnswer:
    match = _TIME.fullmatch(text)
    if match is None:
        return WrongAnswer("Give the time as hours:minutes, such as 14:30.")
    hour, minute, second, fraction, offset = match.groups()
    try:
        time(int(hour), int(minute), int(second or 0))
    except ValueError:
        return WrongAnswer("There is no such time of day.")
    if offset and not _is_offset(offset):
        return WrongAnswer("There is no such time zone: offsets go up to 14 hours.")
    if second is None:
        return f"{int(hour):02}:{minute}:00.000{offset or ''}"
    return f"{int(hour):02}:{minute}:{second}{'.' + fraction if fraction else ''}{offset or ''}"


def _is_offset(offset: str) -> bool:
    return offset == "Z" or (int(offset[1:3]) <= _FARTHEST_OFFSET_HOURS and int(offset[4:6]) <= 59)


def _date_time(text: str) -> str | WrongAnswer:
    day_text, _, time_text = text.replace(" ", "T", 1).partition("T")
    day, clock = _date(day_text), _time(time_text or "00:00")
    if _DATE.fullmatch(day_text) is None:
        return WrongAnswer("Give day and time, such as 2026-01-31 14:30.")
    if isinstance(day, WrongAnswer):
        return day
    return clock if isinstance(clock, WrongAnswer) else f"{day}T{clock}"


def _boolean(text: str) -> str | WrongAnswer:
    if text in ("true", "1"):
        return "true"
    return "false" if text in ("false", "0") else WrongAnswer("Give true or false.")


def _geopoint(text: str) -> str | WrongAnswer:
    parts = text.split()
    if not 2 <= len(parts) <= 4 or not all(_NUMBER.fullmatch(part) for part in parts):
        return _WRONG_PLACE
    numbers = [Decimal(repr(float(part))) for part in parts]
    if not all(number.is_finite() for number in numbers) or abs(numbers[0]) > 90 or abs(numbers[1]) > 180:
        return WrongAnswer("Latitude goes from -90 to 90, longitude from -180 to 180.")
    return " ".join(map(decimal_text, numbers))


def _line(text: str) -> list[str] | WrongAnswer:
    places = [_geopoint(part) for part in re.sub(r"\s*;\s*$", "", text).split(";")]
    wrong = next((place for place in places if isinstance(place, WrongAnswer)), None)
    return wrong or [place for place in places if isinstance(place, str)]


def _geotrace(text: str) -> str | WrongAnswer:
    line = _line(text)
    if isinstance(line, WrongAnswer):
        return line
    return ";".join(line) if len(line) >= 2 else WrongAnswer("A line needs two places or more.")


def _geoshape(text: str) -> str | WrongAnswer:
    line = _line(text)
    if isinstance(line, WrongAnswer):
        return line
    if len(line) < 3 or line[0].split()[:2] != line[-1].split()[:2]:
        return WrongAnswer("A shape needs three places or more, and the last is the first again.")
    return ";".join(line)


_READERS: dict[str, Callable[[str], str | WrongAnswer]] = {
    "int": _int,
    "decimal": _decimal,
    "date": _date,
    "time": _time,
    "dateTime": _date_time,
    "boolean": _boolean,
    "geopoint": _geopoint,
    "geotrace": _geotrace,
    "geoshape": _geoshape,
}
