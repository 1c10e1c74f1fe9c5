"""From TOML to a catalogue, checked on the way.

Owns the words of the files and what is refused; `docs/indicators.md` explains them to authors. Units are
`indicators.unit_tables`', indicators `indicators.indicator_tables`'. Invariant: a fault names the table and the key,
all faults are told at once, and nothing is counted with a catalogue that has one.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Sequence
from dataclasses import replace
from functools import cache, partial
from importlib import resources
from typing import Any

from indicators.catalogue import Catalogue, FormReading, Table
from indicators.entries import Entry, sound, text, words
from indicators.faults import CatalogueFault, Faults, Faulty, InvalidCatalogue, Place, Unread, named
from indicators.indicator_tables import Known, Units, need_columns, read_indicator, unit_of
from indicators.unit_tables import read_unit

FILES = ("units", "reach", "voice", "concerns", "mediation", "training")
QUALITY = "quality"
"""The file of the quality measures, which stand beside the catalogue; and the group of all of them."""
_OF_TABLE = {"id": str, "title": object, "unit": str, "where": list, "columns": dict}
_OF_FORM = {"versions": list, "renamed": dict}
Numbered = tuple[int, Any]
"""An entry with its number among those of its text."""


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
    known = Known(every, groups, catalogue.words)
    found = [
        read_indicator(number, entry, known, faults) for number, entry in enumerate(entries["indicator"])
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
    forms = {
        name: faults.tried(partial(_form, name, entry, faults))
        for name, entry in data.get("form", {}).items()
    }
    units = {name: read_unit(name, entry, faults) for name, entry in data.get("unit", {}).items()}
    sound = {name: unit for name, unit in units.items() if unit is not None}
    groups = {name: words(given) for name, given in data.get("group", {}).items()}
    spoken = {
        name: {code: words(given) for code, given in entry.items()}
        for name, entry in data.get("words", {}).items()
    }
    known, numbered = Known(units, groups, spoken), data.get("indicator", [])
    indicators = [read_indicator(number, entry, known, faults) for number, entry in numbered]
    _need_once(faults, numbered)
    tables = [
        faults.tried(partial(_table, number, entry, units, faults)) for number, entry in data.get("table", ())
    ]
    return Catalogue(
        forms={name: form for name, form in forms.items() if form is not None},
        units=sound,
        tables={table.id: table for table in tables if table is not None},
        indicators=tuple(indicator for indicator in indicators if indicator is not None),
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
        data.setdefault(name, []).extend(enumerate(entries))
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
            known[each] = (
                faults.tried(partial(_both_readings, each, known[each], entry, faults)) or known[each]
            )
        else:
            faults.found.append(Faulty(f"{name}.{each}", "it stands there twice").fault)


def _both_readings(name: str, first: Entry, second: Entry, faults: Faults) -> Entry:
    """Versions of one form that two texts say how to read."""
    first, second = (sound(named(f"form.{name}"), entry, _OF_FORM, faults) for entry in (first, second))
    before, more = first.get("renamed", {}), second.get("renamed", {})
    if twice := sorted(before.keys() & more.keys()):
        raise Faulty(f"form.{name}.renamed", f"the version {twice[0]} stands there twice")
    versions = [*first.get("versions", ()), *second.get("versions", ())]
    return {"versions": versions, "renamed": {**before, **more}}


def _form(name: str, entry: Entry, faults: Faults) -> FormReading:
    given = sound(named(f"form.{name}"), entry, _OF_FORM, faults)
    return FormReading(tuple(given.get("versions", ())), dict(given.get("renamed", {})))


def _table(number: int, entry: object, units: Units, faults: Faults) -> Table:
    named = entry.get("id") if isinstance(entry, dict) else None
    place = Place(str(named or "table"), ("table", number))
    before = len(faults.found)
    given = sound(place, entry, _OF_TABLE, faults)
    for key in ("id", "title"):
        faults.tried(partial(text, given, key, place.at(key)))
    unit = unit_of(given, units, place.at("unit"))
    columns, conditions = given.get("columns", {}), given.get("where", ())
    need_columns(faults, place.at("columns"), unit, columns)
    need_columns(faults, place.at("where"), unit, conditions)
    if len(faults.found) > before:
        raise Unread
    return Table(given["id"], words(given["title"]), unit.name, tuple(conditions), dict(columns))


def _need_once(faults: Faults, entries: Sequence[Numbered]) -> None:
    """Note every indicator whose id another one has taken."""
    seen: set[str] = set()
    for number, entry in entries:
        named = str(entry.get("id", "")) if isinstance(entry, dict) else ""
        if named and named in seen:
            faults.note(Place(named, ("indicator", number, "id")), "the id stands there twice")
        seen.add(named)
