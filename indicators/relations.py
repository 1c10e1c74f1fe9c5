"""What adds up to what among named numbers, for anyone who has read the definitions.

Owns the way from what is told to all that hangs together with it. Invariant: a relation is given only where the true
numbers satisfy it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from forms.xpath import Tree
from indicators.breakdowns import Breakdowns, Counted
from indicators.catalogue import Term
from indicators.meanings import LeftOut, all_required, is_condition, left_out, met_by, summed_where, true_with
from indicators.quantities import Ledger, Quantity, Sum, sum_of
from indicators.statements import Constraint, Key, adds_up, at_most


@dataclass(frozen=True, slots=True)
class Rest:
    """What a sum over rows leaves when the same sum over some of them is taken away."""

    wide: Quantity
    narrow: Quantity

    @property
    def key(self) -> Key:
        """The rest as a name that can be written down."""
        added = () if self.narrow.terms == self.wide.terms else (self.narrow.terms[0][0],)
        return (*self.wide.key, f"without {'&'.join((*self.narrow.where, *filter(None, added)))}")


@dataclass(frozen=True, slots=True)
class Related:
    """Quantities and all that links them."""

    numbers: Mapping[Key, int]
    """Every true number."""
    constraints: Sequence[Constraint]
    """What holds between them."""
    named: Mapping[Key, Quantity | Rest]
    """What each number is."""


def related(ledger: Ledger, told: Iterable[Quantity], *, none_is_known: bool = True) -> Related:
    """These quantities and all that link them.

    Args:
        none_is_known: whether a reader knows that a further condition leaves nothing out where it leaves nothing out.
            Nobody does; to take it for known makes one number of many, which is far less to attack, and no less safe.
    """
    web = _Web(ledger, set(told), none_is_known)
    return Related(web.numbers, web.constraints, web.named)


Parts = Sequence[tuple[Quantity, int]]
"""Quantities with their factors."""


class _Web:
    """Quantities, and the constraints between them."""

    def __init__(self, ledger: Ledger, told: set[Quantity], none_is_known: bool) -> None:
        self._ledger = ledger
        self._none_is_known = none_is_known
        self._finest: dict[tuple[str, str], frozenset[str]] = {}
        self._conditions: dict[tuple[str, tuple[str, ...]], frozenset[str]] = {}
        self._counting: dict[tuple[str, tuple[str, ...], Sum], Counted] = {}
        columns = {(item.unit, column) for item in told for column, _ in item.terms}
        self._told = {(unit, self._atoms(unit, column)) for unit, column in columns}
        self._breakdowns = Breakdowns(told, self._counted)
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

    def _atoms(self, unit: str, column: str) -> frozenset[str]:
        """The columns that add up to this one and are no sums themselves."""
        if (unit, column) not in self._finest:
            known = self._ledger.projector.catalogue.units[unit]
            meant = summed_where(known.columns[column]) if column in known.columns else None
            parts = known.sums.get(column, ()) if meant is None else (meant[1],)
            atoms = frozenset[str]().union(*(self._atoms(unit, part) for part in parts))
            self._finest[unit, column] = atoms or frozenset({column})
        return self._finest[unit, column]

    def _counted(self, item: Quantity) -> Counted:
        """What a quantity adds up: rows, where its columns are true or false, else the columns' atoms."""
        place = item.unit, item.where, item.terms
        if place not in self._counting:
            columns = self._ledger.projector.catalogue.units[item.unit].columns
            added = [column for column, _ in item.terms]
            conditions = [each for each in added if each and is_condition(columns[each], columns)]
            met = self._true_with(item.unit, (*item.where, *(conditions if len(added) == 1 else ())))
            atoms = (
                {""} if not each or each in conditions else self._atoms(item.unit, each) for each in added
            )
            self._counting[place] = Counted(item.unit, item.where, met, frozenset().union(*atoms))
        return self._counting[place]

    def _is_taken_apart(self, item: Quantity) -> bool:
        """Whether some column is told that shares people with this one and does not hold all of it."""
        atoms = self._atoms(item.unit, item.terms[0][0])
        return any(unit == item.unit and told & atoms and not told >= atoms for unit, told in self._told)

    def _linked(self, item: Quantity) -> Iterator[Quantity]:
        """Quantities that stand in a relation with this one, as its parts or as its whole."""
        for parts in self._sums(item):
            yield from (part for part, _ in parts)
        if self._rests(item) and self._ledger.has(everything := _count(item, ())):
            yield everything
        yield from filter(self._ledger.has, _without_what_is_left_out(item, self._columns(item)))
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
        yield from self._of_codes(item)
        yield from self._of_rest(item)
        for name in self._breakdowns.further(item):
            codes = self._ledger.codes(item.unit, name, item.start, item.end)
            yield [(_with_codes(item, len(item.codes), (name, (code,))), 1) for code in codes]
        if len(spans := self._breakdowns.spans(item)) > 1:
            yield [(replace(item, start=start, end=end), 1) for start, end in spans]

    def _of_codes(self, item: Quantity) -> Iterator[Parts]:
        """What the codes give for which alone a condition or column is true, where it is broken down by them."""
        unit = self._ledger.projector.catalogue.units[item.unit]
        column, factor = item.terms[0]
        named = [name for name in (*item.where, column) if name in unit.true_for]
        if len(item.terms) > 1 or factor != 1 or not named:
            return
        met = all_required((*item.where, *named), unit.columns)
        added = (("", 1),) if column in named else item.terms
        broken_down = self._breakdowns.further_somewhere(item)
        for where in sorted({(), *self._breakdowns.conditions(item.unit)}):
            wider = replace(item, where=where, terms=added)
            if not met >= set(where) or not self._ledger.has(wider):
                continue
            for name, codes in (unit.true_for[each] for each in named):
                if name in broken_down:
                    parts = [(_with_codes(wider, len(item.codes), (name, (code,))), 1) for code in codes]
                    if sum(self._ledger.value(part) for part, _ in parts) == self._ledger.value(item):
                        yield parts

    def _of_rest(self, item: Quantity) -> Iterator[Parts]:
        """What a condition leaves out is what there is to leave out from, without what meets the condition."""
        unit = self._ledger.projector.catalogue.units[item.unit]
        for meaning in self._rests(item):
            whole = _count(item, tuple(sorted(meaning[0])))
            column = replace(item, where=(), terms=((meaning[1], 1),))
            for met in (_count(item, met_by(meaning, unit.columns)), column):
                if not all(map(self._ledger.has, (whole, met))):
                    continue
                if self._ledger.value(whole) - self._ledger.value(met) == self._ledger.value(item):
                    yield [(whole, 1), (met, -1)]

    def _rests(self, item: Quantity) -> list[LeftOut]:
        """What the number is the rest of, where it counts a rest: by its column, or by its only condition."""
        column, factor = item.terms[0]
        named = column if not item.where else item.where[0] if (item.where[1:], column) == ((), "") else ""
        if len(item.terms) > 1 or factor != 1 or not named:
            return []
        tree = self._ledger.projector.catalogue.units[item.unit].columns[named]
        meaning = left_out(tree)
        return [] if meaning is None else [meaning]

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
        """Sums of the same columns over all rows and over some of them: what the others add is a number too.

        A column that is true or false counts rows by one condition more.

        Over the next wider rows alone: what lies between two is part of what lies between one of them and a third, so
        that neither is certain where the whole is not.
        """
        alike: dict[Quantity, list[tuple[Quantity, Quantity]]] = defaultdict(list)
        for item in sorted(known):
            counted = _as_count(item, self._columns(item))
            alike[replace(counted, where=())].append((item, counted))
        for items in alike.values():
            met = {item: self._met(counted) for item, counted in items}
            asked = {item: set(counted.where) for item, counted in items}
            for narrow in met:
                wider = [item for item in met if item is not narrow and met[narrow] >= asked[item]]
                next_wider = [
                    item for item in wider if not any(met[item] < met[other] < met[narrow] for other in wider)
                ]
                for wide in next_wider:
                    self._add_rest(wide, narrow)
                for one, other in combinations(next_wider, 2):
                    if self._true_with(one.unit, tuple(sorted(asked[one] | asked[other]))) == met[narrow]:
                        wholes = [item for item in met if met[one] & met[other] >= asked[item]]
                        self.constraints += _bounds(self.numbers, wholes, one, other, narrow)

    def _add_rest(self, wide: Quantity, narrow: Quantity) -> None:
        rest = self.numbers[wide.key] - self.numbers[narrow.key]
        if rest < 0 or self.numbers[narrow.key] < 0:
            return
        if rest == 0:
            is_known = self._none_is_known or narrow.terms == wide.terms
            link = adds_up(wide.key, [narrow.key]) if is_known else at_most([narrow.key], [wide.key])
            self.constraints.append(link)
            return
        others = Rest(wide, narrow)
        self.numbers[others.key], self.named[others.key] = rest, others
        self.constraints.append(adds_up(wide.key, [narrow.key, others.key]))

    def _columns(self, item: Quantity) -> Mapping[str, Tree]:
        return self._ledger.projector.catalogue.units[item.unit].columns

    def _met(self, item: Quantity) -> frozenset[str]:
        """All conditions that a row passes for certain which passes the item's."""
        return self._true_with(item.unit, item.where)

    def _true_with(self, unit: str, names: tuple[str, ...]) -> frozenset[str]:
        if (unit, names) not in self._conditions:
            columns = self._ledger.projector.catalogue.units[unit].columns
            self._conditions[unit, names] = true_with(names, columns)
        return self._conditions[unit, names]


def _as_count(item: Quantity, columns: Mapping[str, Tree]) -> Quantity:
    """The same number as one of rows that meet a further condition, where its column is true or false."""
    (column, factor), *more = item.terms
    if more or factor != 1 or not column or not is_condition(columns[column], columns):
        return item
    return _count(item, (*item.where, column))


def _without_what_is_left_out(item: Quantity, columns: Mapping[str, Tree]) -> Iterator[Quantity]:
    """All that one of its conditions does not leave out, where it asks for more than that."""
    for name in item.where if len(item.where) > 1 else ():
        if left_out(columns[name]) is not None:
            yield _count(item, (name,))


def _bounds(
    numbers: Mapping[Key, int], wholes: Iterable[Quantity], one: Quantity, other: Quantity, both: Quantity
) -> Iterator[Constraint]:
    """Of rows that meet one condition or the other there are no more than of those that both are among."""
    least = numbers[one.key] + numbers[other.key] - numbers[both.key]
    for whole in wholes:
        if whole not in (one, other) and 0 <= least <= numbers[whole.key] and numbers[both.key] >= 0:
            terms = ((whole.key, 1), (one.key, -1), (other.key, -1), (both.key, 1))
            yield Constraint(terms, 0, None)


def _count(item: Quantity, where: tuple[str, ...]) -> Quantity:
    """The number of rows that meet these conditions, on the days and with the codes of the item."""
    return replace(item, where=where, terms=(("", 1),))


def _with_codes(item: Quantity, place: int, code: tuple[str, tuple[str, ...]]) -> Quantity:
    """The quantity with another code at that place, or with one more."""
    return replace(item, codes=tuple(sorted((*item.codes[:place], code, *item.codes[place + 1 :]))))
