"""The attack: what a reader can work out about a hidden number from everything that was told.

Owns the feasible ranges; what to do about a narrow one is `indicators.suppression`'s. Invariant: a quantity is called
safe only when two tables of whole numbers were found that fit all that was told and differ in it by the width asked
for; a solver that can't tell raises, and never means safe.

Follows Fischetti and Salazar-Gonzalez, "Models and algorithms for optimizing cell suppression in tabular data with
linear constraints" (2000): the attacker's two linear programs for each cell; whole numbers where those leave it open.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import inf

from indicators.contraction import Together, bare, solved, without
from indicators.programs import Program, Row
from indicators.shifts import Shifts
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
        key: reach for system in systems(quantities, wanted, told) for key, reach in system.narrow().items()
    }


_ANY_WIDTH = 1 << 60
AT_ONCE = (20, 20)
"""Into how many parts the numbers are cut that are shown to be uncertain together, before each of them is by itself:
few tables show nearly all of them, and of many numbers asked for at once not all can move as far as they must."""


def systems(
    quantities: Mapping[Key, int],
    protected: Mapping[Key, int],
    told: Iterable[Constraint],
    open_still: Iterable[Sequence[Constraint]] = (),
) -> list[System]:
    """What was told, cut into parts that have nothing to do with one another.

    Args:
        open_still: constraints that may be told later, each group together; until then they say nothing.
    """
    fixed, left = solved(told)
    later = [[without(row, fixed) for row in group] for group in open_still]
    later = [[row for row in group if row.terms] for group in later]
    together = Together()
    for group in [*([constraint] for constraint in left), *(group for group in later if group)]:
        together.join_all(key for constraint in group for key, _ in constraint.terms)
    members: dict[Key, dict[Key, int]] = defaultdict(dict)
    constraints: dict[Key, list[Constraint]] = defaultdict(list)
    optional: dict[Key, list[Constraint]] = defaultdict(list)
    for constraint in left:
        constraints[together.find(constraint.terms[0][0])].append(constraint)
    for row in dict.fromkeys(row for group in later for row in group):
        optional[together.find(row.terms[0][0])].append(row)
    for key in sorted(protected):
        members[together.find(key)][key] = protected[key]
    widths = [width for width in protected.values() if width != _ANY_WIDTH]
    each = max((abs(factor) for row in left if row.low == row.high for _, factor in row.terms), default=1)
    bound = 1 + 2 * max(quantities.values(), default=0) + 2 * each * max(widths, default=0)
    return [
        System(members[root], constraints[root], optional[root], quantities, fixed, bound)
        for root in sorted(members.keys() | constraints.keys() | optional.keys())
    ]


class System:
    """Constraints over hidden quantities that hang together, and the tables that were found to fit them."""

    def __init__(
        self,
        protected: Mapping[Key, int],
        constraints: Sequence[Constraint],
        optional: Sequence[Constraint],
        quantities: Mapping[Key, int],
        fixed: Mapping[Key, int],
        bound: int,
    ) -> None:
        self.protected = protected
        self.all_keys = {key for row in (*constraints, *optional) for key, _ in row.terms} | protected.keys()
        self._bare = bare(constraints, protected.keys() | {key for row in optional for key, _ in row.terms})
        self._optional = {row: number for number, row in enumerate(optional, len(self._bare))}
        self._told: set[Constraint] = set()
        rows = (*self._bare, *optional)
        self.keys = sorted({key for row in rows for key, _ in row.terms} | protected.keys())
        self.fixed = fixed
        self._bound = bound
        self._column = {key: number for number, key in enumerate(self.keys)}
        self._true = {key: quantities[key] for key in self.keys}
        self._truth = [*self._true.values()]
        self._low, self._high = list(self._truth), list(self._truth)
        self.tables: list[dict[Key, int]] = []
        """Those found so far, by where they differ from the true one."""
        self._shifts: Shifts | None = None
        self.effort = 0
        """Numbers looked at in all programs so far: what was spent, told in a way that repeats."""
        self._relaxed: Program | None = None
        self._whole: Program | None = None

    def narrow(self, attacked: Callable[[], None] = lambda: None) -> dict[Key, Range]:
        """The protected quantities that are narrower than they must be.

        `attacked` is called now and then, so that long work can be shown to go on.
        """
        for parts in AT_ONCE:
            self._shift_many(parts, attacked)
        found = {}
        for key, width in self.protected.items():
            before = self.effort
            if (reach := self._reach(key, width)).width < width:
                found[key] = reach
            if self.effort > before:
                attacked()
        return found

    def begin_with(self, tables: Iterable[Mapping[Key, int]]) -> None:
        """Take over tables that were found before, where they fit all that is told."""
        own = ({key: table[key] for key in self._column.keys() & table.keys()} for table in tables)
        apart = {tuple(sorted(table.items())): table for table in own}.values()
        self._restart(_fitting((*self._bare, *self._told), self._true, apart))

    def tell(self, rows: Iterable[Constraint]) -> bool:
        """Tell these of the rows that are open still, if all protected quantities stay wide; else they stay open."""
        left = (without(row, self.fixed) for row in rows)
        fresh = list(dict.fromkeys(row for row in left if row.terms and row not in self._told))
        tables = self.tables
        self._change(fresh, are_told=True)
        self._restart(_fitting(fresh, self._true, tables))
        if self._is_wide():
            return True
        self._change(fresh, are_told=False)
        self._restart([*tables, *(table for table in self.tables if table not in tables)])
        return False

    def _change(self, rows: Sequence[Constraint], *, are_told: bool) -> None:
        """Let these rows hold, or hold no longer."""
        for row in rows:
            (self._told.add if are_told else self._told.remove)(row)
            for program in (self._relaxed, self._whole, self._shifts):
                if program is not None:
                    program.limit(self._optional[row], *((row.low, row.high) if are_told else (None, None)))

    def _restart(self, tables: Sequence[dict[Key, int]]) -> None:
        """Know these tables and no others."""
        self.tables = []
        self._low, self._high = list(self._truth), list(self._truth)
        for table in tables:
            self._keep(list(table.values()), [self._column[key] for key in table])

    def _is_wide(self) -> bool:
        """Whether all protected quantities are wide enough; the likeliest to be narrow are asked first."""
        if (first := self._narrowest()) is None:
            return True
        if not self._is_wide_enough(first):
            return False
        return all(self._is_wide_enough(self.keys[column]) for column in self._unproven())

    def _narrowest(self) -> Key | None:
        columns = self._unproven()
        if not columns:
            return None
        return self.keys[min(columns, key=lambda column: (self._found(column).width, column))]

    def _is_wide_enough(self, key: Key) -> bool:
        return self._reach(key, self.protected[key]).width >= self.protected[key]

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
        if width != _ANY_WIDTH:
            self._shift([column])
        if self._found(column).width >= width:
            return self._found(column)
        if outer_high > self._high[column]:
            self._whole_reach(column, upwards=True)
        if outer_low < self._low[column] and self._found(column).width < width:
            self._whole_reach(column, upwards=False)
        return self._found(column)

    def _shift_many(self, parts: int, attacked: Callable[[], None]) -> None:
        """Tables that each differ in one of so many parts of those that are not proven to be wide enough."""
        for part in range(parts):
            columns = [column for column in self._unproven() if self._width(column) != _ANY_WIDTH]
            if len(columns) < parts:
                return
            self._shift(columns[part::parts])
            attacked()

    def _shift(self, columns: Sequence[int]) -> None:
        """Tables in which these quantities are the width away from the truth, and as little else as can be.

        Such tables outlive most of what is told later, and the solver finds them in a few steps.
        """
        if self._shifts is None:
            self._shifts = Shifts(self._rows(), self._truth, self._bound)
        for upwards in (True, False):
            narrow = [column for column in columns if self._found(column).width < self._width(column)]
            moves = {
                column: self._low[column] + self._width(column) - self._truth[column]
                if upwards
                else -self._truth[column]
                for column in narrow
            }
            if moves := {column: move for column, move in moves.items() if move}:
                self.effort += len(self.keys)
                if (table := self._shifts.moved(moves)) is not None:
                    self._keep(list(table.values()), list(table))

    def _width(self, column: int) -> int:
        """How uncertain a protected quantity must stay."""
        return self.protected[self.keys[column]]

    def _found(self, column: int) -> Range:
        """How far the tables that were found so far differ."""
        return Range(self._low[column], self._high[column])

    def _relaxed_reach(self, column: int, *, upwards: bool) -> int:
        """The bound that fractions allow, rounded inwards; a solution in whole numbers is kept as a table that fits."""
        self.effort += len(self.keys)
        if self._relaxed is None:
            self._relaxed = self._program()
        solution = self._relaxed.most({column: 1}) if upwards else self._relaxed.least({column: 1})
        if solution.is_whole():
            self._keep(solution.columns)
        return _inwards(solution.value, upwards=upwards)

    def _whole_reach(self, column: int, *, upwards: bool) -> None:
        self.effort += len(self.keys)
        if self._whole is None:
            columns = range(len(self.keys))
            self._whole = self._program(whole=columns)
        solution = self._whole.most({column: 1}) if upwards else self._whole.least({column: 1})
        self._keep(solution.columns)

    def _program(self, whole: Sequence[int] = ()) -> Program:
        return Program([self._bound] * len(self.keys), self._rows(), whole=whole)

    def _rows(self) -> list[Row]:
        """What is told, and as rows without bounds what may be told later."""
        rows = [_row(constraint, self._column) for constraint in (*self._bare, *self._optional)]
        for row, number in self._optional.items():
            if row not in self._told:
                rows[number] = replace(rows[number], low=None, high=None)
        return rows

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
            self.tables.append(found)


def _fitting(
    rows: Iterable[Constraint], truth: Mapping[Key, int], tables: Iterable[dict[Key, int]]
) -> list[dict[Key, int]]:
    """Those of the tables that fit the rows: of each row only what differs from the truth is added up."""
    factors: dict[Key, list[tuple[int, int]]] = defaultdict(list)
    room: list[tuple[float, float]] = []
    for number, row in enumerate(rows):
        true = sum([factor * truth[key] for key, factor in row.terms])
        low, high = (-inf if row.low is None else row.low, inf if row.high is None else row.high)
        room.append((low - true, high - true))
        for key, factor in row.terms:
            factors[key].append((number, factor))
    found = []
    for table in tables:
        moved: dict[int, int] = defaultdict(int)
        for key, value in table.items():
            for number, factor in factors.get(key, ()):
                moved[number] += factor * (value - truth[key])
        if all(room[number][0] <= by <= room[number][1] for number, by in moved.items()):
            found.append(table)
    return found


def neighbours(rows: Iterable[Constraint], keys: Collection[Key]) -> dict[Key, list[list[Key]]]:
    """Each of these numbers with the groups of numbers that it stands in a relation with."""
    found: dict[Key, list[list[Key]]] = defaultdict(list)
    for row in rows:
        group = [key for key, _ in row.terms if key in keys]
        for key in group:
            found[key].append(group)
    return found


def nearest(key: Key, links: Mapping[Key, Iterable[Iterable[Key]]], number: int) -> set[Key]:
    """Some quantities, about so many, that hang together with this one most closely.

    `links`: quantity to the groups of quantities that it stands in a relation with.
    """
    near, edge = {key}, [key]
    while edge and len(near) < number:
        further = {name for known in edge for group in links.get(known, ()) for name in group}
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
