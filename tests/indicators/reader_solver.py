"""What a reader finds with a solver: how small and how great a number can be by all that was read."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Mapping
from typing import Any, TypeVar

import highspy

from tests.indicators.reader_attack import MOST

Kind = TypeVar("Kind", bound=Hashable)


def range_of(
    wanted: Collection[Kind], kinds: Iterable[Kind], rows: Iterable[tuple[float, float, Mapping[Kind, float]]]
) -> tuple[int, int]:
    """The least and the greatest number of what is wanted, of all these kinds.

    `rows`: bounds of weighted sums of kinds.
    """
    solver: Any = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("mip_rel_gap", 0.0)
    place = {kind: column for column, kind in enumerate(kinds)}
    for column in place.values():
        solver.addVar(0, MOST)
        solver.changeColIntegrality(column, highspy.HighsVarType.kInteger)
    for low, high, factors in rows:
        used = [place[kind] for kind in factors]
        solver.addRow(low, high, len(used), used, [float(factor) for factor in factors.values()])
    columns = [place[kind] for kind in wanted]
    return _optimum(solver, columns, -1), _optimum(solver, columns, 1)


def _optimum(solver: Any, columns: Iterable[int], sign: int) -> int:
    for column in columns:
        solver.changeColCost(column, -sign)
    solver.run()
    status = solver.getModelStatus()
    if status in (highspy.HighsModelStatus.kUnbounded, highspy.HighsModelStatus.kUnboundedOrInfeasible):
        return MOST
    assert status == highspy.HighsModelStatus.kOptimal, status
    return round(-sign * solver.getInfo().objective_function_value)
