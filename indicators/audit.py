"""The attack: what a reader can work out about a hidden number from everything that was told.

Owns the feasible ranges; what to do about a narrow one is `indicators.suppression`'s. Invariant: a quantity is called
safe only when two tables of whole numbers were found that fit all that was told and differ in it by the width asked
for; a solver that can't tell raises, and never means safe.

Follows Fischetti and Salazar-Gonzalez, "Models and algorithms for optimizing cell suppression in tabular data with
linear constraints" (2000): the attacker's two linear programs for each cell; whole numbers where those leave it open.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
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
    quantities: Mapping[Key, int], protected: Mapping[Key, int], told: Sequence[Constraint]
) -> dict[Key, Range]:
    """The protected quantities whose range is narrower than it must be, and that range.

    Args:
        quantities: true values; they only bound the search and are the first table that fits.
        protected: quantity to the least width of its range.
        told: everything the reader has.

    Raises IndicatorProblem IND-007 when the solver can't tell.
    """
    found = {}
    for system in systems(quantities, protected, told):
        for key in system.protected:
            reach = system.reach(key, protected[key])
            if reach.width < protected[key]:
                found[key] = reach
    return found


def ranges(
    quantities: Mapping[Key, int], keys: Iterable[Key], told: Sequence[Constraint]
) -> dict[Key, Range]:
    """The exact range of each of these quantities. Raises IndicatorProblem IND-007 when the solver can't tell."""
    wanted = dict.fromkeys(keys, _ANY_WIDTH)
    return {
        key: system.reach(key, _ANY_WIDTH)
        for system in systems(quantities, wanted, told)
        for key in system.protected
    }


_ANY_WIDTH = 1 << 60


def systems(
    quantities: Mapping[Key, int], protected: Mapping[Key, int], told: Iterable[Constraint]
) -> list[System]:
    """What was told, cut into parts that have nothing to do with one another; without parts that protect nothing."""
    fixed, left = _solved(told)
    together = _Together()
    for constraint in left:
        first = constraint.terms[0][0]
        for key, _ in constraint.terms[1:]:
            together.join(first, key)
    members: dict[Key, list[Key]] = defaultdict(list)
    for key in sorted(protected):
        if quantities[key] != fixed.get(key, quantities[key]):
            raise AssertionError("a reader was told what is not true")
        members[together.find(key)].append(key)
    constraints: dict[Key, list[Constraint]] = defaultdict(list)
    for constraint in left:
        constraints[together.find(constraint.terms[0][0])].append(constraint)
    bound = 2 * max(quantities.values(), default=0) + 2 * max(
        (width for width in protected.values() if width != _ANY_WIDTH), default=0
    )
    return [
        System(tuple(keys), constraints[root], quantities, fixed, bound + 1)
        for root, keys in sorted(members.items())
    ]


class System:
    """Constraints over hidden quantities that hang together, and the tables that were found to fit them."""

    def __init__(
        self,
        protected: tuple[Key, ...],
        constraints: Sequence[Constraint],
        quantities: Mapping[Key, int],
        fixed: Mapping[Key, int],
        bound: int,
    ) -> None:
        self.protected = protected
        self._fixed = fixed
        keys = sorted({key for constraint in constraints for key, _ in constraint.terms} | set(protected))
        self._column = {key: number for number, key in enumerate(keys)}
        self._bound = bound
        self._rows = [
            Row(
                [self._column[key] for key, _ in constraint.terms],
                [factor for _, factor in constraint.terms],
                constraint.low,
                constraint.high,
            )
            for constraint in constraints
        ]
        truth = [quantities[key] for key in keys]
        self._low, self._high = list(truth), list(truth)
        self._relaxed: Program | None = None
        self._whole: Program | None = None

    def reach(self, key: Key, width: int) -> Range:
        """The range of a quantity; no further than to prove the width where it is at least that wide."""
        if key in self._fixed:
            return Range(self._fixed[key], self._fixed[key])
        column = self._column[key]
        if self._high[column] - self._low[column] >= width:
            return Range(self._low[column], self._high[column])
        outer_high = self._relaxed_reach(column, upwards=True)
        if self._high[column] - self._low[column] >= width:
            return Range(self._low[column], self._high[column])
        outer_low = self._relaxed_reach(column, upwards=False)
        if self._high[column] - self._low[column] >= width or outer_high == outer_low:
            return Range(self._low[column], self._high[column])
        if outer_high - outer_low < width != _ANY_WIDTH:
            return Range(outer_low, outer_high)
        if outer_high > self._high[column]:
            self._whole_reach(column, upwards=True)
        if outer_low < self._low[column] and self._high[column] - self._low[column] < width:
            self._whole_reach(column, upwards=False)
        return Range(self._low[column], self._high[column])

    def _relaxed_reach(self, column: int, *, upwards: bool) -> int:
        """The bound that fractions allow, rounded inwards; a solution in whole numbers is kept as a table that fits."""
        if self._relaxed is None:
            self._relaxed = Program([self._bound] * len(self._column), self._rows)
        solution = self._relaxed.most({column: 1}) if upwards else self._relaxed.least({column: 1})
        if solution.is_whole():
            self._keep(solution.columns)
        return _inwards(solution.value, upwards=upwards)

    def _whole_reach(self, column: int, *, upwards: bool) -> None:
        if self._whole is None:
            columns = range(len(self._column))
            self._whole = Program([self._bound] * len(self._column), self._rows, whole=columns)
        solution = self._whole.most({column: 1}) if upwards else self._whole.least({column: 1})
        self._keep(solution.columns)

    def _keep(self, table: Sequence[float]) -> None:
        for column, value in enumerate(table):
            number = round(value)
            self._low[column] = min(self._low[column], number)
            self._high[column] = max(self._high[column], number)


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
