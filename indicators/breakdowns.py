"""By what, and into which spans of days, the same rows are broken down somewhere.

Owns that look-up for `indicators.relations`. Invariant: the spans of a number's days do not overlap, and leave no day
out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from itertools import combinations, pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from indicators.quantities import Quantity


class Breakdowns:
    """What is told, by rows, disaggregations and days."""

    def __init__(self, told: Iterable[Quantity]) -> None:
        self._edges: dict[tuple[str, tuple[str, ...]], dict[frozenset[str], set[date]]] = defaultdict(
            lambda: defaultdict(set)
        )
        for item in told:
            names = names_of(item)
            for size in range(len(names) + 1):
                for fewer in combinations(sorted(names), size):
                    edges = self._edges[item.unit, item.where][frozenset(fewer)]
                    edges |= {item.start, item.end + timedelta(days=1)}

    def spans(self, item: Quantity) -> list[tuple[date, date]]:
        """The shortest spans of days that the quantity's days fall into, first and last day of each."""
        names = names_of(item)
        after = item.end + timedelta(days=1)
        edges = self._edges[item.unit, item.where][names] | {item.start, after}
        inside = sorted(edge for edge in edges if item.start <= edge <= after)
        return [(start, end - timedelta(days=1)) for start, end in pairwise(inside)]

    def conditions(self, unit: str) -> list[tuple[str, ...]]:
        """The conditions on rows of the unit under which something is told."""
        return sorted({where for named, where in self._edges if named == unit})

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
            for more, edges in self._edges.get((item.unit, item.where), {}).items()
            if names < more and len(more) == len(names) + 1 and days <= edges
        )


def names_of(item: Quantity) -> frozenset[str]:
    """The disaggregations of a quantity."""
    return frozenset(name for name, _ in item.codes)
