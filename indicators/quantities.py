"""The named numbers behind figures, what they are today, and what adds up to what.

Owns the names (which rows, which columns, which days, which codes) and the relations that anyone knows who has read the
definitions; what is told of them is elsewhere. Invariant: a relation is given only where the true numbers satisfy it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import product
from operator import add

from indicators.breakdowns import Breakdowns
from indicators.catalogue import Term
from indicators.cells import Period
from indicators.meanings import all_required, left_out, summed_where
from indicators.measures import counted_rows
from indicators.projection import CODE_UNKNOWN, Projector, Row
from indicators.statements import Constraint, Key, adds_up, at_most

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

    def codes(self, unit: str, name: str, start: date, end: date) -> list[str]:
        """All codes of a disaggregation that occur on these days."""
        several = self.projector.catalogue.units[unit].several
        return sorted({code for row in self.rows(unit, start, end) for code in codes_of(row, name, several)})

    def sums(self, unit: str, column: str) -> Sequence[str]:
        """The columns that are known to add up to a column; empty where nothing is known."""
        return self.projector.catalogue.units[unit].sums.get(column, ())

    def _added_up(self, quantity: Quantity, names: tuple[str, ...]) -> dict[tuple[str, ...], list[int]]:
        """Codes of these disaggregations to the sums of all places."""
        spot = (quantity.unit, quantity.start, quantity.end, names)
        if spot not in self._added:
            several = self.projector.catalogue.units[quantity.unit].several
            added = self._added[spot] = {}
            for row in self.rows(quantity.unit, quantity.start, quantity.end):
                for codes in product(*(codes_of(row, name, several) for name in names)):
                    known = added.get(codes)
                    added[codes] = list(row.sums) if known is None else list(map(add, known, row.sums))
        return self._added[spot]


@dataclass(frozen=True, slots=True)
class Rest:
    """What a sum over rows leaves when the same sum over some of them is taken away."""

    wide: Quantity
    narrow: Quantity

    @property
    def key(self) -> Key:
        """The rest as a name that can be written down."""
        return (*self.wide.key, f"without {'&'.join(self.narrow.where)}")


@dataclass(frozen=True, slots=True)
class Related:
    """Quantities and all that links them."""

    numbers: Mapping[Key, int]
    """Every true number."""
    constraints: Sequence[Constraint]
    """What holds between them."""
    named: Mapping[Key, Quantity | Rest]
    """What each number is."""


def related(ledger: Ledger, told: Iterable[Quantity]) -> Related:
    """These quantities and all that link them."""
    web = _Web(ledger, set(told))
    return Related(web.numbers, web.constraints, web.named)


Parts = Sequence[tuple[Quantity, int]]
"""Quantities with their factors."""


class _Web:
    """Quantities, and the constraints between them."""

    def __init__(self, ledger: Ledger, told: set[Quantity]) -> None:
        self._ledger = ledger
        self._finest: dict[tuple[str, str], frozenset[str]] = {}
        columns = {(item.unit, column) for item in told for column, _ in item.terms}
        self._told = {(unit, self._atoms(unit, column)) for unit, column in columns}
        self._breakdowns = Breakdowns(told)
        self.numbers: dict[Key, int] = {}
        self.constraints: list[Constraint] = []
        self.named: dict[Key, Quantity | Rest] = {}
        known: set[Quantity] = set()
        fresh = told
        while fresh:
            known |= fresh
            self.numbers.update((item.key, ledger.value(item)) for item in fresh)
            self.named.update((item.key, item) for item in fresh)
            fresh = {linked for item in fresh for linked in self._linked(item)} - known
        for item in sorted(known):
            for parts in self._sums(item):
                self._relate(item, parts)
        self._nest(known)
        self._part_off(known)

    def _atoms(self, unit: str, column: str) -> frozenset[str]:
        """The columns that add up to this one and are no sums themselves."""
        if (unit, column) not in self._finest:
            known = self._ledger.projector.catalogue.units[unit]
            meant = summed_where(known.columns[column]) if column in known.columns else None
            parts = known.sums.get(column, ()) if meant is None else (meant[1],)
            atoms = frozenset[str]().union(*(self._atoms(unit, part) for part in parts))
            self._finest[unit, column] = atoms or frozenset({column})
        return self._finest[unit, column]

    def _is_taken_apart(self, item: Quantity) -> bool:
        """Whether some column is told that shares people with this one and does not hold all of it."""
        atoms = self._atoms(item.unit, item.terms[0][0])
        return any(unit == item.unit and told & atoms and not told >= atoms for unit, told in self._told)

    def _linked(self, item: Quantity) -> Iterator[Quantity]:
        """Quantities that stand in a relation with this one, as its parts or as its whole."""
        for parts in self._sums(item):
            yield from (part for part, _ in parts)
        if (meaning := self._left_out(item)) is not None:
            yield from filter(self._ledger.has, (_count(item, (meaning[1],)), _count(item, ())))
        for name, _ in item.codes:
            yield replace(item, codes=tuple(code for code in item.codes if code[0] != name))
        yield from self._within_limits(item)

    def _within_limits(self, item: Quantity) -> Iterator[Quantity]:
        """How far a sum of points is from the least and the most that it can be, neither of them less than none."""
        if len(item.terms) > 1 or item.terms[0][1] != 1:
            return
        column, unit = item.terms[0][0], self._ledger.projector.catalogue.units[item.unit]
        for limits, sign in ((unit.at_least, 1), (unit.at_most, -1)):
            if (limit := limits.get(column)) is not None:
                distance = replace(item, terms=sum_of([Term(column, sign), Term(limit, -sign)]))
                if self._ledger.has(distance):
                    yield distance

    def _sums(self, item: Quantity) -> Iterator[Parts]:
        """The ways in which the quantity is a sum of others: of columns, of codes, of spans of days."""
        yield from self._of_columns(item)
        for place, (name, group) in enumerate(item.codes):
            if len(group) > 1:
                yield [(_with_codes(item, place, (name, (code,))), 1) for code in group]
        for name in self._breakdowns.further(item):
            codes = self._ledger.codes(item.unit, name, item.start, item.end)
            yield [(_with_codes(item, len(item.codes), (name, (code,))), 1) for code in codes]
        if len(spans := self._breakdowns.spans(item)) > 1:
            yield [(replace(item, start=start, end=end), 1) for start, end in spans]

    def _of_columns(self, item: Quantity) -> Iterator[Parts]:
        if len(item.terms) > 1 or item.terms[0][1] != 1:
            yield [(replace(item, terms=((column, 1),)), factor) for column, factor in item.terms]
            return
        if (meant := self._meant(item)) is not None:
            yield [(meant, 1)]
        yield from self._each_alike(item)
        columns = self._ledger.sums(item.unit, item.terms[0][0])
        parts = [replace(item, terms=((column, 1),)) for column in columns]
        if parts and all(map(self._ledger.has, parts)) and (len(parts) == 1 or self._is_taken_apart(item)):
            yield [(part, 1) for part in parts]

    def _meant(self, item: Quantity) -> Quantity | None:
        """The same number under the name of another column, or of other conditions."""
        unit, column = self._ledger.projector.catalogue.units[item.unit], item.terms[0][0]
        same = None
        if unit.sources.get(column) == "1":
            same = _count(item, item.where)
        elif column in unit.columns and (found := summed_where(unit.columns[column])) is not None:
            same = replace(item, where=(*item.where, found[0]), terms=((found[1], 1),))
        return same if same is not None and self._ledger.has(same) else None

    def _each_alike(self, item: Quantity) -> Iterator[Parts]:
        """A limit that is the same in every row is so many times their number."""
        unit = self._ledger.projector.catalogue.units[item.unit]
        rows = _count(item, item.where)
        if item.terms[0][0] not in (*unit.at_least.values(), *unit.at_most.values()):
            return
        if self._ledger.has(rows) and (number := self._ledger.value(rows)):
            each, rest = divmod(self._ledger.value(item), number)
            if not rest:
                yield [(rows, each)]

    def _relate(self, whole: Quantity, parts: Parts) -> None:
        """The whole is the sum of its parts; more, where some of it is in no part; or no less than each part."""
        number = self.numbers[whole.key]
        numbers = [self.numbers[part.key] for part, _ in parts]
        if not numbers or min(number, *numbers) < 0:
            return
        surplus = number - sum(factor * value for (_, factor), value in zip(parts, numbers, strict=True))
        if surplus >= 0:
            terms = ((whole.key, 1), *((part.key, -factor) for part, factor in parts))
            self.constraints.append(Constraint(terms, 0, 0 if surplus == 0 else None))
        elif max(numbers) <= number:
            self.constraints += [at_most([part.key], [whole.key]) for part, _ in parts]

    def _nest(self, known: Iterable[Quantity]) -> None:
        """Sums of the same columns over all rows and over some of them: what the others add is a number too."""
        alike: dict[Quantity, list[Quantity]] = defaultdict(list)
        for item in sorted(known):
            alike[replace(item, where=())].append(item)
        for items in alike.values():
            for wide, narrow in product(sorted(items), sorted(items)):
                if wide.where != narrow.where and self._implies(narrow, wide.where):
                    self._add_rest(wide, narrow)

    def _add_rest(self, wide: Quantity, narrow: Quantity) -> None:
        rest = self.numbers[wide.key] - self.numbers[narrow.key]
        if rest < 0 or self.numbers[narrow.key] < 0:
            return
        if rest == 0:
            self.constraints.append(adds_up(wide.key, [narrow.key]))
            return
        others = Rest(wide, narrow)
        self.numbers[others.key], self.named[others.key] = rest, others
        self.constraints.append(adds_up(wide.key, [narrow.key, others.key]))

    def _implies(self, item: Quantity, where: Collection[str]) -> bool:
        """Whether a row that passes the item's conditions passes these for certain."""
        columns = self._ledger.projector.catalogue.units[item.unit].columns
        return all_required(item.where, columns) >= set(where)

    def _part_off(self, known: Iterable[Quantity]) -> None:
        """What a condition leaves out, and what meets it, are together what there is to leave out from."""
        for item in sorted(known):
            if (meaning := self._left_out(item)) is None:
                continue
            wholes, inside = meaning
            met = _count(item, (inside,))
            if met.key not in self.numbers or not self._implies(met, wholes):
                continue
            parts = self.numbers[met.key], self.numbers[item.key]
            whole = _count(item, tuple(sorted(wholes)))
            if min(parts) < 0 or self.numbers.setdefault(whole.key, sum(parts)) != sum(parts):
                continue
            self.constraints.append(adds_up(whole.key, [met.key, item.key]))
            if wholes and (everything := _count(item, ())).key in self.numbers:
                self._add_rest(everything, whole)

    def _left_out(self, item: Quantity) -> tuple[frozenset[str], str] | None:
        """What the column counts the rest of, where it is a column that counts a rest."""
        if item.where or len(item.terms) != 1 or item.terms[0][1] != 1:
            return None
        tree = self._ledger.projector.catalogue.units[item.unit].columns.get(item.terms[0][0])
        return None if tree is None else left_out(tree)


def _count(item: Quantity, where: tuple[str, ...]) -> Quantity:
    """The number of rows that meet these conditions, on the days and with the codes of the item."""
    return replace(item, where=where, terms=(("", 1),))


def _with_codes(item: Quantity, place: int, code: tuple[str, tuple[str, ...]]) -> Quantity:
    """The quantity with another code at that place, or with one more."""
    return replace(item, codes=tuple(sorted((*item.codes[:place], code, *item.codes[place + 1 :]))))
