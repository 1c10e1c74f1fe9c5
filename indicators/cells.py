"""Rows added up: the cells of a table before anything is shown.

Owns the period, what of it a row lies in, and the sums by code. Invariant: cells are sums of rows, so a row may itself
stand for many, and any grouping gives the same cells.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import product
from operator import add

from indicators.catalogue import PERIODS, Unit
from indicators.problems import IndicatorProblem
from indicators.projection import CODE_UNKNOWN, LAST_YEAR, Row, period_code

DATE_UNKNOWN = "dates that can't be read"
MONTH_ONLY = "only the month is known, and the period cuts it"

Codes = tuple[str, ...]
ByDefinition = dict[Codes, "Cell"]
"""Codes that tell definitions apart, to the cell of each."""


@dataclass(frozen=True, slots=True)
class Period:
    """First and last day that count, both included, and the freeze date, after which nothing counts."""

    start: date
    end: date
    as_of: date

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise IndicatorProblem(
                "IND-004",
                f"The period ends ({self.end}) before it begins ({self.start}).",
                remedy="Give the first day as --from and the last day as --to.",
            )
        if self.end.year > LAST_YEAR:
            raise IndicatorProblem(
                "IND-004",
                f"The period ends in the year {self.end.year}, in which nothing can be counted.",
                remedy=f"Give a last day before the year {LAST_YEAR + 1} as --to.",
            )

    @property
    def last(self) -> date:
        """The last day on which anything counts: the end, or the freeze date before it."""
        return min(self.end, self.as_of)

    def months(self) -> Iterator[date]:
        """The first day of every month that the period touches."""
        month = self.start.replace(day=1)
        while month <= self.last:
            yield month
            month = date(month.year + month.month // 12, month.month % 12 + 1, 1)


@dataclass(slots=True)
class Cell:
    """Sums of rows, in the places that `indicators.slots` gives, and their values where these are kept."""

    sums: list[int]
    spreads: dict[int, Counter[str]] = field(default_factory=dict)

    def add(self, other: Cell | Row) -> None:
        """Add a row, or another cell."""
        self.sums[:] = map(add, self.sums, other.sums)
        for place, values in other.spreads.items():
            self.spreads.setdefault(place, Counter()).update(values)

    def plus(self, other: Cell) -> Cell:
        """A cell that holds both; neither is changed."""
        spreads = {place: Counter(values) for place, values in self.spreads.items()}
        both = Cell(list(map(add, self.sums, other.sums)), spreads)
        for place, values in other.spreads.items():
            spreads.setdefault(place, Counter()).update(values)
        return both


def sum_of(rows: Sequence[Row], places: Collection[int], width: int) -> Cell:
    """The sums of rows at some places alone, which takes less than adding up all of them; 0 elsewhere."""
    cell = Cell([0] * width)
    for place in places:
        cell.sums[place] = sum([row.sums[place] for row in rows])
    for row in rows:
        for spread, values in row.spreads.items():
            cell.spreads.setdefault(spread, Counter()).update(values)
    return cell


def place_in(period: Period, unit: Unit, row: Row) -> str | None:
    """None: the row lies outside the period. Empty: inside. Else the reason why it can't be told."""
    first, last = row.first_day, row.last_day
    if first is None or last is None:
        return DATE_UNKNOWN
    start = date.min if unit.standing is not None else period.start
    end = period.last
    if last < start or first > end:
        return None
    return "" if first >= start and last <= end else MONTH_ONLY


class Cells:
    """The rows of one unit that lie in a period, added up by the codes of some disaggregations.

    Args:
        places: how many sums a row has.
        by: disaggregations by which figures will be asked for.
        same: codes that tell definitions apart; cells of different ones stay apart.
    """

    def __init__(
        self, unit: Unit, places: int, period: Period, by: Sequence[str], same: Sequence[str]
    ) -> None:
        self._unit = unit
        self._places = places
        self._period = period
        # What stands at the end of each month is the sum of all that came before, so its month is always needed.
        self._by = tuple(dict.fromkeys((*by, "month"))) if unit.standing is not None else tuple(by)
        self._same = tuple(same)
        self._cells: dict[tuple[Codes, Codes], Cell] = {}
        self.left_out: dict[str, Cell] = {}
        """Rows of which it can't be told whether they lie in the period, by reason."""

    def add(self, row: Row) -> None:
        """Add a row of the unit, or a sum of rows that share month and codes."""
        reason = place_in(self._period, self._unit, row)
        if reason is None:
            return
        if reason:
            cell = self.left_out.get(reason)
            if cell is None:
                cell = self.left_out[reason] = self._empty()
        else:
            key = (
                tuple([_code(row, name) for name in self._by]),
                tuple([row.codes.get(name, "") for name in self._same]),
            )
            cell = self._cells.get(key)
            if cell is None:
                cell = self._cells[key] = self._empty()
        cell.add(row)

    def grouped(self, names: Sequence[str], apart: Sequence[str] = ()) -> dict[Codes, ByDefinition]:
        """Codes of `names` to the cells; no names: one group of all. A row with several codes counts under each.

        Args:
            apart: which of the codes that tell definitions apart are to be kept apart.
        """
        periods = [name for name in names if name in PERIODS]
        if self._unit.standing is not None and periods:
            return self._standing(names, periods)
        kept = [self._same.index(name) for name in apart]
        found: dict[Codes, ByDefinition] = {}
        chosen = [self._by.index(name) for name in names]
        for (codes, same), cell in self._cells.items():
            definition = tuple([same[at] for at in kept])
            for key in self._keys(names, [codes[at] for at in chosen]):
                self._gather(found.setdefault(key, {}), definition, cell)
        return found

    def _standing(self, names: Sequence[str], periods: Sequence[str]) -> dict[Codes, ByDefinition]:
        """For every month, quarter or year of the period: what stands at its end, whenever it began."""
        others = [name for name in names if name not in periods]
        month_at, chosen = self._by.index("month"), [self._by.index(name) for name in others]
        found: dict[Codes, ByDefinition] = {}
        last_months = {
            tuple(period_code(month, name) for name in periods): period_code(month, "month")
            for month in self._period.months()
        }
        for labels, last_month in last_months.items():
            label = dict(zip(periods, labels, strict=True))
            for (codes, _), cell in self._cells.items():
                if codes[month_at] > last_month:
                    continue
                for key in self._keys(others, [codes[at] for at in chosen]):
                    code = {**label, **dict(zip(others, key, strict=True))}
                    self._gather(found.setdefault(tuple(code[name] for name in names), {}), (), cell)
        return found

    def _keys(self, names: Sequence[str], codes: Sequence[str]) -> Iterator[Codes]:
        several = self._unit.several
        if not several.intersection(names):
            return iter((tuple(codes),))
        split = (
            code.split() if name in several else (code,) for name, code in zip(names, codes, strict=True)
        )
        return product(*split)

    def _gather(self, into: ByDefinition, same: Codes, cell: Cell) -> None:
        known = into.get(same)
        if known is None:
            into[same] = cell
        else:
            into[same] = known.plus(cell)

    def _empty(self) -> Cell:
        return Cell([0] * self._places)


def _code(row: Row, name: str) -> str:
    if name in PERIODS:
        assert row.first_day is not None, "a row that lies in the period has a day"
        return period_code(row.first_day, name)
    return row.codes.get(name) or CODE_UNKNOWN
