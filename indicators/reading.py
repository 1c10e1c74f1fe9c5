"""From TOML to a catalogue, checked on the way.

Owns the words of the files and what is refused; `docs/indicators.md` explains them to authors. Invariant: a fault names
the table and the key, and nothing is counted with a catalogue that has one.

A part takes from its indicator what it does not say itself. ``for = {window = ["m1", "m3"]}`` repeats an entry with
``{window}`` filled in; a column whose name holds ``{gender}`` is repeated over the unit's ``over.gender``.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from importlib import resources
from itertools import product
from typing import Any

from forms.problems import Problem
from forms.xpath import Tree, parse
from indicators.catalogue import (
    COMPARING,
    SPREAD,
    Bounds,
    Catalogue,
    FollowUp,
    FormReading,
    Indicator,
    Kind,
    Measure,
    Part,
    Share,
    Split,
    StandingFor,
    Sum,
    Table,
    Term,
    Unit,
    Words,
)
from indicators.expressions import NotPlain, numeric, question_of
from indicators.problems import IndicatorProblem

Entry = Mapping[str, Any]

FILES = ("units", "reach", "voice", "concerns", "mediation", "training")
_OF_INDICATOR = frozenset({"id", "version", "name", "group", "title", "note", "rules", "part"})
_OF_PART = frozenset(
    {
        "id", "title", "for", "unit", "kind", "decimals", "split", "by", "same", "inside", "sensitive", "quarters_only",
    }
)  # fmt: skip
_OF_MEASURE = frozenset({"where", "numerator", "denominator", "against", "bounds", "excluded"})
_OF_UNIT = frozenset(
    {
        "form", "date", "key", "each", "distinct", "absent_when_sealed", "follow_up", "standing", "codes", "several",
        "over", "columns", "reasons", "sums",
    }
)  # fmt: skip
_DECIMALS = {Kind.RATIO: 1, Kind.RELATIVE: 2, Kind.MEDIAN: 1, Kind.MEAN: 2}


@cache
def shipped() -> Catalogue:
    """The catalogue that comes with fieldkit."""
    return read(*_shipped_texts())


def with_own(text: str) -> Catalogue:
    """The shipped catalogue and an organisation's own, as one. Raises IndicatorProblem IND-001."""
    return read(*_shipped_texts(), text)


def _shipped_texts() -> list[str]:
    folder = resources.files("indicators").joinpath("definitions")
    return [folder.joinpath(f"{name}.toml").read_text(encoding="utf-8") for name in FILES]


def read(*texts: str) -> Catalogue:
    """One catalogue from one or more TOML texts. Raises IndicatorProblem IND-001, naming the table and the key."""
    data: dict[str, Any] = {}
    for text in texts:
        _gather(data, text)
    units = {name: _unit(f"unit.{name}", name, entry) for name, entry in data.get("unit", {}).items()}
    groups = {name: _words(words) for name, words in data.get("group", {}).items()}
    indicators = tuple(_indicator(entry, units, groups) for entry in data.get("indicator", ()))
    _need_once(indicator.id for indicator in indicators)
    tables = {str(entry.get("id")): _table(entry, units) for entry in data.get("table", ())}
    return Catalogue(
        forms={name: _form(entry) for name, entry in data.get("form", {}).items()},
        units=units,
        tables=tables,
        indicators=indicators,
        groups=groups,
        words={
            name: {code: _words(words) for code, words in entry.items()}
            for name, entry in data.get("words", {}).items()
        },
        digest=hashlib.sha256("\0".join(texts).encode()).hexdigest(),
    )


def _gather(data: dict[str, Any], text: str) -> None:
    """Add the tables of one text to those read before; a name that stands twice is a fault."""
    try:
        more = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _fault("the file", str(error)) from error
    for name, entries in more.items():
        if name in {"indicator", "table"}:
            data.setdefault(name, []).extend(entries)
        elif name in {"form", "unit", "words", "group"}:
            for each in entries:
                if each in data.setdefault(name, {}):
                    raise _fault(f"{name}.{each}", "it stands there twice")
                data[name][each] = entries[each]
        else:
            raise _fault(name, "no table of a catalogue is called so")


def _form(entry: Entry) -> FormReading:
    return FormReading(tuple(entry.get("versions", ())), dict(entry.get("renamed", {})))


def _unit(where: str, name: str, entry: Entry) -> Unit:
    _need_known(where, entry, _OF_UNIT)
    codes = {code: _tree(f"{where}.codes.{code}", source) for code, source in entry.get("codes", {}).items()}
    sources = dict(_repeated(entry.get("columns", {}), entry.get("over", {})))
    columns: dict[str, Tree] = {}
    for column, source in sources.items():
        columns[column] = _column(f"{where}.columns.{column}", source, columns)
    reasons = dict(_repeated(entry.get("reasons", {}), entry.get("over", {})))
    for column in reasons:
        if column not in columns:
            raise _fault(f"{where}.reasons", f"there is no column {column}")
    standing = entry.get("standing")
    return Unit(
        name=name,
        form_id=_text(entry, "form", where),
        date=_text(entry, "date", where),
        key=str(entry.get("key", "")),
        each=str(entry.get("each", "")),
        distinct=dict(entry.get("distinct", {})),
        absent_when_sealed=frozenset(entry.get("absent_when_sealed", ())),
        follow_up=_follow_up(f"{where}.follow_up", entry["follow_up"]) if "follow_up" in entry else None,
        standing=StandingFor(int(standing["days"]), str(standing["until"])) if standing else None,
        codes=codes,
        several=frozenset(entry.get("several", ())),
        questions={code: question_of(tree) for code, tree in codes.items() if question_of(tree)},
        columns=columns,
        sources={column: " ".join(str(source).split()) for column, source in sources.items()},
        reasons=reasons,
        sums=_sums(where, entry, columns),
    )


def _sums(where: str, entry: Entry, columns: Mapping[str, Tree]) -> dict[str, tuple[str, ...]]:
    sums = dict(_repeated(entry.get("sums", {}), entry.get("over", {})))
    for column in [*sums, *(part for parts in sums.values() for part in parts)]:
        if column not in columns:
            raise _fault(f"{where}.sums", f"there is no column {column}")
    return {whole: tuple(parts) for whole, parts in sums.items()}


def _column(where: str, source: object, before: Mapping[str, Tree]) -> Tree:
    tree = _tree(where, source)
    try:
        numeric(tree, before)
    except NotPlain:
        raise _fault(where, "it uses another column in a way that is not understood") from None
    return tree


def _tree(where: str, source: object) -> Tree:
    try:
        return parse(str(source))
    except Problem as problem:
        raise _fault(where, problem.message) from problem


def _follow_up(where: str, entry: Entry) -> FollowUp:
    windows = entry.get("windows")
    if not isinstance(windows, dict) or not windows:
        raise _fault(where, "the key windows is missing")
    return FollowUp(
        form_id=_text(entry, "form", where),
        match=tuple(entry.get("match", ())),
        window=_text(entry, "window", where),
        windows={code: int(months) for code, months in windows.items()},
        days=int(entry.get("days", 0)),
        date=_text(entry, "date", where),
        reached=_tree(f"{where}.reached", _text(entry, "reached", where)),
    )


def _indicator(entry: Entry, units: Mapping[str, Unit], groups: Mapping[str, Words]) -> Indicator:
    where = _text(entry, "id", "indicator")
    if (group := str(entry.get("group", ""))) and group not in groups:
        raise _fault(where, f"there is no group {group}")
    _need_known(where, entry, _OF_INDICATOR | _OF_PART | _OF_MEASURE)
    _text(entry, "title", where)
    defaults = {key: value for key, value in entry.items() if key not in _OF_INDICATOR}
    parts = []
    for given in entry.get("part", [{}]):
        _need_known(where, given, _OF_PART | _OF_MEASURE)
        for each in _filled_for(given):
            parts.append(_part(where, {"title": entry["title"], "id": "", **defaults, **each}, units))
    for part_id in (part.id for part in parts):
        if sum(part.id == part_id for part in parts) > 1:
            raise _fault(where, f"the part {part_id or 'without an id'} stands there twice")
    return Indicator(
        id=where,
        version=int(entry.get("version", 1)),
        name=_text(entry, "name", where),
        group=group,
        title=_words(entry["title"]),
        note=str(entry.get("note", "")),
        rules=tuple(entry.get("rules", ())),
        parts=tuple(parts),
    )


def _part(where: str, entry: Entry, units: Mapping[str, Unit]) -> Part:
    unit = _unit_of(entry, units, where)
    kind = _kind(where, entry)
    by = tuple(entry.get("by", ()))
    for name in (*by, *entry.get("same", ())):
        if name not in unit.codes:
            raise _fault(where, f"the unit {unit.name} is not broken down by {name}")
    return Part(
        id=str(entry["id"]),
        title=_words(entry["title"]),
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
        raise _fault(where, f"there is no kind {given}; there are {', '.join(Kind)}") from None


def _split(where: str, entry: Entry, split: Entry, unit: Unit, kind: Kind) -> Split:
    by = tuple(split.get("by", ()))
    if not by or any(not split.get(name) for name in by):
        raise _fault(where, "a split names what it is by, and the codes of each")
    _need_known(where, split, _OF_MEASURE | {"by", *by})
    own = {key: value for key, value in split.items() if key in _OF_MEASURE}
    measures = {}
    for codes in product(*(split[name] for name in by)):
        filled = _filled({**entry, **own}, dict(zip(by, codes, strict=True)))
        measures[codes] = _measure(where, filled, unit, kind)
    return Split(by, measures)


def _measure(where: str, entry: Entry, unit: Unit, kind: Kind) -> Measure:
    measure = Measure(
        where=tuple(entry.get("where", ())),
        share=_share(entry),
        against=_share(entry["against"]) if "against" in entry else None,
        bounds=_bounds(entry["bounds"]) if "bounds" in entry else None,
        excluded=tuple(entry.get("excluded", ())),
    )
    if not measure.share.numerator:
        raise _fault(where, "it has no numerator")
    if (measure.against is not None) != (kind in COMPARING):
        raise _fault(where, f"a {kind} {'needs' if kind in COMPARING else 'has no'} against")
    if not measure.share.denominator and kind not in {Kind.COUNT, *SPREAD}:
        raise _fault(where, f"a {kind} has a denominator")
    _need_columns(
        where, unit, (*measure.where, *measure.excluded, *(term.column for term in terms_of(measure)))
    )
    for column in measure.excluded:
        if column not in unit.reasons:
            raise _fault(where, f"the column {column} has no reason in words")
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


def _table(entry: Entry, units: Mapping[str, Unit]) -> Table:
    where = _text(entry, "id", "table")
    unit = _unit_of(entry, units, where)
    columns, conditions = dict(entry.get("columns", {})), tuple(entry.get("where", ()))
    _need_columns(where, unit, (*columns, *conditions))
    _text(entry, "title", where)
    return Table(where, _words(entry["title"]), unit.name, conditions, columns)


def _unit_of(entry: Entry, units: Mapping[str, Unit], where: str) -> Unit:
    unit = units.get(_text(entry, "unit", where))
    if unit is None:
        raise _fault(where, f"there is no unit {entry['unit']}")
    return unit


def _need_columns(where: str, unit: Unit, columns: Iterable[str]) -> None:
    for column in columns:
        if column not in unit.columns:
            raise _fault(where, f"the unit {unit.name} has no column {column}")


def _need_known(where: str, entry: Entry, known: frozenset[str]) -> None:
    for key in entry:
        if key not in known:
            raise _fault(where, f"the key {key} means nothing here")


def _need_once(ids: Iterable[str]) -> None:
    seen: set[str] = set()
    for indicator_id in ids:
        if indicator_id in seen:
            raise _fault(indicator_id, "the id stands there twice")
        seen.add(indicator_id)


def _repeated(entry: Entry, over: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, Any]]:
    """Keys and values, those whose key holds a name of `over` in braces once for each of its codes."""
    for key, value in entry.items():
        names = [name for name in over if f"{{{name}}}" in key]
        for codes in product(*(over[name] for name in names)):
            filling = dict(zip(names, codes, strict=True))
            yield _filled(key, filling), _filled(value, filling)


def _filled_for(entry: Entry) -> Iterator[dict[str, Any]]:
    """The entry once for each code of its `for`, filled in."""
    names = entry.get("for", {})
    rest = {key: value for key, value in entry.items() if key != "for"}
    for codes in product(*names.values()):
        yield _filled(rest, dict(zip(names, codes, strict=True)))


def _filled(value: Any, filling: Mapping[str, str]) -> Any:
    """A value with every ``{name}`` in its texts replaced."""
    if isinstance(value, str):
        for name, code in filling.items():
            value = value.replace(f"{{{name}}}", code)
        return value
    if isinstance(value, Mapping):
        return {key: _filled(each, filling) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_filled(each, filling) for each in value]
    return value


def _terms(names: Iterable[str]) -> Sum:
    return tuple(Term(name.removeprefix("-"), -1 if name.startswith("-") else 1) for name in names)


def _words(given: object) -> Words:
    """Words in English, or in several languages."""
    if isinstance(given, Mapping):
        return {str(language): str(text) for language, text in given.items()}
    return {"en": str(given)}


def _text(entry: Entry, key: str, where: str) -> str:
    value = entry.get(key)
    if isinstance(value, Mapping):
        value = value.get("en")
    if not isinstance(value, str) or not value:
        raise _fault(where, f"the key {key} is missing")
    return value


def _fault(where: str, what: str) -> IndicatorProblem:
    return IndicatorProblem(
        "IND-001",
        f"The catalogue of indicators has a fault: {what}.",
        remedy="Correct the entry; nothing was counted.",
        where=where,
    )
