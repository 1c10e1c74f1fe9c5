"""The named numbers behind figures, and what they are today.

Owns the names (which rows, which columns, which days, which codes) and the look-up of their values; what adds up to
what is `indicators.relations`', what is told of them elsewhere. Invariant: a name that was written down means the same
later.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import product

from indicators.catalogue import Term
from indicators.cells import Period
from indicators.measures import counted_rows
from indicators.projection import CODE_UNKNOWN, Projector, Row
from indicators.statements import Key

Codes = tuple[tuple[str, tuple[str, ...]], ...]
"""Disaggregation to the codes that are taken together, sorted by disaggregation."""
Sum = tuple[tuple[str, int], ...]
"""Column to factor, sorted, without zeros, so that equal sums are the same sum; the column "" counts rows."""


@dataclass(frozen=True, slots=True, order=True)
class Quantity:
    """The sum of columns over the rows of a unit that pass `where`, on these days, with these codes."""

    unit: str
    where: tuple[str, ...]
    terms: Sum
    start: date
    end: date
    codes: Codes = ()

    @property
    def key(self) -> Key:
        """The quantity as a name that can be written down."""
        codes = (f"{name}={'|'.join(group)}" for name, group in self.codes)
        terms = " ".join(f"{factor}*{column}" for column, factor in self.terms)
        return (self.unit, "&".join(self.where), terms, self.start.isoformat(), self.end.isoformat(), *codes)

    @classmethod
    def read(cls, key: Key) -> Quantity:
        """The quantity of a key."""
        unit, where, terms, start, end, *codes = key
        factors = (term.partition("*") for term in terms.split(" "))
        groups = (code.partition("=") for code in codes)
        return cls(
            unit,
            tuple(column for column in where.split("&") if column),
            tuple((column, int(factor)) for factor, _, column in factors),
            date.fromisoformat(start),
            date.fromisoformat(end),
            tuple((name, tuple(group.split("|"))) for name, _, group in groups),
        )


def sum_of(*terms: Iterable[Term]) -> Sum:
    """The terms added up, in their one form.

    >>> sum_of([Term("women", 1), Term("men", 1)], [Term("women", -1)])
    (('men', 1),)
    """
    factors: dict[str, int] = defaultdict(int)
    for term in (term for part in terms for term in part):
        factors[term.column] += term.sign
    return tuple(sorted((column, factor) for column, factor in factors.items() if factor))


def codes_of(row: Row, name: str, several: frozenset[str]) -> tuple[str, ...]:
    """The codes under which a row counts: one, or several where the question takes several answers."""
    code = row.codes.get(name) or CODE_UNKNOWN
    return tuple(code.split()) if name in several else (code,)


@dataclass(slots=True)
class Ledger:
    """The true numbers of quantities, as the rows give them today."""

    projector: Projector
    all_rows: Sequence[Row] = field(repr=False)
    as_of: date
    _rows: dict[tuple[str, date, date], list[Row]] = field(default_factory=dict, repr=False)
    _buckets: dict[tuple[object, ...], dict[tuple[str, ...], list[Row]]] = field(
        default_factory=dict, repr=False
    )
    _added: dict[tuple[object, ...], dict[tuple[str, ...], list[int]]] = field(
        default_factory=dict, repr=False
    )

    _codes: dict[tuple[str, str, date, date], Sequence[str]] = field(default_factory=dict, repr=False)

    def rows(self, unit: str, start: date, end: date) -> list[Row]:
        """The rows of the unit that count on these days."""
        if (found := self._rows.get((unit, start, end))) is None:
            period = Period(start, end, self.as_of)
            found = self._rows[unit, start, end] = counted_rows(self.projector, unit, self.all_rows, period)
        return found

    def rows_with(self, unit: str, start: date, end: date, codes: Codes) -> list[Row]:
        """Those of them that have one of the codes of each group, each once."""
        names = tuple(name for name, _ in codes)
        spot = (unit, start, end, names)
        if (buckets := self._buckets.get(spot)) is None:
            several = self.projector.catalogue.units[unit].several
            buckets = self._buckets[spot] = defaultdict(list)
            for row in self.rows(unit, start, end):
                for key in product(*(codes_of(row, name, several) for name in names)):
                    buckets[key].append(row)
        chosen = product(*(group for _, group in codes))
        return list({id(row): row for key in chosen for row in buckets.get(key, ())}.values())

    def value(self, quantity: Quantity) -> int:
        """The number."""
        names = tuple(name for name, _ in quantity.codes)
        places = self.projector.layouts.units[quantity.unit].slots
        signed = [(places[quantity.where, column], factor) for column, factor in quantity.terms]
        added = self._added_up(quantity, names)
        number = 0
        for codes in product(*(group for _, group in quantity.codes)):
            if (sums := added.get(codes)) is not None:
                number += sum(factor * sums[place] for place, factor in signed)
        return number

    def has(self, quantity: Quantity) -> bool:
        """Whether every column of the sum is added up for rows that pass its conditions."""
        places = self.projector.layouts.units[quantity.unit].slots
        return all((quantity.where, column) in places for column, _ in quantity.terms)

    def codes(self, unit: str, name: str, start: date, end: date) -> Sequence[str]:
        """All codes of a disaggregation that occur on these days, in order."""
        if (found := self._codes.get((unit, name, start, end))) is None:
            several, rows = self.projector.catalogue.units[unit].several, self.rows(unit, start, end)
            found = sorted({code for row in rows for code in codes_of(row, name, several)})
            self._codes[unit, name, start, end] = found
        return found

    def sums(self, unit: str, column: str) -> Sequence[str]:
        """The columns that are known to add up to a column; empty where nothing is known."""
        return self.projector.catalogue.units[unit].sums.get(column, ())

    def _added_up(self, quantity: Quantity, names: tuple[str, ...]) -> dict[tuple[str, ...], list[int]]:
        """Codes of these disaggregations to the sums of all places."""
        spot = (quantity.unit, quantity.start, quantity.end, names)
        if spot not in self._added:
            several = self.projector.catalogue.units[quantity.unit].several
            alike: dict[tuple[str, ...], list[Sequence[int]]] = defaultdict(list)
            for row in self.rows(quantity.unit, quantity.start, quantity.end):
                for codes in product(*[codes_of(row, name, several) for name in names]):
                    alike[codes].append(row.sums)
            self._added[spot] = {codes: [*map(sum, zip(*sums, strict=True))] for codes, sums in alike.items()}
        return self._added[spot]
