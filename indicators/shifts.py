"""The nearest table that fits and differs in one number.

Owns that one linear program. Invariant: every table that it gives fits all rows, in whole numbers.
"""

from __future__ import annotations

from collections.abc import Sequence

from indicators.programs import Program, Row


class Shifts:
    """How little of a table changes when one of its numbers does: columns are what is added to the truth, and taken."""

    def __init__(self, rows: Sequence[Row], truth: Sequence[int], bound: int) -> None:
        self._truth = truth
        self._values = [
            sum(factor * truth[column] for column, factor in zip(row.columns, row.coefficients, strict=True))
            for row in rows
        ]
        number = len(truth)
        moves = [
            Row(
                [*row.columns, *(column + number for column in row.columns)],
                [*row.coefficients, *(-factor for factor in row.coefficients)],
                None if row.low is None else row.low - value,
                None if row.high is None else row.high - value,
            )
            for row, value in zip(rows, self._values, strict=True)
        ]
        self._bound = bound
        self._program = Program([*([bound] * number), *truth], moves)
        self._costs = dict.fromkeys(range(2 * number), 1.0)

    def limit(self, row: int, low: float | None, high: float | None) -> None:
        """Give a row other bounds."""
        value = self._values[row]
        self._program.limit(row, None if low is None else low - value, None if high is None else high - value)

    def moved(self, column: int, move: int) -> dict[int, int] | None:
        """Where the nearest table differs in which this number has moved so far; None: none in whole numbers."""
        place, most = (column, self._bound) if move > 0 else (column + len(self._truth), self._truth[column])
        self._program.bound(place, abs(move), max(most, abs(move)))
        solution = self._program.least_or_none(self._costs)
        self._program.bound(place, 0, most)
        if solution is None or not solution.is_whole():
            return None
        number = len(self._truth)
        pairs = zip(solution.columns[:number], solution.columns[number:], strict=True)
        moves = ((place, round(up) - round(down)) for place, (up, down) in enumerate(pairs))
        return {place: self._truth[place] + move for place, move in moves if move}
