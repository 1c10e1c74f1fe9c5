"""Places on the earth as people write them: read into latitude and longitude in degrees.

Pure. Leaves whether the place is allowed to the form. Invariant: text that is not surely a place is never changed.
"""

from __future__ import annotations

import re

from forms.codecs import ascii_digits

_NUMBER = r"[-+]?\d+(?:\.\d+)?"
_PAIR = re.compile(
    rf"\(?\s*({_NUMBER})\s*(?:,|;|\s)\s*({_NUMBER})(?:[\s,]+({_NUMBER}))?(?:[\s,]+({_NUMBER}))?\s*\)?"
)
_COMMA_PAIR = re.compile(r"([-+]?\d+),(\d+)\s*(?:;\s*|\s)([-+]?\d+),(\d+)")
"""Decimal commas; read before pairs, which would take the parts for four numbers."""
_LETTERS_FIRST = re.compile(r"([NSEW])([^NSEW]+)([NSEW])([^NSEW]+)")
_LETTERS_LAST = re.compile(r"([^NSEW]+)([NSEW])([^NSEW]+)([NSEW])")
_ANGLE = re.compile(r"(\d+(?:\.\d+)?)[°º\s]*(?:(\d+(?:\.\d+)?)['′’\s]*(?:(\d+(?:\.\d+)?)[\"″”'\s]*)?)?")
_AXES = {"N": "latitude", "S": "latitude", "E": "longitude", "W": "longitude"}
_DECIMALS = 7
"""A centimetre; more would only pretend."""


def read_place(text: str) -> str | None:
    """``latitude longitude`` (and altitude and accuracy, where given) in degrees; None when the text means no place.

    Decimal degrees, ``16.8, 96.15`` as maps on the web give them, degrees and minutes, degrees, minutes and seconds,
    with N, S, E, W before or after. Without letters latitude comes first.

    >>> read_place("16.8, 96.15"), read_place("16°48'30\\"N 96°9'E"), read_place("here")
    ('16.8 96.15', '16.8083333 96.15', None)
    """
    typed = ascii_digits(text.strip()).upper().replace("\u2212", "-").removeprefix("GEO:")
    if match := _COMMA_PAIR.fullmatch(typed):
        return f"{match[1]}.{match[2]} {match[3]}.{match[4]}".replace("+", "")
    if match := _PAIR.fullmatch(typed):
        return " ".join(part.removeprefix("+") for part in match.groups() if part)
    if match := _LETTERS_FIRST.fullmatch(typed):
        return _in_degrees({match[1]: match[2], match[3]: match[4]})
    if match := _LETTERS_LAST.fullmatch(typed):
        return _in_degrees({match[2]: match[1], match[4]: match[3]})
    return None


def _in_degrees(written: dict[str, str]) -> str | None:
    """Letter to angle as written, to ``latitude longitude``; None unless there is one of each."""
    angles = {_AXES[letter]: _degrees(angle, negative=letter in "SW") for letter, angle in written.items()}
    latitude, longitude = angles.get("latitude"), angles.get("longitude")
    return None if latitude is None or longitude is None else f"{latitude} {longitude}"


def _degrees(written: str, *, negative: bool) -> str | None:
    match = _ANGLE.fullmatch(written.strip(" ,;"))
    if match is None:
        return None
    degrees, minutes, seconds = (float(part or 0) for part in match.groups())
    if minutes >= 60 or seconds >= 60:
        return None
    size = degrees + minutes / 60 + seconds / 3600
    return f"{-size if negative else size:.{_DECIMALS}f}".rstrip("0").rstrip(".")
