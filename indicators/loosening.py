"""Nearly the cheapest statements to give up, among many numbers that hang together.

Owns one linear program for each such group, kept from number to number: how wrong must what was said become in a table
in which one number is another. Invariant: every table that it gives fits all that is known and all that it does not
give up; that there is one in whole numbers is for the attack to see.

Distances stand for the number of statements (Kelly, Golden and Assad, "Cell suppression: disclosure protection for
sensitive tabular data", 1992) and are weighed anew by what gave way, so that few statements give way by much and not
many by little (Candes, Wakin and Boyd, "Enhancing sparsity by reweighted l1 minimization", 2008).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from indicators.programs import TOLERANCE, Program, Row
from indicators.statements import Constraint, Key, Statement

ROUNDS = 3
"""How often the weights are set; afterwards the choice hardly changes."""
NO_DISTANCE = 0.5
"""What a statement that did not give way is weighed as; half of the smallest distance in whole numbers."""
STILLNESS = 1e-4
"""The price of moving a number that nothing is said of, so that tables differ from the truth in as little as can be."""


@dataclass(frozen=True, slots=True)
class Repaired:
    """Statements to give up, and what each number is in two tables that fit all that is still said then."""

    given_up: frozenset[Key]
    tables: Mapping[Key, tuple[float, float]] = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Moved:
    """A table in which a number has moved, and what it makes wrong."""

    numbers: Sequence[float] = field(repr=False)
    given_up: frozenset[Key]


class Loosening:
    """A group of numbers that hang together, and all that is said of them."""

    def __init__(
        self,
        truth: Mapping[Key, int],
        known: Iterable[Constraint],
        said: Iterable[tuple[Statement, float]],
        width: int,
    ) -> None:
        """`said`: statements with the price of giving each up; `width`: the greatest that will be asked for."""
        self._keys = sorted(truth)
        self._truth = [truth[key] for key in self._keys]
        self._column = {key: column for column, key in enumerate(self._keys)}
        self._bound = 2 * max(self._truth) + 2 * width
        self._upper: list[float] = [*([self._bound] * len(truth)), *self._truth]
        self._rows = [self._moves(row) for row in known]
        self._prices: dict[Key, float] = {}
        self._wrongs: dict[Key, list[int]] = defaultdict(list)
        """Statement to the columns that say by how much it is wrong."""
        for item, price in said:
            self._prices[item.key] = price
            for constraint in item.constraints:
                self._wrongs[item.key] += self._may_be_wrong(constraint)
        self._program = Program(self._upper, self._rows)

    def repaired(self, key: Key, width: int, unsaid: Collection[Key]) -> Repaired | None:
        """What more to leave unsaid for the number to vary by the width; None where fractions don't show a way."""
        truth = self._truth[self._column[key]]
        below = min(truth, width)
        for moves in ((width,), (-below, width - below)):
            if (found := self._all_moved(key, moves, unsaid)) is not None:
                first, last = found[0], found[-1]
                pairs = zip(first.numbers, last.numbers, strict=True)
                return Repaired(
                    frozenset().union(*(each.given_up for each in found)),
                    dict(zip(self._keys, pairs, strict=True)),
                )
        return None

    def _moves(self, constraint: Constraint) -> Row:
        """What a constraint says of what is added to the true numbers and taken from them."""
        columns = [self._column[key] for key, _ in constraint.terms]
        factors = [factor for _, factor in constraint.terms]
        value = sum(factor * self._truth[column] for column, factor in zip(columns, factors, strict=True))
        return Row(
            [*columns, *(column + len(self._keys) for column in columns)],
            [*factors, *(-factor for factor in factors)],
            None if constraint.low is None else constraint.low - value,
            None if constraint.high is None else constraint.high - value,
        )

    def _may_be_wrong(self, constraint: Constraint) -> list[int]:
        """Columns of the distance from what it says; for an exact number those of its moves."""
        if not constraint.terms:
            return []
        if len(constraint.terms) == 1 and constraint.low == constraint.high:
            column = self._column[constraint.terms[0][0]]
            return [column, column + len(self._keys)]
        row, first = self._moves(constraint), len(self._upper)
        largest = max(abs(factor) for factor in row.coefficients)
        self._upper += [self._bound, self._bound]
        self._rows.append(
            Row([*row.columns, first, first + 1], [*row.coefficients, largest, -largest], row.low, row.high)
        )
        return [first, first + 1]

    def _all_moved(self, key: Key, moves: Iterable[int], unsaid: Collection[Key]) -> list[_Moved] | None:
        found: list[_Moved] = []
        gone = set(unsaid)
        for move in filter(None, moves):
            if (moved := self._moved(key, move, gone)) is None:
                return None
            found.append(moved)
            gone |= moved.given_up
        return found

    def _moved(self, key: Key, move: int, unsaid: Collection[Key]) -> _Moved | None:
        """The cheapest of some tables in which the number has moved so far; None: there is none."""
        column = self._column[key]
        there, back = (column, column + len(self._keys))[:: 1 if move > 0 else -1]
        self._program.bound(there, abs(move), max(abs(move), self._upper[there]))
        self._program.bound(back, 0, 0)
        try:
            return self._cheapest(unsaid)
        finally:
            self._program.bound(there, 0, self._upper[there])
            self._program.bound(back, 0, self._upper[back])

    def _cheapest(self, unsaid: Collection[Key]) -> _Moved | None:
        best, least = None, float("inf")
        said = {name: price for name, price in self._prices.items() if name not in unsaid}
        weights = dict.fromkeys(said, 1.0)
        for _ in range(ROUNDS):
            costs: dict[int, float] = dict.fromkeys(range(2 * len(self._keys)), STILLNESS)
            for name, weight in weights.items():
                for column in self._wrongs[name]:
                    costs[column] = costs.get(column, 0.0) + said[name] * weight
            if (solution := self._program.least_or_none(costs)) is None:
                return None
            values = list(solution.columns)
            wrong = {name: sum(values[column] for column in self._wrongs[name]) for name in said}
            given_up = frozenset(name for name, distance in wrong.items() if distance > TOLERANCE)
            if (price := sum(said[name] for name in given_up)) < least:
                best, least = _Moved(self._table(values), given_up), price
            if not given_up:
                break
            weights = {name: NO_DISTANCE / (NO_DISTANCE + distance) for name, distance in wrong.items()}
        return best

    def _table(self, values: Sequence[float]) -> list[float]:
        number = len(self._keys)
        moves = zip(self._truth, values[:number], values[number : 2 * number], strict=True)
        return [truth + up - down for truth, up, down in moves]
