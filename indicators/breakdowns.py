"""By what, and into which spans of days, rows are broken down somewhere that a number tells about.

Owns that look-up for `indicators.relations`: a number is as good as broken down by whatever another is broken down by
that counts some, or more, of the same. Spans of days are taken from numbers over the same rows, and over some of them:
what is told of a part up to a day bounds the whole up to it. From numbers over more rows only the ends of their longest
spans are taken, where one release ends and another goes on: more than all of a later one may hold by then bounds what
it leaves out. All their days would take five times the work. Invariant: the spans of a number's days do not overlap,
and leave no day out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import combinations, pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from indicators.quantities import Quantity

Edges = Mapping[frozenset[str], set[date]]
"""Disaggregations to the first days of spans, and the days after their last."""
MOST_RELEASES = 4
"""Of how many releases the ends are looked at in numbers over more rows."""


@dataclass(frozen=True, slots=True)
class Counted:
    """What a number adds up, whatever the days and codes."""

    unit: str
    where: tuple[str, ...]
    met: frozenset[str]
    """All columns that are true in its rows."""
    columns: frozenset[str]
    """The smallest columns that it adds up; "" where it counts rows."""

    def is_kin(self, other: Counted) -> bool:
        """Whether the one counts some of what the other counts, or both look at the same rows."""
        return self.holds(other) or other.holds(self)

    def holds(self, other: Counted) -> bool:
        """Whether the other counts nothing but some of what this one counts, or both look at the same rows."""
        if self.unit != other.unit:
            return False
        if self.where == other.where:
            return True
        return self.met <= other.met and not self.columns.isdisjoint(other.columns)


class Breakdowns:
    """What is told, by what it counts, disaggregations and days."""

    def __init__(self, told: Iterable[Quantity], counted: Callable[[Quantity], Counted]) -> None:
        """`counted`: what a quantity adds up."""
        self._counted = counted
        self._edges: dict[Counted, dict[frozenset[str], set[date]]] = defaultdict(lambda: defaultdict(set))
        self._told: dict[Counted, dict[frozenset[str], set[tuple[date, date]]]] = defaultdict(
            lambda: defaultdict(set)
        )
        """The same, as first days with the days after the last."""
        self._conditions: dict[str, set[tuple[str, ...]]] = defaultdict(set)
        self._of_kin: dict[Counted, Edges] = {}
        self._days_around: dict[tuple[Counted, frozenset[str]], set[date]] = {}
        for item in told:
            self._conditions[item.unit].add(item.where)
            names = names_of(item)
            for size in range(len(names) + 1):
                for fewer in combinations(sorted(names), size):
                    days = item.start, item.end + timedelta(days=1)
                    self._edges[counted(item)][frozenset(fewer)].update(days)
                    self._told[counted(item)][frozenset(fewer)].add(days)

    def spans(self, item: Quantity) -> list[tuple[date, date]]:
        """The shortest spans of days that the quantity's days fall into, first and last day of each."""
        after = item.end + timedelta(days=1)
        edges = self._edges_around(item) | {item.start, after}
        inside = sorted(edge for edge in edges if item.start <= edge <= after)
        return [(start, end - timedelta(days=1)) for start, end in pairwise(inside)]

    def _edges_around(self, item: Quantity) -> set[date]:
        own, names = self._counted(item), names_of(item)
        if (own, names) not in self._days_around:
            found = set[date]()
            for other, told in self._told.items():
                days = told.get(names, set())
                if own.holds(other):
                    found.update(*days)
                elif other.holds(own):
                    found.update(*_whole(days))
            self._days_around[own, names] = found
        return self._days_around[own, names]

    def conditions(self, unit: str) -> list[tuple[str, ...]]:
        """The conditions on rows of the unit under which something is told."""
        return sorted(self._conditions[unit])

    def further_somewhere(self, item: Quantity) -> set[str]:
        """Disaggregations by which rows of these days are broken down further, whatever they have to meet."""
        wheres = self.conditions(item.unit)
        return {name for where in wheres for name in self.further(replace(item, where=where))}

    def further(self, item: Quantity) -> list[str]:
        """Disaggregations by which these rows and days are broken down further."""
        names = names_of(item)
        days = {item.start, item.end + timedelta(days=1)}
        return sorted(
            next(iter(more - names))
            for more, edges in self._around(item).items()
            if names < more and len(more) == len(names) + 1 and days <= edges
        )

    def _around(self, item: Quantity) -> Edges:
        """All edges of what counts some of what the quantity counts, or more."""
        own = self._counted(item)
        if own not in self._of_kin:
            found: dict[frozenset[str], set[date]] = defaultdict(set)
            for other, breakdowns in self._edges.items():
                if own.is_kin(other):
                    for names, edges in breakdowns.items():
                        found[names] |= edges
            self._of_kin[own] = found
        return self._of_kin[own]


def names_of(item: Quantity) -> frozenset[str]:
    """The disaggregations of a quantity."""
    return frozenset(name for name, _ in item.codes)


def _whole(spans: Collection[tuple[date, date]]) -> list[tuple[date, date]]:
    """Those of the spans that lie in no other one; none where there are many, which are the months of one release."""
    found = [
        one
        for one in spans
        if not any(one != other and other[0] <= one[0] and one[1] <= other[1] for other in spans)
    ]
    return found if len(found) <= MOST_RELEASES else []
