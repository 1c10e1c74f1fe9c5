"""What must be left unsaid so that no protected number can be worked out.

Owns the choice (complementary suppression); what is unsafe in itself is `indicators.disclosure`'s, what a reader can
work out is `indicators.audit`'s. Invariant: the answer has passed the attack, and nothing is hidden that could be told.

For each protected number that the attack finds, the cheapest set of further statements is found by which two tables can
differ in it by the width asked for (a whole-number program). Afterwards statements that turn out not to be needed are
told again, the most valuable first.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace

from indicators.audit import System, nearest, neighbours, systems
from indicators.contraction import Together, contracted
from indicators.loosening import Loosening, Repaired
from indicators.problems import IndicatorProblem
from indicators.programs import TOLERANCE
from indicators.repairs import Repair
from indicators.statements import Constraint, Key, Loss, Publication, Statement

SLACKS = (1, 4, 64)
"""How many widths a statement that is given up may be wrong by: tight ones make small programs, the last is for
percentages and for sums in which one number must make up for many."""
SHARE_OF_SIZE = 0.05
"""What the greatest number costs beyond a small one: among sets of one size the one with small numbers is taken."""
COSTS = {
    Loss.ORDINARY: 1.0,
    Loss.WANTED: 1.2,
    Loss.COUNTS_OF_TOTAL: 3.0,
    Loss.VALUE_OF_TOTAL: 1_000.0,
    Loss.TOTAL: 10_000.0,
}
"""Of hiding one statement. No number of breakdowns is worth a total: without it nobody can read the rest."""
NEIGHBOURS = (150, 600, 1 << 30)
"""How many numbers around an exposed one may vary to find what to hide; the nearest nearly always suffice. Among
more than the first the cheapest choice takes too long: nearly the cheapest is taken (`indicators.loosening`)."""
GAP = 0.15
"""How much dearer than the cheapest a choice may be where even that one is not found."""
PATIENCE = 100_000
"""How many numbers are looked at, each time that it is, to say things again after all; about a second's work."""


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
        self._tables: list[Mapping[Key, int]] = []
        """Found so far, by where they differ from the true one; what is left unsaid later rules none of them out."""
        self._unsaid = {statement.key for statement in publication.statements if statement.is_unsafe}
        largest = max(publication.quantities.values(), default=0) or 1
        self._costs = {
            item.key: COSTS[item.loss] + SHARE_OF_SIZE * min(1.0, item.size / largest)
            for item in publication.statements
        }
        self._by_key = {item.key: item for item in publication.statements}
        self._groups = _Groups(publication, self._costs)
        self._known: dict[Key, list[Constraint]] = defaultdict(list)
        for constraint in publication.known:
            for key, _ in constraint.terms:
                self._known[key].append(constraint)
        self._links = neighbours(publication.known, publication.quantities.keys())
        some = {key for key, number in publication.quantities.items() if number}
        self._links_of_some = neighbours(publication.known, some)
        self._statements: dict[Key, list[Key]] = defaultdict(list)
        for item in publication.statements:
            for key in {key for constraint in item.constraints for key, _ in constraint.terms}:
                self._statements[key].append(item.key)

    def made(self) -> set[Key]:
        """The choice, after as many rounds of attack and repair as it takes."""
        unsafe = set(self._unsaid)
        while True:
            parts = self._parts()
            for part in parts:
                part.begin_with(self._tables)
            exposed = {key: reach for part in parts for key, reach in part.narrow(self._attacked).items()}
            self._tables = [table for part in parts for table in part.tables]
            if not exposed:
                break
            order = sorted(exposed, key=lambda name: (exposed[name].width, name))
            if not any(
                self._give_up(order, repair) for repair in (self._nearly, self._cheapest, self._in_whole)
            ):
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
        for each in parts:
            each.begin_with(self._tables)
        for item in sorted(statements, key=lambda item: (-self._costs[item.key], item.key)):
            keys = {key for constraint in item.constraints for key, _ in constraint.terms}
            touched = {id(part): part for key in sorted(keys) if (part := part_of.get(key))}
            self._attacked()
            if all(part.tell(item.constraints) for part in touched.values()):
                self._unsaid.discard(item.key)
            if sum(part.effort for part in parts) > PATIENCE:
                break

    def _give_up(self, exposed: Sequence[Key], repair: Callable[[Key], Repaired | None]) -> bool:
        """Leave unsaid what each of them needs; whether that was anything."""
        before = len(self._unsaid)
        truth = self._publication.quantities
        spread: dict[Key, tuple[float, float]] = {key: (truth[key], truth[key]) for key in exposed}
        for key in exposed:
            low, high = spread[key]
            if high - low >= self._publication.protected[key]:
                continue  # wide already by what was given up for the others
            repaired = repair(key)
            self._attacked()
            if repaired is None:
                continue
            self._unsaid |= repaired.given_up
            self._tables += self._differences(repaired)
            for name in spread.keys() & repaired.tables.keys():
                low, high = spread[name]
                spread[name] = min(low, *repaired.tables[name]), max(high, *repaired.tables[name])
        return len(self._unsaid) > before

    def _differences(self, repaired: Repaired) -> Iterator[Mapping[Key, int]]:
        """Where its tables differ from the true one; those in whole numbers."""
        truth = self._publication.quantities
        for copy in (0, 1):
            table = {key: pair[copy] for key, pair in repaired.tables.items()}
            if all(abs(number - round(number)) <= TOLERANCE for number in table.values()):
                yield {key: round(number) for key, number in table.items() if round(number) != truth[key]}

    def _nearly(self, key: Key) -> Repaired | None:
        """Nearly the cheapest where many numbers hang together, else the cheapest."""
        if (group := self._groups.of(key)) is None:
            return self._cheapest(key)
        return group.repaired(key, self._publication.protected[key], self._unsaid)

    def _in_whole(self, key: Key) -> Repaired:
        """The cheapest where fractions do not show what is needed."""
        return self._cheapest(key, whole=True)

    def _cheapest(self, key: Key, *, whole: bool = False) -> Repaired:
        """The cheapest statements to give up, besides those that are unsaid already, so that `key` may vary enough."""
        best, tried = None, set[tuple[int, int]]()
        attempts = _attempts()
        for attempt in range(self._attempt, len(attempts)):
            number, slack, with_none = attempts[attempt]
            near = nearest(key, self._links if with_none else self._links_of_some, number)
            if (len(near), slack) in tried:
                continue
            tried.add((len(near), slack))
            said = {name for known in near for name in self._statements[known]} - self._unsaid
            rows = {id(row): row for known in near for row in self._known[known]}
            repair = Repair(self._publication, key, near, slack)
            repair.add_known(rows.values())
            repair.add_said([(self._by_key[name], self._costs[name]) for name in sorted(said)])
            gap = 0.0 if len(near) <= NEIGHBOURS[0] else GAP
            found = repair.solved(whole=whole, gap=gap)
            if found is not None and (best is None or self._price(found) < self._price(best)):
                best = found
            if best is not None and (
                self._price(best) < COSTS[Loss.VALUE_OF_TOTAL] or number > NEIGHBOURS[0]
            ):
                if len(near) > NEIGHBOURS[0]:
                    self._attempt = attempt
                return best
        if best is None:
            raise _told_already()
        return best

    def _price(self, repaired: Repaired) -> float:
        return sum(self._costs[key] for key in repaired.given_up)


class _Groups:
    """The larger groups of numbers that hang together, each as one program."""

    def __init__(self, publication: Publication, costs: Mapping[Key, float]) -> None:
        self._publication = publication
        self._costs = costs
        self._together = Together()
        for row in (
            *publication.known,
            *(row for item in publication.statements for row in item.constraints),
        ):
            if row.terms:
                self._together.join_all(key for key, _ in row.terms)
        self._members: dict[Key, list[Key]] = defaultdict(list)
        for key in publication.quantities:
            self._members[self._together.find(key)].append(key)
        self._made: dict[Key, Loosening] = {}

    def of(self, key: Key) -> Loosening | None:
        """The group of a number; None where it is small."""
        root = self._together.find(key)
        members = self._members[root]
        if len(members) <= NEIGHBOURS[0]:
            return None
        if root not in self._made:
            inside = set(members)
            publication = self._publication
            self._made[root] = Loosening(
                {name: publication.quantities[name] for name in members},
                [row for row in publication.known if row.terms and row.terms[0][0] in inside],
                [
                    (replace(item, constraints=rows), self._costs[item.key])
                    for item in publication.statements
                    if (rows := _within(item, inside))
                ],
                max(width for name, width in publication.protected.items() if name in inside),
            )
        return self._made[root]


def _within(item: Statement, members: Collection[Key]) -> tuple[Constraint, ...]:
    """What a statement says of these numbers; one that compares two shares may speak of several groups."""
    return tuple(row for row in item.constraints if row.terms and row.terms[0][0] in members)


def _told_already() -> IndicatorProblem:
    return IndicatorProblem(
        "IND-008",
        "What readers know from earlier releases already tells a number that must stay hidden.",
        remedy="Nothing was released. Widen the period or the places, so that the number is part of a larger one.",
    )
