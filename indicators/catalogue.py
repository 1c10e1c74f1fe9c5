"""The catalogue: which indicators there are, read from data and checked when read.

Owns the shape of a catalogue; the figures themselves stand in `catalogue.toml`, so that an organisation adds its own
by the same means. A catalogue that loads is sound: every column, unit and disaggregation that is named exists.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from forms.problems import Problem
from forms.xpath import Tree, parse
from indicators.problems import IndicatorProblem

PERIODS = ("month", "quarter", "year")
"""Disaggregations that every unit has, from its date."""


@dataclass(frozen=True, slots=True)
class Unit:
    """What is counted together: the submissions of one form."""

    name: str
    form_id: str
    date: str
    """The question that dates a submission."""
    disaggregations: tuple[str, ...]
    """Questions whose code may break a figure down."""
    columns: Mapping[str, Tree]
    reasons: Mapping[str, str]
    """Column to words for people, for columns that count what is left out."""


@dataclass(frozen=True, slots=True)
class Term:
    """One column of a sum, and its sign."""

    column: str
    sign: int


@dataclass(frozen=True, slots=True)
class Indicator:
    """A defined figure: a count when it has no denominator, else a pooled share."""

    id: str
    version: int
    name: str
    title: str
    note: str
    unit: str
    where: tuple[str, ...]
    numerator: tuple[Term, ...]
    denominator: tuple[Term, ...]
    excluded: tuple[str, ...]
    by: tuple[str, ...]

    @property
    def disaggregations(self) -> tuple[str, ...]:
        """All that this indicator may be broken down by: its own and the periods."""
        return (*PERIODS, *self.by)


@dataclass(frozen=True, slots=True)
class Table:
    """Columns of one unit, shown side by side as sums."""

    id: str
    title: str
    unit: str
    where: tuple[str, ...]
    columns: Mapping[str, str]
    """Column to its heading, in the order in which they stand."""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Units, tables and indicators that fit together."""

    units: Mapping[str, Unit]
    tables: Mapping[str, Table]
    indicators: tuple[Indicator, ...]

    def indicator(self, indicator_id: str) -> Indicator:
        """The indicator of that id. Raises IndicatorProblem IND-003."""
        for indicator in self.indicators:
            if indicator.id == indicator_id:
                return indicator
        known = ", ".join(indicator.id for indicator in self.indicators)
        raise IndicatorProblem(
            "IND-003",
            f"There is no indicator {indicator_id}.",
            remedy=f"There are: {known}.",
            where=indicator_id,
        )


def read(text: str) -> Catalogue:
    """A catalogue from TOML text. Raises IndicatorProblem IND-001, naming the table and the key."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _fault("the file", str(error)) from error
    units = {name: _unit(name, table) for name, table in data.get("unit", {}).items()}
    indicators = tuple(_indicator(table, units) for table in data.get("indicator", ()))
    ids = [indicator.id for indicator in indicators]
    for indicator_id in ids:
        if ids.count(indicator_id) > 1:
            raise _fault(indicator_id, "the id stands there twice")
    tables = {table["id"]: _table(table, units) for table in data.get("table", ())}
    return Catalogue(units=units, tables=tables, indicators=indicators)


@cache
def shipped() -> Catalogue:
    """The catalogue that comes with fieldkit."""
    return read(resources.files("indicators").joinpath("catalogue.toml").read_text(encoding="utf-8"))


def _unit(name: str, table: Mapping[str, Any]) -> Unit:
    columns = {}
    for column, source in table.get("columns", {}).items():
        try:
            columns[column] = parse(str(source))
        except Problem as problem:
            raise _fault(f"unit.{name}.columns.{column}", problem.message) from problem
    reasons = dict(table.get("reasons", {}))
    for column in reasons:
        if column not in columns:
            raise _fault(f"unit.{name}.reasons", f"there is no column {column}")
    return Unit(
        name=name,
        form_id=_text(table, "form", f"unit.{name}"),
        date=_text(table, "date", f"unit.{name}"),
        disaggregations=tuple(table.get("disaggregations", ())),
        columns=columns,
        reasons=reasons,
    )


def _table(table: Mapping[str, Any], units: Mapping[str, Unit]) -> Table:
    where = _text(table, "id", "table")
    unit = _unit_of(table, units, where)
    columns, conditions = dict(table.get("columns", {})), tuple(table.get("where", ()))
    _need_columns(where, unit, (*columns, *conditions))
    return Table(where, _text(table, "title", where), unit.name, conditions, columns)


def _unit_of(table: Mapping[str, Any], units: Mapping[str, Unit], where: str) -> Unit:
    unit = units.get(_text(table, "unit", where))
    if unit is None:
        raise _fault(where, f"there is no unit {table['unit']}")
    return unit


def _need_columns(where: str, unit: Unit, columns: Iterable[str]) -> None:
    for column in columns:
        if column not in unit.columns:
            raise _fault(where, f"the unit {unit.name} has no column {column}")


def _indicator(table: Mapping[str, Any], units: Mapping[str, Unit]) -> Indicator:
    where = _text(table, "id", "indicator")
    unit = _unit_of(table, units, where)
    indicator = Indicator(
        id=where,
        version=int(table.get("version", 1)),
        name=_text(table, "name", where),
        title=_text(table, "title", where),
        note=str(table.get("note", "")),
        unit=unit.name,
        where=tuple(table.get("where", ())),
        numerator=_terms(table.get("numerator", ())),
        denominator=_terms(table.get("denominator", ())),
        excluded=tuple(table.get("excluded", ())),
        by=tuple(table.get("by", ())),
    )
    _check(indicator, unit)
    return indicator


def _check(indicator: Indicator, unit: Unit) -> None:
    if not indicator.numerator:
        raise _fault(indicator.id, "it has no numerator")
    terms = [term.column for term in (*indicator.numerator, *indicator.denominator)]
    _need_columns(indicator.id, unit, (*terms, *indicator.where, *indicator.excluded))
    for column in indicator.excluded:
        if column not in unit.reasons:
            raise _fault(indicator.id, f"the column {column} has no reason in words")
    for question in indicator.by:
        if question not in unit.disaggregations:
            raise _fault(indicator.id, f"the unit {unit.name} is not broken down by {question}")


def _terms(names: Any) -> tuple[Term, ...]:
    return tuple(Term(name.removeprefix("-"), -1 if name.startswith("-") else 1) for name in names)


def _text(table: Mapping[str, Any], key: str, where: str) -> str:
    value = table.get(key)
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
