"""The cheapest statements to give up, among few numbers that hang together.

Owns one whole-number program for each number that must become uncertain. Invariant: what it gives up is the cheapest
by which two tables can differ in the number by the width asked for, where no statement is wrong by more than the slack.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from indicators.contraction import without
from indicators.loosening import Repaired
from indicators.programs import Program, Row
from indicators.statements import Constraint, Key, Publication, Statement


class Repair:
    """Two tables that fit what is known and differ in one quantity, at the least cost in statements given up."""

    def __init__(self, publication: Publication, key: Key, near: Collection[Key], slack: int) -> None:
        """`near`: the quantities that may vary; all others keep their true values."""
        self._width = publication.protected[key]
        self._slack = slack * self._width
        self._column = {name: number for number, name in enumerate(sorted(near))}
        self._bound = 2 * max(publication.quantities[name] for name in near) + 2 * self._width
        self._truth = publication.quantities
        self._said: list[Key] = []
        self._costs: list[float] = []
        up, down = self._column[key], self._column[key] + len(self._column)
        self._rows = [Row([up, down], [1, -1], self._width, None)]

    def add_known(self, constraints: Iterable[Constraint]) -> None:
        """What holds in both tables whatever is said."""
        for constraint in constraints:
            row = self._nearby(constraint)
            self._rows += [self._row(row, copy) for copy in (0, 1)]

    def add_said(self, statements: Iterable[tuple[Statement, float]]) -> None:
        """What holds unless it is given up, at a cost."""
        for item, cost in statements:
            for constraint in item.constraints:
                self._rows += self._soft(self._nearby(constraint), len(self._said))
            self._said.append(item.key)
            self._costs.append(cost)

    def _nearby(self, constraint: Constraint) -> Constraint:
        far = {name: self._truth[name] for name, _ in constraint.terms if name not in self._column}
        return without(constraint, far)

    def solved(self, *, whole: bool, gap: float) -> Repaired | None:
        """What to give up; None when no such tables exist, or only beyond the slack."""
        first = 2 * len(self._column)
        choices = range(first, first + len(self._said))
        program = Program(
            [self._bound] * first + [1] * len(self._said),
            self._rows,
            whole=range(first + len(self._said)) if whole else choices,
            gap=gap,
        )
        solution = program.least_or_none(dict(zip(choices, self._costs, strict=True)))
        if solution is None:
            return None
        chosen = zip(self._said, choices, strict=True)
        return Repaired(
            frozenset(name for name, column in chosen if solution.columns[column] > 0.5),
            {
                name: (solution.columns[column], solution.columns[column + len(self._column)])
                for name, column in self._column.items()
            },
        )

    def _row(self, constraint: Constraint, copy: int) -> Row:
        shift = copy * len(self._column)
        columns = [self._column[name] + shift for name, _ in constraint.terms]
        return Row(columns, [factor for _, factor in constraint.terms], constraint.low, constraint.high)

    def _soft(self, constraint: Constraint, number: int) -> Iterator[Row]:
        """In both tables the constraint holds, or the statement is given up and it may fail by the slack."""
        if not constraint.terms:
            return
        choice = 2 * len(self._column) + number
        slack = self._slack * max(abs(factor) for _, factor in constraint.terms)
        for copy in (0, 1):
            row = self._row(constraint, copy)
            columns = [*row.columns, choice]
            if row.high is not None:
                yield Row(columns, [*row.coefficients, -slack], None, row.high)
            if row.low is not None:
                yield Row(columns, [*row.coefficients, slack], row.low, None)
