"""The attack: what a reader can work out about a hidden number from everything that was told.

Owns the feasible ranges; what to do about a narrow one is `indicators.suppression`'s. Invariant: a quantity is called
safe only when two tables of whole numbers were found that fit all that was told and differ in it by the width asked
for; a solver that can't tell raises, and never means safe.

Follows Fischetti and Salazar-Gonzalez, "Models and algorithms for optimizing cell suppression in tabular data with
linear constraints" (2000): the attacker's two linear programs for each cell; whole numbers where those leave it open.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from indicators.programs import Program, Row
from indicators.statements import Constraint, Key


@dataclass(frozen=True, slots=True)
class Range:
    """The least and the greatest whole number that fits all that was told."""

    low: int
    high: int

    @property
    def width(self) -> int:
        """How uncertain the reader stays; 0 when he knows the number."""
        return self.high - self.low


def narrow(
    quantities: Mapping[Key, int], protected: Mapping[Key, int], told: Iterable[Constraint]
) -> dict[Key, Range]:
    """The protected quantities whose range is narrower than it must be, and that range.

    Args:
        quantities: true values; they only bound the search and are the first table that fits.
        protected: quantity to the least width of its range.
        told: everything the reader has.

    Raises IndicatorProblem IND-007 when the solver can't tell.
    """
    found: dict[Key, Range] = {}
    for system in systems(quantities, protected, told):
        found |= system.narrow()
    return found


def ranges(
    quantities: Mapping[Key, int], keys: Iterable[Key], told: Iterable[Constraint]
) -> dict[Key, Range]:
    """The exact range of each of these quantities. Raises IndicatorProblem IND-007 when the solver can't tell."""
    wanted = dict.fromkeys(keys, _ANY_WIDTH)
    return {
        key: reach
        for system in systems(quantities, wanted, told)
        for key, reach in system.narrow(at_once=False).items()
    }


_ANY_WIDTH = 1 << 60
NEAR = 30
"""How many quantities around one are let vary before a whole large system is."""


def systems(
    quantities: Mapping[Key, int], protected: Mapping[Key, int], told: Iterable[Constraint]
) -> list[System]:
    """What was told, cut into parts that have nothing to do with one another."""
    fixed, left = _solved(told)
    together = _Together()
    for constraint in left:
        first = constraint.terms[0][0]
        for key, _ in constraint.terms[1:]:
            together.join(first, key)
    members: dict[Key, dict[Key, int]] = defaultdict(dict)
    constraints: dict[Key, list[Constraint]] = defaultdict(list)
    for constraint in left:
        constraints[together.find(constraint.terms[0][0])].append(constraint)
    for key in sorted(protected):
        members[together.find(key)][key] = protected[key]
    widths = [width for width in protected.values() if width != _ANY_WIDTH]
    bound = 1 + 2 * max(quantities.values(), default=0) + 2 * max(widths, default=0)
    return [
        System(members[root], constraints[root], quantities, fixed, bound)
        for root in sorted(members.keys() | constraints.keys())
    ]


class System:
    """Constraints over hidden quantities that hang together, and the tables that were found to fit them."""

    def __init__(
        self,
        protected: Mapping[Key, int],
        constraints: Sequence[Constraint],
        quantities: Mapping[Key, int],
        fixed: Mapping[Key, int],
        bound: int,
    ) -> None:
        self.protected = protected
        self.constraints = constraints
        self.all_keys = {key for row in constraints for key, _ in row.terms} | protected.keys()
        constraints = _bare(constraints, protected)
        self._bare = constraints
        self.keys = sorted({key for row in constraints for key, _ in row.terms} | protected.keys())
        self.fixed = fixed
        self._bound = bound
        self._column = {key: number for number, key in enumerate(self.keys)}
        self._truth = [quantities[key] for key in self.keys]
        self._low, self._high = list(self._truth), list(self._truth)
        self._tables: list[dict[Key, int]] = []
        self._links: dict[Key, list[Constraint]] = defaultdict(list)
        for constraint in constraints:
            for key, _ in constraint.terms:
                self._links[key].append(constraint)
        self._relaxed: Program | None = None
        self._whole: Program | None = None

    def narrow(self, *, at_once: bool = True) -> dict[Key, Range]:
        """The protected quantities that are narrower than they must be. `at_once`: first widen many together."""
        if at_once and len(self._unproven()) > 1 and self._bare:
            self._widen_together()
        found = {}
        for key, width in self.protected.items():
            if (reach := self._reach(key, width)).width < width:
                found[key] = reach
        return found

    def _widen_together(self) -> None:
        """A few tables in which as many quantities as can be are far from the truth, to spare asking for each."""
        for cost in (-1.0, 1.0):
            solution = self._relaxed_program().least(dict.fromkeys(self._unproven(), cost))
            if solution.is_whole():
                self._keep(solution.columns)

    def _unproven(self) -> list[int]:
        """Columns of quantities that are not known to be wide enough."""
        return [
            column
            for key, width in self.protected.items()
            if key not in self.fixed and self._high[column := self._column[key]] - self._low[column] < width
        ]

    def _reach(self, key: Key, width: int) -> Range:
        """The range of a quantity; no further than to prove the width where it is at least that wide."""
        if key in self.fixed:
            return Range(self.fixed[key], self.fixed[key])
        column = self._column[key]
        if self._found(column).width < width and len(self.keys) > NEAR:
            self._vary_nearby(key)
        if self._found(column).width >= width:
            return self._found(column)
        outer_high = self._relaxed_reach(column, upwards=True)
        if self._found(column).width >= width:
            return self._found(column)
        outer_low = self._relaxed_reach(column, upwards=False)
        if self._found(column).width >= width or outer_high == outer_low:
            return self._found(column)
        if outer_high - outer_low < width != _ANY_WIDTH:
            return Range(outer_low, outer_high)
        if outer_high > self._high[column]:
            self._whole_reach(column, upwards=True)
        if outer_low < self._low[column] and self._found(column).width < width:
            self._whole_reach(column, upwards=False)
        return self._found(column)

    def _vary_nearby(self, key: Key) -> None:
        """Two tables in which only the nearest quantities differ from the truth: quick, and mostly enough."""
        near = nearest(key, self._links, NEAR)
        truth = {name: self._truth[column] for name, column in self._column.items() if name not in near}
        touching = {id(row): row for name in near for row in self._links[name]}
        keys = sorted(near)
        column = {name: number for number, name in enumerate(keys)}
        program = Program(
            [self._bound] * len(keys), [_row(without(row, truth), column) for row in touching.values()]
        )
        for solution in (program.most({column[key]: 1}), program.least({column[key]: 1})):
            if solution.is_whole():
                self._keep(solution.columns, [self._column[name] for name in keys])

    def _found(self, column: int) -> Range:
        """How far the tables that were found so far differ."""
        return Range(self._low[column], self._high[column])

    def _relaxed_reach(self, column: int, *, upwards: bool) -> int:
        """The bound that fractions allow, rounded inwards; a solution in whole numbers is kept as a table that fits."""
        program = self._relaxed_program()
        solution = program.most({column: 1}) if upwards else program.least({column: 1})
        if solution.is_whole():
            self._keep(solution.columns)
        return _inwards(solution.value, upwards=upwards)

    def _whole_reach(self, column: int, *, upwards: bool) -> None:
        if self._whole is None:
            columns = range(len(self.keys))
            self._whole = Program([self._bound] * len(self.keys), self._rows(), whole=columns)
        solution = self._whole.most({column: 1}) if upwards else self._whole.least({column: 1})
        self._keep(solution.columns)

    def _relaxed_program(self) -> Program:
        if self._relaxed is None:
            self._relaxed = Program([self._bound] * len(self.keys), self._rows())
        return self._relaxed

    def _rows(self) -> list[Row]:
        return [_row(constraint, self._column) for constraint in self._bare]

    def _keep(self, table: Sequence[float], columns: Sequence[int] | None = None) -> None:
        """Remember a table that fits, by where it differs from the truth."""
        found = {}
        for column, value in zip(columns or range(len(table)), table, strict=True):
            number = round(value)
            if number != self._truth[column]:
                found[self.keys[column]] = number
                self._low[column] = min(self._low[column], number)
                self._high[column] = max(self._high[column], number)
        if found:
            self._tables.append(found)

    def take_over(self, earlier: System, told: Sequence[Constraint], truth: Mapping[Key, int]) -> None:
        """Keep those tables of a system with less told that fit what is told besides."""
        told_of = {key for row in told for key, _ in row.terms}
        if told_of & (earlier.all_keys - earlier._column.keys()):
            return  # its tables say nothing of a quantity that could have any value
        for table in earlier._tables:
            if all(fits(row, table, truth) for row in told) and table.keys() <= self._column.keys():
                self._keep(list(table.values()), [self._column[key] for key in table])


def _bare(constraints: Sequence[Constraint], protected: Mapping[Key, int]) -> list[Constraint]:
    """The same for protected quantities, without quantities that stand once and can make up for anything.

    A sum of which one unprotected part is known nowhere else only says that the other parts are no larger than it.
    """
    left = list(constraints)
    while True:
        times = Counter(key for constraint in left for key, _ in constraint.terms)
        free = {key for key, number in times.items() if number == 1 and key not in protected}
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


def fits(constraint: Constraint, table: Mapping[Key, int], truth: Mapping[Key, int]) -> bool:
    """Whether a table, given by where it differs from the truth, satisfies a constraint."""
    value = sum(factor * table.get(key, truth[key]) for key, factor in constraint.terms)
    return (constraint.low is None or constraint.low <= value) and (
        constraint.high is None or value <= constraint.high
    )


def nearest(key: Key, links: Mapping[Key, Sequence[Constraint]], number: int) -> set[Key]:
    """Some quantities, about so many, that hang together with this one most closely."""
    near, edge = {key}, [key]
    while edge and len(near) < number:
        further = {name for known in edge for constraint in links[known] for name, _ in constraint.terms}
        edge = sorted(further - near)
        near.update(edge)
    return near


def _row(constraint: Constraint, column: Mapping[Key, int]) -> Row:
    return Row(
        [column[key] for key, _ in constraint.terms],
        [factor for _, factor in constraint.terms],
        constraint.low,
        constraint.high,
    )


def _inwards(value: float, *, upwards: bool) -> int:
    nearest = round(value)
    if abs(value - nearest) <= 1e-6 * max(1.0, abs(value)):
        return nearest
    return int(value // 1) if upwards else -int(-value // 1)


def _solved(told: Iterable[Constraint]) -> tuple[dict[Key, int], list[Constraint]]:
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


@dataclass(slots=True)
class _Together:
    """Which quantities hang together (disjoint sets)."""

    _above: dict[Key, Key] = field(default_factory=dict)

    def find(self, key: Key) -> Key:
        while (above := self._above.get(key, key)) != key:
            self._above[key] = self._above.get(above, above)
            key = above
        return key

    def join(self, one: Key, other: Key) -> None:
        first, second = sorted((self.find(one), self.find(other)))
        self._above[second] = first
