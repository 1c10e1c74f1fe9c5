"""Linear and whole-number programs, solved by HiGHS.

Owns the only door to the solver, which is loaded when it is first needed. Invariant: an answer is the proven optimum,
or within the gap that was asked for; whatever else the solver says (out of work, failure, no solution) is a problem, so
that nothing passes for safe by mistake.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

from indicators.problems import IndicatorProblem

if TYPE_CHECKING:
    import highspy

TOLERANCE = 1e-6
"""How far from a whole number a solution may lie and still count as one; HiGHS's own feasibility tolerance."""

OPTIONS: Mapping[str, bool | int | float] = {
    "output_flag": False,
    "threads": 1,
    "random_seed": 0,
    "mip_abs_gap": 1e-6,
    "mip_max_nodes": 50_000,
    "simplex_iteration_limit": 2_000_000,
}
"""Silent, and the same answer every time: one thread, one seed, optima proven to the last unit; and an end that comes
after so much work and not after so much time, so that a slow machine finds what a fast one does. Programs of a release
take some hundred nodes at most: where that many don't suffice, more would not either."""


@dataclass(frozen=True, slots=True)
class Row:
    """low <= the sum of coefficient times column <= high; None leaves that side open."""

    columns: Sequence[int]
    coefficients: Sequence[float]
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Solution:
    """The optimum and where it lies."""

    value: float
    columns: Sequence[float] = field(repr=False)

    def is_whole(self) -> bool:
        """Whether every column has a whole number."""
        return all(abs(value - round(value)) <= TOLERANCE for value in self.columns)


class Program:
    """Columns with bounds and rows over them; optimised again and again for different costs."""

    def __init__(
        self,
        upper: Sequence[float],
        rows: Sequence[Row],
        *,
        whole: Sequence[int] = (),
        gap: float = 0.0,
        costs: Sequence[float] = (),
    ) -> None:
        """Columns lie between 0 and `upper`; those in `whole` are whole.

        Args:
            gap: how far an optimum may be off.
            costs: of each column where `least` and `most` are asked with no other; none at all: nought.
        """
        self._usual = costs or [0.0] * len(upper)
        self._costs: dict[int, float] = {}
        self._solver = _solver(upper, rows, whole, self._usual)
        self._solver.setOptionValue("mip_rel_gap", gap)

    def limit(self, row: int, low: float | None, high: float | None) -> None:
        """Give a row other bounds; None leaves that side open."""
        infinity = _highs().kHighsInf
        self._solver.changeRowBounds(
            row, -infinity if low is None else low, infinity if high is None else high
        )

    def bound(self, column: int, low: float, high: float) -> None:
        """Give a column other bounds."""
        self._solver.changeColBounds(column, low, high)

    def forget(self) -> None:
        """Begin anew the next time: for costs and bounds that are quite different the last answer leads astray."""
        self._solver.clearSolver()

    def least(self, costs: Mapping[int, float]) -> Solution:
        """The minimum of the sum of cost times column. Raises IndicatorProblem IND-007 when it is not proven."""
        for column in sorted(self._costs.keys() | costs.keys()):
            usual = self._usual[column]
            if self._costs.get(column, usual) != (cost := costs.get(column, usual)):
                self._solver.changeColCost(column, cost)
        self._costs = dict(costs)
        self._solver.run()
        if self._solver.getModelStatus() != _highs().HighsModelStatus.kOptimal:
            raise _unproven()
        return Solution(self._solver.getInfo().objective_function_value, self._solver.getSolution().col_value)

    def least_or_none(self, costs: Mapping[int, float]) -> Solution | None:
        """The minimum, or None when nothing fits the rows. Raises IndicatorProblem IND-007 when neither is proven."""
        try:
            return self.least(costs)
        except IndicatorProblem:
            if self._solver.getModelStatus() == _highs().HighsModelStatus.kInfeasible:
                return None
            raise

    def most(self, costs: Mapping[int, float]) -> Solution:
        """The maximum; otherwise as `least`."""
        solution = self.least({column: -cost for column, cost in costs.items()})
        return Solution(-solution.value, solution.columns)


@cache
def _highs() -> Any:
    import highspy

    return highspy


def _solver(
    upper: Sequence[float], rows: Sequence[Row], whole: Sequence[int], costs: Sequence[float]
) -> highspy.Highs:
    highs = _highs()
    program = highs.HighsLp()
    program.num_col_, program.num_row_ = len(upper), len(rows)
    program.col_cost_ = list(costs)
    program.col_lower_, program.col_upper_ = [0.0] * len(upper), list(upper)
    program.row_lower_ = [-highs.kHighsInf if row.low is None else row.low for row in rows]
    program.row_upper_ = [highs.kHighsInf if row.high is None else row.high for row in rows]
    program.a_matrix_.format_ = highs.MatrixFormat.kRowwise
    starts = [0]
    for row in rows:
        starts.append(starts[-1] + len(row.columns))
    program.a_matrix_.start_ = starts
    program.a_matrix_.index_ = [column for row in rows for column in row.columns]
    program.a_matrix_.value_ = [float(value) for row in rows for value in row.coefficients]
    if whole:
        kinds = [highs.HighsVarType.kContinuous] * len(upper)
        for column in whole:
            kinds[column] = highs.HighsVarType.kInteger
        program.integrality_ = kinds
    solver: highspy.Highs = highs.Highs()
    for option, value in OPTIONS.items():
        solver.setOptionValue(option, value)
    solver.passModel(program)
    return solver


def _unproven() -> IndicatorProblem:
    return IndicatorProblem(
        "IND-007",
        "It could not be proven that hidden figures stay hidden.",
        remedy="Nothing was released. Release fewer tables at once, a shorter period, or coarser tables (quarters "
        "instead of months).",
    )
