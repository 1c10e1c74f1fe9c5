"""From a table ``[[indicator]]`` to an indicator, checked on the way.

Owns the keys of an indicator, its parts and splits. A part takes from its indicator what it does not say itself.
Invariant: a fault leaves the rest of the table to be checked, so that an author hears of all of them at once, each with
the key that it is about.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import product

from indicators.catalogue import (
    COMPARING,
    SPREAD,
    Bounds,
    Indicator,
    Kind,
    Measure,
    Part,
    Share,
    Split,
    Sum,
    Term,
    Unit,
    Words,
)
from indicators.entries import Entry, filled, filled_for, near, sound, text, words
from indicators.faults import Faults, Faulty, Place, Unread

_OF_INDICATOR = {
    "id": str, "version": int, "name": str, "group": str, "title": object, "note": str, "rules": list, "part": list,
}  # fmt: skip
_OF_PART = {
    "id": str, "title": object, "for": dict, "unit": str, "kind": str, "decimals": int, "split": list, "by": list,
    "same": list, "inside": bool, "sensitive": bool, "quarters_only": bool,
}  # fmt: skip
_OF_MEASURE = {
    "where": list, "numerator": list, "denominator": list, "against": dict, "bounds": dict, "excluded": list,
}  # fmt: skip
_OF_SHARE = {"numerator": list, "denominator": list}
_OF_BOUNDS = {"low": list, "high": list, "of": list}
_COLUMNS = ("where", "excluded", *_OF_SHARE, *_OF_BOUNDS)
"""Keys whose values name columns."""
_DECIMALS = {Kind.RATIO: 1, Kind.RELATIVE: 2, Kind.MEDIAN: 1, Kind.LOWER: 1, Kind.UPPER: 1, Kind.MEAN: 2}

Units = Mapping[str, Unit | None]
"""Name to unit; None: it can't be read, which is noted already."""


@dataclass(frozen=True, slots=True)
class Known:
    """What an indicator may name."""

    units: Units
    groups: Mapping[str, Words]
    words: Mapping[str, Mapping[str, Words]]
    """Of codes, by disaggregation."""


def read_indicator(number: int, entry: object, known: Known, faults: Faults) -> Indicator | None:
    """The indicator of a table; None, and every fault noted, where it has some.

    Args:
        number: of the table among those of its text, from 0.
    """
    return faults.tried(partial(_indicator, number, entry, known, faults))


def _indicator(number: int, entry: object, known: Known, faults: Faults) -> Indicator:
    named = entry.get("id") if isinstance(entry, dict) else None
    place = Place(str(named or "indicator"), ("indicator", number))
    before = len(faults.found)
    given = sound(place, entry, _OF_INDICATOR | _OF_PART | _OF_MEASURE, faults)
    for key in ("id", "title", "name"):
        faults.tried(partial(text, given, key, place.at(key)))
    if (group := given.get("group", "")) and group not in known.groups:
        faults.note(place.at("group"), f"there is no group {group}{near(group, known.groups)}")
    parts = list(_parts(place, given, known, faults))
    for part_id, count in Counter(part.id for part in parts if part is not None).items():
        if count > 1:
            faults.note(place, f"the part {part_id or 'without an id'} stands there twice")
    if len(faults.found) > before or None in parts:
        raise Unread
    return Indicator(
        id=given["id"],
        version=given.get("version", 1),
        name=given["name"],
        group=group,
        title=words(given["title"]),
        note=given.get("note", ""),
        rules=tuple(given.get("rules", ())),
        parts=tuple(part for part in parts if part is not None),
    )


def _parts(place: Place, given: Entry, known: Known, faults: Faults) -> Iterator[Part | None]:
    """Each part; None, and its faults noted, where it has some."""
    shared = {key: value for key, value in given.items() if key not in _OF_INDICATOR}
    shared |= {"title": given.get("title", ""), "id": ""}
    for number, own in enumerate(given.get("part", [{}])):
        there = place.at("part", number)
        said = faults.tried(partial(sound, there, own, _OF_PART | _OF_MEASURE, faults))
        for each in filled_for(said, known.words) if said is not None else ():
            reader = _PartReader(place, there, each, {**shared, **each}, known.units, faults)
            yield faults.tried(reader.read)


class _PartReader:
    """One part, with what it takes from its indicator.

    Args:
        of: the indicator.
        place: the part.
        own: what the part says itself.
        entry: that, and what the indicator says.
    """

    def __init__(
        self, of: Place, place: Place, own: Collection[str], entry: Entry, units: Units, faults: Faults
    ) -> None:
        self._of, self._place, self._own = of, place, own
        self._entry, self._units, self._faults = entry, units, faults

    def read(self) -> Part:
        """The part. Raises Unread where it has a fault, which is noted."""
        before, entry = len(self._faults.found), self._entry
        kind = self._faults.tried(self._kind)
        unit = self._faults.tried(lambda: unit_of(entry, self._units, self._at("unit")))
        if unit is None or kind is None:
            raise Unread
        for key in ("by", "same"):
            for name in entry.get(key, ()):
                if name not in unit.codes:
                    hint = near(name, unit.codes)
                    self._faults.note(
                        self._at(key), f"the unit {unit.name} is not broken down by {name}{hint}"
                    )
        measure = self._measure(entry, unit, kind, self._at)
        splits = [self._split(number, each, unit, kind) for number, each in enumerate(entry.get("split", ()))]
        if len(self._faults.found) > before:
            raise Unread
        return Part(
            id=entry["id"],
            title=words(entry["title"]),
            unit=unit.name,
            kind=kind,
            decimals=entry.get("decimals", _DECIMALS.get(kind, 1)),
            measure=measure,
            splits=tuple(split for split in splits if split is not None),
            by=tuple(entry.get("by", ())),
            same=tuple(entry.get("same", ())),
            inside=entry.get("inside", False),
            sensitive=entry.get("sensitive", False),
            quarters_only=entry.get("quarters_only", False),
        )

    def _at(self, key: str) -> Place:
        """Where a key of the part stands: with the part, or with its indicator."""
        return (self._place if key in self._own else self._of).at(key)

    def _kind(self) -> Kind:
        given = self._entry.get("kind", "share" if self._entry.get("denominator") else "count")
        try:
            return Kind(given)
        except ValueError:
            there_are = f"there is no kind {given}; there are {', '.join(Kind)}"
            raise Faulty(self._at("kind"), there_are) from None

    def _split(self, number: int, split: object, unit: Unit, kind: Kind) -> Split | None:
        place = self._at("split").at(number)
        by = tuple(split.get("by", ())) if isinstance(split, dict) else ()
        if not isinstance(split, dict) or not by or any(not split.get(name) for name in by):
            self._faults.note(place, "a split names what it is by, and the codes of each")
            return None
        keys = {**_OF_MEASURE, "by": list, **dict.fromkeys(by, list)}
        given = sound(place, split, keys, self._faults)
        own = {key: value for key, value in given.items() if key in _OF_MEASURE}

        def at(key: str) -> Place:
            return place.at(key) if key in own else self._at(key)

        measures = {}
        for codes in product(*(given[name] for name in by)):
            of_codes = filled({**self._entry, **own}, dict(zip(by, codes, strict=True)))
            measures[codes] = self._measure(of_codes, unit, kind, at)
        return Split(by, measures)

    def _measure(self, entry: Entry, unit: Unit, kind: Kind, at: Callable[[str], Place]) -> Measure:
        """What is added up; its faults are noted."""
        note = self._faults.note
        against, limits = (
            sound(at(key), entry.get(key, {}), keys, self._faults)
            for key, keys in (("against", _OF_SHARE), ("bounds", _OF_BOUNDS))
        )
        measure = Measure(
            where=tuple(entry.get("where", ())),
            share=_share(entry),
            against=_share(against) if "against" in entry else None,
            bounds=Bounds(*(_terms(limits.get(key, ())) for key in _OF_BOUNDS))
            if "bounds" in entry
            else None,
            excluded=tuple(entry.get("excluded", ())),
        )
        if not measure.share.numerator:
            note(at("numerator"), "it has no numerator")
        if (measure.against is not None) != (kind in COMPARING):
            note(at("against"), f"a {kind} {'needs' if kind in COMPARING else 'has no'} against")
        if not measure.share.denominator and kind not in {Kind.COUNT, Kind.WHETHER, *SPREAD}:
            note(at("denominator"), f"a {kind} has a denominator")
        for key, given in (("", entry), ("against", against), ("bounds", limits)):
            place = at(key) if key else None
            for named in filter(given.__contains__, _COLUMNS):
                columns = (term.column for term in _terms(given[named]))
                need_columns(self._faults, at(named) if place is None else place.at(named), unit, columns)
        for column in measure.excluded:
            if column in unit.columns and column not in unit.reasons:
                note(at("excluded"), f"the column {column} has no reason in words")
        return measure


def unit_of(entry: Entry, units: Units, place: Place) -> Unit:
    """The unit that an entry names. Raises Faulty; Unread where that has faults of its own."""
    name = text(entry, "unit", place)
    if name not in units:
        raise Faulty(place, f"there is no unit {name}{near(name, units)}")
    unit = units[name]
    if unit is None:
        raise Unread
    return unit


def need_columns(faults: Faults, place: Place, unit: Unit, columns: Iterable[str]) -> None:
    """Note every name that is no column of the unit."""
    for column in columns:
        if column not in unit.columns:
            faults.note(place, f"the unit {unit.name} has no column {column}{near(column, unit.columns)}")


def terms_of(measure: Measure) -> Iterator[Term]:
    """Every term that a measure adds up."""
    for share in (measure.share, measure.against):
        if share is not None:
            yield from (*share.numerator, *share.denominator)
    if measure.bounds is not None:
        yield from (*measure.bounds.low, *measure.bounds.high, *measure.bounds.of)


def _share(entry: Entry) -> Share:
    return Share(_terms(entry.get("numerator", ())), _terms(entry.get("denominator", ())))


def _terms(names: Iterable[str]) -> Sum:
    return tuple(Term(name.removeprefix("-"), -1 if name.startswith("-") else 1) for name in names)
