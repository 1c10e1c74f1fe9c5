"""What must be left unsaid so that no protected number can be worked out.

Owns the choice (complementary suppression); what is unsafe in itself is `indicators.disclosure`'s, what a reader can
work out is `indicators.audit`'s. Invariant: the answer has passed the attack, and nothing is hidden that could be told.

For each protected number that the attack finds, the cheapest set of further statements is found by which two tables can
differ in it by the width asked for (a whole-number program). Afterwards statements that turn out not to be needed are
told again, the most valuable first.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from indicators.audit import System, nearest, systems
from indicators.contraction import contracted, without
from indicators.problems import IndicatorProblem
from indicators.programs import Program, Row
from indicators.statements import Constraint, Key, Loss, Publication, Statement

SLACKS = (1, 4, 64)
"""How many widths a statement that is given up may be wrong by: tight ones make small programs, the last is for
percentages and for sums in which one number must make up for many."""
SHARE_OF_SIZE = 0.05
"""What the greatest number costs beyond a small one: among sets of one size the one with small numbers is taken."""
COSTS = {Loss.ORDINARY: 1.0, Loss.WANTED: 1.2, Loss.TOTAL: 5.0}
"""Of hiding one statement. Without a total nobody can read the rest; far more would hide whole rows to save it."""


NEIGHBOURS = (150, 600, 1 << 30)
"""How many numbers around an exposed one are let vary to find what to hide; the nearest nearly always suffice."""


GAP = 0.15
"""How much dearer than the cheapest a choice among many numbers may be; to prove the last of it takes longest."""
PATIENCE = 400_000
"""How many numbers are looked at, each time that it is, to say things again after all; about two seconds' work."""


def _attempts() -> list[tuple[int, int, bool]]:
    """How many numbers may vary, the slack, and whether numbers that are zero may: first what makes small programs."""
    few, *more = NEIGHBOURS
    return [
        *((few, slack, True) for slack in SLACKS),
        *((number, slack, False) for number in more for slack in SLACKS),
        *((number, slack, True) for number in more for slack in SLACKS),
    ]


def hidden(publication: Publication, attacked: Callable[[], None] = lambda: None) -> frozenset[Key]:
    """The keys of the statements that must be left unsaid; empty when nothing is unsafe.

    `attacked` is called after each number that was looked at, so that a long choice can be shown to go on.

    Raises IndicatorProblem IND-007 when safety can't be proven, IND-008 when even silence would not help, because
    what readers know already tells a protected number.
    """
    return frozenset(_Choice(contracted(publication), attacked).made())


class _Choice:
    """What to leave unsaid, while it is chosen."""

    def __init__(self, publication: Publication, attacked: Callable[[], None]) -> None:
        self._publication = publication
        self._attacked = attacked
        self._attempt = 0
        self._unsaid = {statement.key for statement in publication.statements if statement.is_unsafe}
        largest = max(publication.quantities.values(), default=0) or 1
        self._costs = {
            item.key: COSTS[item.loss] + SHARE_OF_SIZE * min(1.0, item.size / largest)
            for item in publication.statements
        }
        self._by_key = {item.key: item for item in publication.statements}
        self._known: dict[Key, list[Constraint]] = defaultdict(list)
        for constraint in publication.known:
            for key, _ in constraint.terms:
                self._known[key].append(constraint)
        self._links = _neighbours(publication.known, publication.quantities.keys())
        some = {key for key, number in publication.quantities.items() if number}
        self._links_of_some = _neighbours(publication.known, some)
        self._statements: dict[Key, list[Key]] = defaultdict(list)
        for item in publication.statements:
            for key in {key for constraint in item.constraints for key, _ in constraint.terms}:
                self._statements[key].append(item.key)

    def made(self) -> set[Key]:
        """The choice, after as many rounds of attack and repair as it takes."""
        unsafe = set(self._unsaid)
        while True:
            parts = self._parts()
            exposed = {key: reach for part in parts for key, reach in part.narrow().items()}
            if not exposed:
                break
            order = sorted(exposed, key=lambda name: (exposed[name].width, name))
            if not self._give_up(order) and not self._give_up(order, whole=True):
                raise _told_already()
        self._tell_again(self._unsaid - unsafe)
        return self._unsaid

    def _parts(self) -> list[System]:
        publication = self._publication
        return systems(publication.quantities, publication.protected, publication.told(self._unsaid))

    def _tell_again(self, added: Collection[Key]) -> None:
        """Say those statements after all that turn out not to be needed, the most valuable first."""
        publication = self._publication
        statements = [item for item in publication.statements if item.key in added]
        told = publication.told(self._unsaid)
        parts = systems(
            publication.quantities, publication.protected, told, [item.constraints for item in statements]
        )
        part_of = {key: part for part in parts for key in part.all_keys}
        for item in sorted(statements, key=lambda item: (-self._costs[item.key], item.key)):
            keys = {key for constraint in item.constraints for key, _ in constraint.terms}
            touched = {id(part): part for key in sorted(keys) if (part := part_of.get(key))}
            self._attacked()
            if all(part.tell(item.constraints) for part in touched.values()):
                self._unsaid.discard(item.key)
            if sum(part.effort for part in parts) > PATIENCE:
                break

    def _give_up(self, exposed: Sequence[Key], *, whole: bool = False) -> bool:
        """Leave unsaid what each of them needs; whether that was anything. `whole`: where fractions do not show it."""
        before = len(self._unsaid)
        truth = self._publication.quantities
        spread: dict[Key, tuple[float, float]] = {key: (truth[key], truth[key]) for key in exposed}
        for key in exposed:
            low, high = spread[key]
            if high - low >= self._publication.protected[key]:
                continue  # wide already by what was given up for the others
            repaired = self._cheapest(key, whole=whole)
            self._attacked()
            self._unsaid |= repaired.given_up
            for name in spread.keys() & repaired.tables.keys():
                low, high = spread[name]
                spread[name] = min(low, *repaired.tables[name]), max(high, *repaired.tables[name])
        return len(self._unsaid) > before

    def _cheapest(self, key: Key, *, whole: bool) -> _Repaired:
        """The cheapest statements to give up, besides those that are unsaid already, so that `key` may vary enough."""
        tried = set[tuple[int, int]]()
        attempts = _attempts()
        for attempt in range(self._attempt, len(attempts)):
            number, slack, with_none = attempts[attempt]
            near = nearest(key, self._links if with_none else self._links_of_some, number)
            if (len(near), slack) in tried:
                continue
            tried.add((len(near), slack))
            said = {name for known in near for name in self._statements[known]} - self._unsaid
            rows = {id(row): row for known in near for row in self._known[known]}
            repair = _Repair(self._publication, key, near, slack)
            repair.add_known(rows.values())
            repair.add_said([(self._by_key[name], self._costs[name]) for name in sorted(said)])
            if (found := repair.solved(whole=whole)) is not None:
                if len(near) > NEIGHBOURS[0]:
                    self._attempt = attempt
                return found
        raise _told_already()


@dataclass(frozen=True, slots=True)
class _Repaired:
    """Statements to give up, and what each number is in two tables that fit all that is still said then."""

    given_up: frozenset[Key]
    tables: Mapping[Key, tuple[float, float]] = field(repr=False)


class _Repair:
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

    def solved(self, *, whole: bool) -> _Repaired | None:
        """What to give up; None when no such tables exist, or only beyond the slack."""
        first = 2 * len(self._column)
        choices = range(first, first + len(self._said))
        program = Program(
            [self._bound] * first + [1] * len(self._said),
            self._rows,
            whole=range(first + len(self._said)) if whole else choices,
            gap=0.0 if len(self._column) <= NEIGHBOURS[0] else GAP,
        )
        solution = program.least_or_none(dict(zip(choices, self._costs, strict=True)))
        if solution is None:
            return None
        chosen = zip(self._said, choices, strict=True)
        return _Repaired(
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


def _neighbours(known: Iterable[Constraint], keys: Collection[Key]) -> dict[Key, list[list[Key]]]:
    """Each of these numbers with the groups of numbers that it stands in a relation with."""
    found: dict[Key, list[list[Key]]] = defaultdict(list)
    for constraint in known:
        group = [key for key, _ in constraint.terms if key in keys]
        for key in group:
            found[key].append(group)
    return found


def _told_already() -> IndicatorProblem:
    return IndicatorProblem(
        "IND-008",
        "What readers know from earlier releases already tells a number that must stay hidden.",
        remedy="Nothing was released. Widen the period or the places, so that the number is part of a larger one.",
    )
