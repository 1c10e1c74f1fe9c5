"""Where the cells of a table lie: which rows, days and codes each of them takes in.

Owns the way from a wanted table to its cells, small codes taken together first (`indicators.rollups`). Invariant: the
cells of a table do not overlap, but where a question takes several answers, and the total is the first.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cached_property
from itertools import product

from indicators.catalogue import PERIODS, SPREAD, Indicator, Measure, Part, Share, Split
from indicators.cells import Period
from indicators.disclosure import Rules, is_of_few, is_unsafe
from indicators.problems import IndicatorProblem
from indicators.projection import Row, period_code
from indicators.quantities import Codes, Ledger, Quantity, Sum
from indicators.rollups import Grouping, members, rolled_up
from indicators.slots import total
from indicators.statements import Key, Loss

WANTED_CODES = frozenset({("gender", "f"), ("age", "18_29")})
"""What figures of inclusion are about: hidden after others."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A table to release: one part of one indicator, broken down in one way."""

    indicator: str
    part: str = ""
    by: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """``B03.mixed.adm1``."""
        return ".".join(name for name in (self.indicator, self.part, *self.by) if name)


@dataclass(frozen=True, slots=True)
class Spot:
    """The rows, days and codes of one cell."""

    indicator: Indicator
    part: Part
    table: str
    measure: Measure
    start: date
    end: date
    codes: Codes = ()
    by: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> Key:
        """Unique among all cells of a release."""
        return (self.table, *(f"{name}={code}" for name, code in self.by.items()))

    @property
    def loss(self) -> Loss:
        """What is lost when the cell is hidden."""
        if not self.by:
            return Loss.TOTAL
        return Loss.WANTED if WANTED_CODES.intersection(self.by.items()) else Loss.ORDINARY

    def quantity(self, where: tuple[str, ...], terms: Sum) -> Quantity:
        """A sum over the rows of this cell."""
        return Quantity(self.part.unit, where, terms, self.start, self.end, self.codes)

    def rows(self, ledger: Ledger) -> list[Row]:
        """The rows of this cell, before the conditions of its measure."""
        return ledger.rows_with(self.part.unit, self.start, self.end, self.codes)


class Spots:
    """The cells of one table."""

    def __init__(self, ledger: Ledger, period: Period, wanted: Wanted, rules: Rules) -> None:
        """Raises IndicatorProblem IND-002 where the part is not broken down so, IND-003 for what does not exist."""
        self._ledger = ledger
        self._period = period
        self._wanted = wanted
        self._rules = rules
        self.indicator = ledger.projector.catalogue.indicator(wanted.indicator)
        self.part = self.indicator.part(wanted.part)
        if not self.part.is_broken_down_by(frozenset(wanted.by)):
            raise _not_broken_down(wanted, self.part)

    def all(self) -> Iterator[Spot]:
        """The total, then each combination of groups; only the total where some breakdown has no group to tell."""
        yield self._total
        if not self._wanted.by or None in self.groupings.values():
            return
        groups = [
            sorted(members(grouping).items()) for grouping in self.groupings.values() if grouping is not None
        ]
        for chosen in product(*groups):
            yield self._spot(dict(zip(self._wanted.by, chosen, strict=True)))

    @property
    def merged(self) -> dict[str, Grouping]:
        """Codes that are not told alone, with their group; blank where only the total is told.

        Codes that stand here because they occurred are not named, only their group is: a small category would tell
        that somebody spoke of it.
        """
        found = {}
        for name, grouping in self.groupings.items():
            if grouping is None:
                found[name] = {"": ""}
            elif wide := {code: group for code, group in grouping.items() if code != group}:
                is_fixed = name in PERIODS or name == "age"
                found[name] = wide if is_fixed else {group: group for group in wide.values()}
        return found

    @cached_property
    def groupings(self) -> dict[str, Grouping | None]:
        """Each disaggregation with the groups of its codes."""
        return {name: self._grouping(name) for name in self._wanted.by}

    @cached_property
    def _periods(self) -> dict[str, dict[str, tuple[date, date]]]:
        total = self._total
        return {name: _spans(total.start, total.end, name) for name in PERIODS if name in self._wanted.by}

    @cached_property
    def _split(self) -> Split | None:
        names = frozenset(self._wanted.by).difference(PERIODS, self.part.by)
        return self.part.split_by(names) if names else None

    @property
    def _total(self) -> Spot:
        last = self._period.last
        return Spot(self.indicator, self.part, self._wanted.id, self.part.measure, self._period.start, last)

    def _grouping(self, name: str) -> Grouping | None:
        codes = self._codes(name)
        is_of_split = name != "age" and self._split is not None and name in self._split.by
        if is_of_split or name in self._ledger.projector.catalogue.units[self.part.unit].several:
            return {code: code for code in codes}
        return rolled_up(
            name, codes, lambda group: self._is_small(name, group), lambda code: self._size(name, code)
        )

    def _codes(self, name: str) -> list[str]:
        total = self._total
        if name in PERIODS:
            return sorted(self._periods[name])
        if self._split is not None and name in self._split.by:
            at = self._split.by.index(name)
            return list(dict.fromkeys(codes[at] for codes in self._split.measures))
        # Rows that the figure does not count must leave no code: a category of protection would tell that it occurred.
        occurring = self._ledger.codes(self.part.unit, name, total.start, total.end)
        return [code for code in occurring if self._is_counted(name, code)]

    def _is_counted(self, name: str, code: str) -> bool:
        """Whether the figure counts any row of this code."""
        spot = self._spot({name: ("", frozenset({code}))})
        return bool(contributions(self._ledger, spot, spot.rows(self._ledger)))

    def _is_small(self, name: str, codes: frozenset[str]) -> bool:
        """Whether a group of one disaggregation, all others taken together, may not be told as a whole."""
        spot = self._spot({name: ("", codes)})
        form = self._ledger.projector.catalogue.units[self.part.unit].form_id
        numbers = contributions(self._ledger, spot, spot.rows(self._ledger))
        return is_unsafe(sum(numbers), self._rules.threshold) or is_of_few(form, numbers)

    def _size(self, name: str, code: str) -> int:
        spot = self._spot({name: ("", frozenset({code}))})
        return sum(contributions(self._ledger, spot, spot.rows(self._ledger)))

    def _spot(self, chosen: Mapping[str, tuple[str, frozenset[str]]]) -> Spot:
        """The cell of some disaggregations, each with the label and the codes of a group."""
        spot = replace(self._total, by={name: label for name, (label, _) in chosen.items()})
        codes: dict[str, tuple[str, ...]] = {}
        for name, (_, group) in chosen.items():
            if name in PERIODS:
                days = [self._periods[name][code] for code in sorted(group)]
                spot = replace(spot, start=max(spot.start, days[0][0]), end=min(spot.end, days[-1][1]))
            elif self._split is None or name not in self._split.by:
                codes[name] = tuple(sorted(group))
        if self._split is not None:
            spot = replace(spot, measure=self._measure(self._split, chosen))
        return replace(spot, codes=tuple(sorted(codes.items())))

    def _measure(self, split: Split, chosen: Mapping[str, tuple[str, frozenset[str]]]) -> Measure:
        """What is added up for these codes of a split, all together."""
        measures = [
            measure
            for codes, measure in split.measures.items()
            if all(
                code in chosen[name][1] for name, code in zip(split.by, codes, strict=True) if name in chosen
            )
        ]
        shares = [measure.share for measure in measures]
        numerator = tuple(term for share in shares for term in share.numerator)
        denominator = tuple(term for share in shares for term in share.denominator)
        return replace(measures[0], share=Share(numerator, denominator))


def contributions(ledger: Ledger, spot: Spot, rows: Iterable[Row]) -> list[int]:
    """What each submission gives to the number that the figure is about: what is counted, or divided by."""
    places = ledger.projector.layouts.places(spot.part, spot.measure)
    told = places.numerator if places.denominator is None else places.denominator
    if spot.part.kind in SPREAD:
        told = ((places.counted, 1),)
    found: dict[str, int] = defaultdict(int)
    for row in rows:
        if row.sums[places.counted]:
            found[row.source] += total(row.sums, told)
    return list(found.values())


def _spans(start: date, end: date, name: str) -> dict[str, tuple[date, date]]:
    """Each month, quarter or year of a period with its first and last day in it."""
    found: dict[str, tuple[date, date]] = {}
    for number in range((end - start).days + 1):
        day = start + timedelta(days=number)
        code = period_code(day, name)
        found[code] = (found.get(code, (day, day))[0], day)
    return found


def _not_broken_down(wanted: Wanted, part: Part) -> IndicatorProblem:
    return IndicatorProblem(
        "IND-002",
        f"{wanted.indicator} is not broken down by {', '.join(wanted.by)}.",
        remedy=f"Choose from: {', '.join(sorted(part.breakdowns)) or 'nothing, only the total'}.",
        where=wanted.id,
    )
