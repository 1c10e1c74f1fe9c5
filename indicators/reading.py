"""From TOML to a catalogue, checked on the way.

Owns the words of the files and what is refused; `docs/indicators.md` explains them to authors. Units are
`indicators.unit_tables`'. A part takes from its indicator what it does not say itself. Invariant: a fault names the
table and the key, all faults are told at once, and nothing is counted with a catalogue that has one.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cache, partial
from importlib import resources
from itertools import product
from typing import Any

from indicators.catalogue import (
    COMPARING,
    SPREAD,
    Bounds,
    Catalogue,
    FormReading,
    Indicator,
    Kind,
    Measure,
    Part,
    Share,
    Split,
    Sum,
    Table,
    Term,
    Unit,
    Words,
)
from indicators.entries import Entry, filled, filled_for, need_known, text, words
from indicators.faults import CatalogueFault, Faults, Faulty, InvalidCatalogue, Unread
from indicators.unit_tables import read_unit

FILES = ("units", "reach", "voice", "concerns", "mediation", "training")
QUALITY = "quality"
"""The file of the quality measures, which stand beside the catalogue; and the group of all of them."""
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
_OF_TABLE = {"id": str, "title": object, "unit": str, "where": list, "columns": dict}
_OF_FORM = {"versions": list, "renamed": dict}
_DECIMALS = {Kind.RATIO: 1, Kind.RELATIVE: 2, Kind.MEDIAN: 1, Kind.LOWER: 1, Kind.UPPER: 1, Kind.MEAN: 2}


@cache
def shipped() -> Catalogue:
    """The catalogue that comes with fieldkit."""
    return read(*_shipped_texts())


def with_own(*texts: str) -> Catalogue:
    """The shipped catalogue and an organisation's own, as one. Raises InvalidCatalogue."""
    return read(*_shipped_texts(), *texts)


def with_quality(catalogue: Catalogue) -> Catalogue:
    """The catalogue with the quality measures (Q01 and on) after its indicators. Raises InvalidCatalogue."""
    written = _definitions(QUALITY)
    entries, faults = tomllib.loads(written), Faults()
    units = {name: read_unit(name, entry, faults) for name, entry in entries["unit"].items()}
    every = {**catalogue.units, **{name: unit for name, unit in units.items() if unit is not None}}
    groups = {**catalogue.groups, **{name: words(given) for name, given in entries["group"].items()}}
    found = [
        faults.tried(partial(_indicator, entry, every, groups, catalogue.words))
        for entry in entries["indicator"]
    ]
    if faults.found:
        raise InvalidCatalogue(faults.found)
    return replace(
        catalogue,
        units=every,
        indicators=(*catalogue.indicators, *(indicator for indicator in found if indicator is not None)),
        groups=groups,
        digest=hashlib.sha256(f"{catalogue.digest}\0{written}".encode()).hexdigest(),
    )


def _shipped_texts() -> list[str]:
    return [_definitions(name) for name in FILES]


def _definitions(name: str) -> str:
    return resources.files("indicators").joinpath("definitions", f"{name}.toml").read_text(encoding="utf-8")


def read(*texts: str) -> Catalogue:
    """One catalogue from one or more TOML texts. Raises InvalidCatalogue (IND-001) with every fault."""
    catalogue, faults = gathered(*texts)
    if faults:
        raise InvalidCatalogue(faults)
    return catalogue


def gathered_with_own(*texts: str) -> tuple[Catalogue, tuple[CatalogueFault, ...]]:
    """What can be read of the shipped catalogue and an organisation's own, and every fault."""
    return gathered(*_shipped_texts(), *texts)


def gathered(*texts: str) -> tuple[Catalogue, tuple[CatalogueFault, ...]]:
    """What can be read of some TOML texts, and every fault; nothing is counted with a catalogue that has one."""
    faults, data = Faults(), dict[str, Any]()
    for given in texts:
        faults.tried(partial(_gather, data, given, faults))
    catalogue = _catalogue(data, faults, hashlib.sha256("\0".join(texts).encode()).hexdigest())
    return catalogue, tuple(faults.found)


def _catalogue(data: Entry, faults: Faults, digest: str) -> Catalogue:
    """What could be read; the rest is in the faults."""
    forms = {name: faults.tried(partial(_form, name, entry)) for name, entry in data.get("form", {}).items()}
    units = {name: read_unit(name, entry, faults) for name, entry in data.get("unit", {}).items()}
    sound = {name: unit for name, unit in units.items() if unit is not None}
    groups = {name: words(given) for name, given in data.get("group", {}).items()}
    spoken = {
        name: {code: words(given) for code, given in entry.items()}
        for name, entry in data.get("words", {}).items()
    }
    indicators = [
        faults.tried(partial(_indicator, entry, units, groups, spoken)) for entry in data.get("indicator", ())
    ]
    found = tuple(indicator for indicator in indicators if indicator is not None)
    faults.tried(partial(_need_once, [indicator.id for indicator in found]))
    tables = [faults.tried(partial(_table, entry, units)) for entry in data.get("table", ())]
    return Catalogue(
        forms={name: form for name, form in forms.items() if form is not None},
        units=sound,
        tables={table.id: table for table in tables if table is not None},
        indicators=found,
        groups=groups,
        words=spoken,
        digest=digest,
    )


_LISTS, _TABLES = frozenset({"indicator", "table"}), frozenset({"form", "unit", "words", "group"})


def _gather(data: dict[str, Any], given: str, faults: Faults) -> None:
    """Add the tables of one text to those read before; a name that stands twice is a fault."""
    try:
        more = tomllib.loads(given)
    except tomllib.TOMLDecodeError as error:
        raise Faulty("the file", str(error).rstrip(".")) from error
    for name, entries in more.items():
        faults.tried(partial(_add, data, name, entries, faults))


def _add(data: dict[str, Any], name: str, entries: object, faults: Faults) -> None:
    if name in _LISTS and isinstance(entries, list):
        data.setdefault(name, []).extend(entries)
        return
    if name not in _TABLES or not isinstance(entries, dict):
        raise Faulty(name, "no table of a catalogue is called so")
    known = data.setdefault(name, {})
    for each, entry in entries.items():
        if name != "group" and not isinstance(entry, dict):
            faults.found.append(Faulty(f"{name}.{each}", "it must be a table").fault)
        elif each not in known:
            known[each] = entry
        elif name == "form":
            known[each] = faults.tried(partial(_both_readings, each, known[each], entry)) or known[each]
        else:
            faults.found.append(Faulty(f"{name}.{each}", "it stands there twice").fault)


def _both_readings(name: str, first: Entry, second: Entry) -> Entry:
    """Versions of one form that two texts say how to read."""
    for entry in (first, second):
        need_known(f"form.{name}", entry, _OF_FORM)
    before, more = first.get("renamed", {}), second.get("renamed", {})
    if twice := sorted(before.keys() & more.keys()):
        raise Faulty(f"form.{name}.renamed", f"the version {twice[0]} stands there twice")
    versions = [*first.get("versions", ()), *second.get("versions", ())]
    return {"versions": versions, "renamed": {**before, **more}}


def _form(name: str, entry: Entry) -> FormReading:
    need_known(f"form.{name}", entry, _OF_FORM)
    return FormReading(tuple(entry.get("versions", ())), dict(entry.get("renamed", {})))


def _indicator(
    entry: Entry,
    units: Mapping[str, Unit | None],
    groups: Mapping[str, Words],
    spoken: Mapping[str, Mapping[str, Words]],
) -> Indicator:
    named = entry.get("id") if isinstance(entry, dict) else None
    need_known(str(named or "indicator"), entry, _OF_INDICATOR | _OF_PART | _OF_MEASURE)
    where = text(entry, "id", "indicator")
    if (group := str(entry.get("group", ""))) and group not in groups:
        raise Faulty(where, f"there is no group {group}")
    text(entry, "title", where)
    defaults = {key: value for key, value in entry.items() if key not in _OF_INDICATOR}
    parts = []
    for given in entry.get("part", [{}]):
        need_known(where, given, _OF_PART | _OF_MEASURE)
        for each in filled_for(given, spoken):
            parts.append(_part(where, {"title": entry["title"], "id": "", **defaults, **each}, units))
    for part_id in (part.id for part in parts):
        if sum(part.id == part_id for part in parts) > 1:
            raise Faulty(where, f"the part {part_id or 'without an id'} stands there twice")
    return Indicator(
        id=where,
        version=int(entry.get("version", 1)),
        name=text(entry, "name", where),
        group=group,
        title=words(entry["title"]),
        note=str(entry.get("note", "")),
        rules=tuple(entry.get("rules", ())),
        parts=tuple(parts),
    )


def _part(where: str, entry: Entry, units: Mapping[str, Unit | None]) -> Part:
    unit = _unit_of(entry, units, where)
    kind = _kind(where, entry)
    by = tuple(entry.get("by", ()))
    for name in (*by, *entry.get("same", ())):
        if name not in unit.codes:
            raise Faulty(where, f"the unit {unit.name} is not broken down by {name}")
    return Part(
        id=str(entry["id"]),
        title=words(entry["title"]),
        unit=unit.name,
        kind=kind,
        decimals=int(entry.get("decimals", _DECIMALS.get(kind, 1))),
        measure=_measure(where, entry, unit, kind),
        splits=tuple(_split(where, entry, each, unit, kind) for each in entry.get("split", ())),
        by=by,
        same=tuple(entry.get("same", ())),
        inside=bool(entry.get("inside", False)),
        sensitive=bool(entry.get("sensitive", False)),
        quarters_only=bool(entry.get("quarters_only", False)),
    )


def _kind(where: str, entry: Entry) -> Kind:
    given = entry.get("kind", "share" if entry.get("denominator") else "count")
    try:
        return Kind(given)
    except ValueError:
        raise Faulty(where, f"there is no kind {given}; there are {', '.join(Kind)}") from None


def _split(where: str, entry: Entry, split: Entry, unit: Unit, kind: Kind) -> Split:
    by = tuple(split.get("by", ()))
    if not by or any(not split.get(name) for name in by):
        raise Faulty(where, "a split names what it is by, and the codes of each")
    need_known(where, split, _OF_MEASURE | {"by": list} | dict.fromkeys(by, list))
    own = {key: value for key, value in split.items() if key in _OF_MEASURE}
    measures = {}
    for codes in product(*(split[name] for name in by)):
        of_codes = filled({**entry, **own}, dict(zip(by, codes, strict=True)))
        measures[codes] = _measure(where, of_codes, unit, kind)
    return Split(by, measures)


def _measure(where: str, entry: Entry, unit: Unit, kind: Kind) -> Measure:
    need_known(where, entry.get("against", {}), _OF_SHARE)
    need_known(where, entry.get("bounds", {}), _OF_BOUNDS)
    measure = Measure(
        where=tuple(entry.get("where", ())),
        share=_share(entry),
        against=_share(entry["against"]) if "against" in entry else None,
        bounds=_bounds(entry["bounds"]) if "bounds" in entry else None,
        excluded=tuple(entry.get("excluded", ())),
    )
    if not measure.share.numerator:
        raise Faulty(where, "it has no numerator")
    if (measure.against is not None) != (kind in COMPARING):
        raise Faulty(where, f"a {kind} {'needs' if kind in COMPARING else 'has no'} against")
    if not measure.share.denominator and kind not in {Kind.COUNT, Kind.WHETHER, *SPREAD}:
        raise Faulty(where, f"a {kind} has a denominator")
    _need_columns(
        where, unit, (*measure.where, *measure.excluded, *(term.column for term in terms_of(measure)))
    )
    for column in measure.excluded:
        if column not in unit.reasons:
            raise Faulty(where, f"the column {column} has no reason in words")
    return measure


def terms_of(measure: Measure) -> Iterator[Term]:
    """Every term that a measure adds up."""
    for share in (measure.share, measure.against):
        if share is not None:
            yield from (*share.numerator, *share.denominator)
    if measure.bounds is not None:
        yield from (*measure.bounds.low, *measure.bounds.high, *measure.bounds.of)


def _share(entry: Entry) -> Share:
    return Share(_terms(entry.get("numerator", ())), _terms(entry.get("denominator", ())))


def _bounds(entry: Entry) -> Bounds:
    return Bounds(*(_terms(entry.get(name, ())) for name in ("low", "high", "of")))


def _table(entry: Entry, units: Mapping[str, Unit | None]) -> Table:
    need_known("table", entry, _OF_TABLE)
    where = text(entry, "id", "table")
    unit = _unit_of(entry, units, where)
    columns, conditions = dict(entry.get("columns", {})), tuple(entry.get("where", ()))
    _need_columns(where, unit, (*columns, *conditions))
    text(entry, "title", where)
    return Table(where, words(entry["title"]), unit.name, conditions, columns)


def _unit_of(entry: Entry, units: Mapping[str, Unit | None], where: str) -> Unit:
    name = text(entry, "unit", where)
    if name not in units:
        raise Faulty(where, f"there is no unit {name}")
    unit = units[name]
    if unit is None:
        raise Unread
    return unit


def _need_columns(where: str, unit: Unit, columns: Iterable[str]) -> None:
    for column in columns:
        if column not in unit.columns:
            raise Faulty(where, f"the unit {unit.name} has no column {column}")


def _need_once(ids: Iterable[str]) -> None:
    seen: set[str] = set()
    for indicator_id in ids:
        if indicator_id in seen:
            raise Faulty(indicator_id, "the id stands there twice")
        seen.add(indicator_id)


def _terms(names: Iterable[str]) -> Sum:
    return tuple(Term(name.removeprefix("-"), -1 if name.startswith("-") else 1) for name in names)
