"""Functions over places: area, distance, geofence.

Owns the sphere that ODK measures on. Invariant: what is no place gives NaN or false, never an error.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from forms.xpath.contexts import Context
from forms.xpath.library.signatures import function
from forms.xpath.values import NAN, Value, text_number, texts

_EARTH_RADIUS_METRES = 6_378_100.0
"""The equator's, as in ODK."""


class _Place(NamedTuple):
    latitude: float
    longitude: float


@function("area", "any")
def _area(_: Context, value: Value) -> float:
    """Square metres inside a shape, or inside the places of a node-set, to the hundredth; 0 for fewer than three."""
    places = _places(texts(value))
    if places is None or len(places) < 3:
        return 0.0
    if places[0] != places[-1]:
        places = [*places, places[0]]
    total = math.fsum(
        math.radians(end.longitude - start.longitude)
        * (2 + math.sin(math.radians(end.latitude)) + math.sin(math.radians(start.latitude)))
        for start, end in pairwise(places)
    )
    return _hundredths(abs(total * _EARTH_RADIUS_METRES**2 / 2))


@function("distance", "any any*")
def _distance(_: Context, *values: Value) -> float:
    """Metres along the places of a trace, a node-set or several arguments, to the hundredth; NaN where blank."""
    places = _places([text for value in values for text in texts(value)])
    if places is None:
        return NAN
    return _hundredths(math.fsum(_between(start, end) for start, end in pairwise(places)))


@function("geofence", "text text")
def _geofence(_: Context, point: str, shape: str) -> bool:
    """Whether a point lies inside a closed shape (crossing number of a ray)."""
    place, fence = _place(point), _places([shape])
    if place is None or fence is None or fence[0] != fence[-1]:
        return False
    inside = False
    for start, end in pairwise(fence):
        if (end.latitude > place.latitude) == (start.latitude > place.latitude):
            continue
        share = (place.latitude - end.latitude) / (start.latitude - end.latitude)
        if place.longitude < end.longitude + share * (start.longitude - end.longitude):
            inside = not inside
    return inside


def _between(start: _Place, end: _Place) -> float:
    north, south = math.radians(start.latitude), math.radians(end.latitude)
    turn = math.radians(start.longitude - end.longitude)
    cosine = math.sin(north) * math.sin(south) + math.cos(north) * math.cos(south) * math.cos(turn)
    return math.acos(min(max(cosine, -1.0), 1.0)) * _EARTH_RADIUS_METRES


def _hundredths(number: float) -> float:
    return math.floor(number * 100 + 0.5) / 100


def _places(written: Sequence[str]) -> list[_Place] | None:
    """The places of one trace or of several points; None where one is no place or there are fewer than two."""
    if len(written) == 1:
        written = re.sub(r"(\s*;)+\s*$", "", written[0]).split(";")
    found = [_place(text) for text in written]
    places = [place for place in found if place is not None]
    return places if len(places) == len(found) >= 2 else None


def _place(text: str) -> _Place | None:
    parts = text.split()
    if not 2 <= len(parts) <= 4:
        return None
    latitude, longitude = text_number(parts[0]), text_number(parts[1])
    return _Place(latitude, longitude) if abs(latitude) <= 90 and abs(longitude) <= 180 else None
