"""Tables that fit and differ in some numbers, in as little else as can be.

Owns that one linear program. Invariant: every table that it gives fits all rows, in whole numbers.

A percentage is a row with large factors, whose corners lie between whole numbers. Here its numbers may move so little,
each by its part of the room, that the row holds wherever they are: what is left are sums, whose corners are whole.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from indicators.programs import TOLERANCE, Program, Row

STILLNESS = 1e-3
"""The price of moving a number that is not asked to move, beside one for each unit that another moves as asked."""
FEW = 20
"""Up to how many numbers asked to move at once the program goes on from its last answer; else it begins anew."""


class Shifts:
    """How little of a table changes when numbers do: columns are what is added to the truth, and taken."""

    def __init__(self, rows: Sequence[Row], truth: Sequence[int], bound: int) -> None:
        self._truth = truth
        self._rows = rows
        self._values = [
            sum(factor * truth[column] for column, factor in zip(row.columns, row.coefficients, strict=True))
            for row in rows
        ]
        number = len(truth)
        moves = [
            Row(
                [*row.columns, *(column + number for column in row.columns)],
                [*row.coefficients, *(-factor for factor in row.coefficients)],
                *(self._room(place, row.low, row.high) if _is_sum(row) else (None, None)),
            )
            for place, row in enumerate(rows)
        ]
        self._widest = [*([bound] * number), *truth]
        self._caps: dict[int, dict[int, int]] = defaultdict(dict)
        """Column to the row that holds only while the column is no larger than so much."""
        self._program = Program(self._widest, moves, costs=[STILLNESS] * (2 * number))
        for place, row in enumerate(rows):
            if not _is_sum(row):
                self._cap(place, row.low, row.high)

    def limit(self, row: int, low: float | None, high: float | None) -> None:
        """Give a row other bounds."""
        if _is_sum(self._rows[row]):
            self._program.limit(row, *self._room(row, low, high))
        else:
            self._cap(row, low, high)

    def moved(self, moves: Mapping[int, int]) -> dict[int, int] | None:
        """Where a table differs in which as many of these numbers as can be have moved so far, or nearly.

        None where no such table was found in whole numbers.
        """
        number = len(self._truth)
        costs = {}
        for column, move in moves.items():
            there, back = (column, column + number)[:: 1 if move > 0 else -1]
            self._program.bound(there, 0, min(abs(move), self._upper(there)))
            self._program.bound(back, 0, 0)
            costs[there] = -1.0
        if len(moves) > FEW:
            self._program.forget()
        solution = self._program.least(costs)
        for column in moves:
            for place in (column, column + number):
                self._program.bound(place, 0, self._upper(place))
        pairs = zip(solution.columns[:number], solution.columns[number:], strict=True)
        found = {}
        for place, (up, down) in enumerate(pairs):
            if up != down:
                if abs(up - down - (by := round(up - down))) > TOLERANCE:
                    return None
                if by:
                    found[place] = self._truth[place] + by
        return found

    def _room(self, row: int, low: float | None, high: float | None) -> tuple[float | None, float | None]:
        """How far the row may move down, as a number below nought, and up."""
        value = self._values[row]
        return None if low is None else low - value, None if high is None else high - value

    def _cap(self, row: int, low: float | None, high: float | None) -> None:
        """Let each number of a row move by its part of the room in both directions."""
        down, up = self._room(row, low, high)
        columns = self._rows[row].columns
        for column, factor in zip(columns, self._rows[row].coefficients, strict=True):
            for place, sign in ((column, 1), (column + len(self._truth), -1)):
                room = up if factor * sign > 0 else None if down is None else -down
                if room is None:
                    self._caps[place].pop(row, None)
                else:
                    self._caps[place][row] = int(room // (len(columns) * abs(factor)))
                self._program.bound(place, 0, self._upper(place))

    def _upper(self, place: int) -> int:
        return min([self._widest[place], *self._caps[place].values()])


def _is_sum(row: Row) -> bool:
    """Whether it adds numbers up and takes them away, each once."""
    return all(abs(factor) == 1 for factor in row.coefficients)
