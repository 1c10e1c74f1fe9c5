"""What must be left unsaid so that no protected number can be worked out.

Owns the choice (complementary suppression); what is unsafe in itself is `indicators.disclosure`'s, what a reader can
work out is `indicators.audit`'s. Invariant: the answer has passed the attack, and nothing is hidden that could be told.

For each protected number that the attack finds, the cheapest set of further statements is found by which two tables can
differ in it by the width asked for (a whole-number program). Afterwards statements that turn out not to be needed are
told again, the most valuable first.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from indicators.audit import Range, narrow
from indicators.problems import IndicatorProblem
from indicators.programs import Program, Row
from indicators.statements import Constraint, Key, Publication, Statement

SLACKS = (1, 4, 64)
"""How many widths a statement that is given up may be wrong by: tight ones make small programs, the last is for
percentages and for sums in which one number must make up for many."""
SHARE_OF_SIZE = 0.05
SHARE_OF_LOSS = 0.02
"""Hiding one statement costs 1, and a little more for a greater number or a greater loss, so that among sets of the
same size the one that costs readers least is taken; more than a tenth in all would hide two statements to save one."""


def hidden(publication: Publication) -> frozenset[Key]:
    """The keys of the statements that must be left unsaid; empty when nothing is unsafe.

    Raises IndicatorProblem IND-007 when safety can't be proven, IND-008 when even silence would not help, because
    what readers know already tells a protected number.
    """
    unsaid = {statement.key for statement in publication.statements if statement.is_unsafe}
    added: set[Key] = set()
    while open_to_attack := _narrow(publication, unsaid):
        before = len(unsaid)
        for key in sorted(open_to_attack, key=lambda name: (open_to_attack[name].width, name)):
            further = _cheapest(publication, key, unsaid)
            unsaid |= further
            added |= further
        if len(unsaid) == before:
            raise _told_already()
    return frozenset(_told_again(publication, unsaid, added))


def _narrow(publication: Publication, unsaid: Collection[Key]) -> dict[Key, Range]:
    return narrow(publication.quantities, publication.protected, publication.told(unsaid))


def _told_again(publication: Publication, unsaid: set[Key], added: Collection[Key]) -> set[Key]:
    """Without those statements that can be told after all."""
    by_key = {statement.key: statement for statement in publication.statements}
    for key in sorted(added, key=lambda name: (-_cost(by_key[name], publication), name)):
        if not _narrow(publication, unsaid - {key}):
            unsaid = unsaid - {key}
    return unsaid


def _cost(statement: Statement, publication: Publication) -> float:
    largest = max(publication.quantities.values(), default=0) or 1
    return 1 + SHARE_OF_SIZE * min(1.0, statement.size / largest) + SHARE_OF_LOSS * statement.loss


def _cheapest(publication: Publication, key: Key, unsaid: Collection[Key]) -> set[Key]:
    """The cheapest statements to give up, besides those that are unsaid already, so that `key` may vary enough."""
    for slack in SLACKS:
        if (found := _Repair(publication, key, unsaid, slack).solved()) is not None:
            return found
    raise _told_already()


class _Repair:
    """Two tables that fit what is known and differ in one quantity, at the least cost in statements given up."""

    def __init__(self, publication: Publication, key: Key, unsaid: Collection[Key], slack: int) -> None:
        self._width = publication.protected[key]
        self._slack = slack * self._width
        self._said = [item for item in publication.statements if item.key not in unsaid]
        self._costs = [_cost(item, publication) for item in self._said]
        constraints = [*publication.known, *(row for item in self._said for row in item.constraints)]
        names = {name for constraint in constraints for name, _ in constraint.terms} | {key}
        self._column = {name: number for number, name in enumerate(sorted(names))}
        self._bound = 2 * max(publication.quantities[name] for name in names) + 2 * self._width
        self._rows = [self._row(row, copy) for copy in (0, 1) for row in publication.known]
        for number, item in enumerate(self._said):
            self._rows += [row for constraint in item.constraints for row in self._soft(constraint, number)]
        up, down = self._column[key], self._column[key] + len(self._column)
        self._rows.append(Row([up, down], [1, -1], self._width, None))

    def solved(self) -> set[Key] | None:
        """The statements to give up; None when no such tables exist, or only beyond the slack."""
        first = 2 * len(self._column)
        choices = range(first, first + len(self._said))
        upper = [self._bound] * first + [1] * len(self._said)
        program = Program(upper, self._rows, whole=choices)
        solution = program.least_or_none(dict(zip(choices, self._costs, strict=True)))
        if solution is None:
            return None
        return {
            item.key
            for item, column in zip(self._said, choices, strict=True)
            if solution.columns[column] > 0.5
        }

    def _row(self, constraint: Constraint, copy: int) -> Row:
        shift = copy * len(self._column)
        columns = [self._column[name] + shift for name, _ in constraint.terms]
        return Row(columns, [factor for _, factor in constraint.terms], constraint.low, constraint.high)

    def _soft(self, constraint: Constraint, number: int) -> Iterator[Row]:
        """In both tables the constraint holds, or the statement is given up and it may fail by the slack."""
        choice = 2 * len(self._column) + number
        slack = self._slack * max(abs(factor) for _, factor in constraint.terms)
        for copy in (0, 1):
            row = self._row(constraint, copy)
            columns = [*row.columns, choice]
            if row.high is not None:
                yield Row(columns, [*row.coefficients, -slack], None, row.high)
            if row.low is not None:
                yield Row(columns, [*row.coefficients, slack], row.low, None)


def _told_already() -> IndicatorProblem:
    return IndicatorProblem(
        "IND-008",
        "What readers know from earlier releases already tells a number that must stay hidden.",
        remedy="Nothing was released. Widen the period or the places, so that the number is part of a larger one.",
    )
