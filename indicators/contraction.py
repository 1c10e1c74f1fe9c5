"""The same said of fewer numbers: equal ones taken as one, known ones put in, silent ones left out.

Owns only that. Many figures count the same people under several names (women present, women where ages are known);
each name beside the first would be a column and a row in every program of the attack. Invariant: what is said of the
numbers that are left is exactly what was said of them before.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from indicators.statements import Constraint, Key, Publication


def contracted(publication: Publication) -> Publication:
    """The publication with one name for numbers that are known to be equal; statements keep their keys."""
    same = Together()
    for constraint in publication.known:
        if _is_equality(constraint):
            same.join(constraint.terms[0][0], constraint.terms[1][0])
    protected: dict[Key, int] = {}
    for key, width in publication.protected.items():
        name = same.find(key)
        protected[name] = max(width, protected.get(name, 0))
    statements = tuple(
        replace(item, constraints=tuple(_renamed(constraint, same) for constraint in item.constraints))
        for item in publication.statements
    )
    told_of = {key for item in statements for row in item.constraints for key, _ in row.terms}
    known = dict.fromkeys(_renamed(constraint, same) for constraint in publication.known)
    left = without_silent(known, told_of | protected.keys())
    needed = {key for row in left for key, _ in row.terms} | told_of | protected.keys()
    return Publication(
        {key: number for key, number in publication.quantities.items() if key in needed},
        protected,
        tuple(left),
        statements,
    )


def without_silent(known: Iterable[Constraint], needed: Collection[Key]) -> list[Constraint]:
    """The same for the needed numbers, without those that nobody is told of and that stand in one or two relations.

    Such a number is what the rest of a sum leaves for it, and no less than zero: that is put in its place.
    """
    rows = {number: row for number, row in enumerate(known) if row.terms}
    places: dict[Key, set[int]] = defaultdict(set)
    for number, row in rows.items():
        for key, _ in row.terms:
            places[key].add(number)
    waiting = sorted((key for key in places if key not in needed), reverse=True)
    fresh = max(rows, default=0)
    while waiting:
        key = waiting.pop()
        within = sorted(places[key])
        if (
            not 1 <= len(within) <= 2
            or (sum_of := _sum_with(key, [rows[number] for number in within])) is None
        ):
            continue
        touched = set[Key]()
        replaced = [_put(key, sum_of, rows[number]) for number in within if rows[number] is not sum_of]
        for number in within:
            for name, _ in rows[number].terms:
                places[name].discard(number)
                touched.add(name)
            del rows[number]
        for row in (_no_less_than_none(key, sum_of), *replaced):
            if row.terms and not _says_nothing(row):
                fresh += 1
                rows[fresh] = row
                for name, _ in row.terms:
                    places[name].add(fresh)
        waiting += sorted(name for name in touched if name not in needed and name != key)
    return list(dict.fromkeys(rows.values()))


def _sum_with(key: Key, rows: Sequence[Constraint]) -> Constraint | None:
    """A sum among these in which the number stands once, so that it follows from the others."""
    return next((row for row in rows if row.low == row.high and abs(dict(row.terms)[key]) == 1), None)


def _put(key: Key, sum_of: Constraint, row: Constraint) -> Constraint:
    """The row, with what the sum says of the number in its place."""
    assert sum_of.low is not None, "a sum has a value"
    times = dict(row.terms)[key] * dict(sum_of.terms)[key]
    factors = defaultdict(int, row.terms)
    for name, factor in sum_of.terms:
        factors[name] -= times * factor
    terms = tuple((name, factor) for name, factor in factors.items() if factor)
    known = times * sum_of.low
    return Constraint(
        terms, None if row.low is None else row.low - known, None if row.high is None else row.high - known
    )


def _no_less_than_none(key: Key, sum_of: Constraint) -> Constraint:
    """That the number is zero or more, said of the others of its sum."""
    assert sum_of.low is not None, "a sum has a value"
    sign = dict(sum_of.terms)[key]
    others = tuple((name, -sign * factor) for name, factor in sum_of.terms if name != key)
    return Constraint(others, -sign * sum_of.low, None)


def _says_nothing(row: Constraint) -> bool:
    """Whether all tables of numbers that are zero or more satisfy it."""
    low = row.low is None or (row.low <= 0 and all(factor > 0 for _, factor in row.terms))
    high = row.high is None or (row.high >= 0 and all(factor < 0 for _, factor in row.terms))
    return low and high


def _is_equality(constraint: Constraint) -> bool:
    return constraint.low == constraint.high == 0 and sorted(factor for _, factor in constraint.terms) == [
        -1,
        1,
    ]


def _renamed(constraint: Constraint, same: Together) -> Constraint:
    factors: dict[Key, int] = defaultdict(int)
    for key, factor in constraint.terms:
        factors[same.find(key)] += factor
    terms = tuple((key, factor) for key, factor in factors.items() if factor)
    return Constraint(terms, constraint.low, constraint.high)


@dataclass(slots=True)
class Together:
    """Which numbers belong together (disjoint sets); the smallest name stands for all of a set."""

    _above: dict[Key, Key] = field(default_factory=dict)

    def find(self, key: Key) -> Key:
        """The name that stands for the set of this one."""
        while (above := self._above.get(key, key)) != key:
            self._above[key] = self._above.get(above, above)
            key = above
        return key

    def join(self, one: Key, other: Key) -> None:
        """Make the sets of these two one set."""
        first, second = sorted((self.find(one), self.find(other)))
        self._above[second] = first

    def join_all(self, keys: Iterable[Key]) -> None:
        """Make the sets of all of these one set."""
        first, *others = keys
        for other in others:
            self.join(first, other)


def bare(constraints: Sequence[Constraint], needed: Collection[Key]) -> list[Constraint]:
    """The same for needed quantities, without others that stand once and can make up for anything.

    A sum of which one other part is known nowhere else only says that the other parts are no larger than it.
    """
    left = list(constraints)
    while True:
        times = Counter(key for constraint in left for key, _ in constraint.terms)
        free = {key for key, number in times.items() if number == 1 and key not in needed}
        barer = [bare for constraint in left if (bare := _without_free(constraint, free)).terms]
        if barer == left:
            return left
        left = barer


def _without_free(constraint: Constraint, free: Collection[Key]) -> Constraint:
    """What a constraint says of the others when these can have any value of zero or more; no terms: nothing."""
    factors = [factor for key, factor in constraint.terms if key in free and abs(factor) == 1]
    if not factors and constraint.terms[1:]:
        return constraint
    terms = tuple((key, factor) for key, factor in constraint.terms if key not in free or abs(factor) != 1)
    low = None if 1 in factors else constraint.low
    high = None if -1 in factors else constraint.high
    if low is not None and low <= 0 and all(factor > 0 for _, factor in terms):
        low = None
    if high is not None and high >= 0 and all(factor < 0 for _, factor in terms):
        high = None
    return Constraint(() if low is None and high is None else terms, low, high)


def solved(told: Iterable[Constraint]) -> tuple[dict[Key, int], list[Constraint]]:
    """Quantities that follow at once, one after the other; and the constraints that are left, without them."""
    fixed: dict[Key, int] = {}
    left = list(told)
    while True:
        found = len(fixed)
        rest = []
        for constraint in left:
            smaller = without(constraint, fixed)
            if len(smaller.terms) == 1 and smaller.low is not None and smaller.low == smaller.high:
                key, factor = smaller.terms[0]
                fixed[key] = smaller.low // factor
            elif smaller.terms:
                rest.append(smaller)
        left = rest
        if len(fixed) == found:
            return fixed, left


def without(constraint: Constraint, fixed: Mapping[Key, int]) -> Constraint:
    """The constraint on what is left when these quantities are known."""
    if not any(key in fixed for key, _ in constraint.terms):
        return constraint
    known = sum(factor * fixed[key] for key, factor in constraint.terms if key in fixed)
    return Constraint(
        tuple((key, factor) for key, factor in constraint.terms if key not in fixed),
        None if constraint.low is None else constraint.low - known,
        None if constraint.high is None else constraint.high - known,
    )
