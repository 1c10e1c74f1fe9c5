"""The nearest table that fits and differs in one number.

Owns that one linear program. Invariant: every table that it gives fits all rows, in whole numbers.
"""

from __future__ import annotations

from collections.abc import Sequence

from indicators.programs import TOLERANCE, Program, Row


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
        number = len(self._truth)
        upper = {column: self._bound, column + number: self._truth[column]}
        there, back = sorted(upper, reverse=move < 0)
        self._program.bound(there, abs(move), max(upper[there], abs(move)))
        self._program.bound(back, 0, 0)
        solution = self._program.least_or_none(self._costs)
        for place, most in upper.items():
            self._program.bound(place, 0, most)
        if solution is None:
            return None
        pairs = zip(solution.columns[:number], solution.columns[number:], strict=True)
        moves = [up - down for up, down in pairs]
        if any(abs(each - round(each)) > TOLERANCE for each in moves):
            return None
        return {place: self._truth[place] + round(each) for place, each in enumerate(moves) if round(each)}
