"""Rows kept beside the submissions, and rolled up by month and place.

Owns what a store keeps of a row, and which kept sums stand for which period; the store's tables are the store's. A cell
is the sum of all rows of one unit that share month, place and definitions. Invariant: cells are changed by what a
group's rows were and are now, so they always equal the sum over all rows.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from indicators.catalogue import PERIODS
from indicators.cells import Period
from indicators.projection import Projector, Row, period_code

PLACE = "adm1"
"""The disaggregation that cells keep beside the month."""
NO_MONTH = ""
"""Of rows that no cell holds: undated, or not within one month."""

CellKey = tuple[str, str, str]
"""Unit, month, and the codes that the cell keeps, as JSON."""


@dataclass(slots=True)
class Kept:
    """A sum of rows as a store keeps it."""

    rows: int
    """How many rows were added; at 0 the cell goes."""
    sums: list[int] = field(repr=False)
    spreads: dict[int, dict[str, int]] = field(default_factory=dict, repr=False)

    def add(self, row: Row, sign: int) -> None:
        """Add a row (1) or take it away again (-1)."""
        self.rows += sign
        self.sums = [known + sign * more for known, more in zip(self.sums, row.sums, strict=True)]
        for place, values in row.spreads.items():
            known = self.spreads.setdefault(place, {})
            for value, count in values.items():
                left = known.get(value, 0) + sign * count
                if left:
                    known[value] = left
                else:
                    known.pop(value, None)


def month_of(row: Row) -> str:
    """The month in whose cell a row is; `NO_MONTH`: in none."""
    if row.first_day is None or row.last_day is None:
        return NO_MONTH
    month = period_code(row.first_day, "month")
    return month if month == period_code(row.last_day, "month") else NO_MONTH


def cell_key(projector: Projector, row: Row) -> CellKey | None:
    """The cell that a row belongs to; None: it stands alone."""
    month = month_of(row)
    if month == NO_MONTH:
        return None
    names = (PLACE, *projector.same(row.unit))
    return row.unit, month, sums_text({name: row.codes.get(name, "") for name in names})


def is_rolled_up(by: Iterable[str]) -> bool:
    """Whether cells are enough for such a breakdown, or every row is needed."""
    return set(by) <= {PLACE, *PERIODS}


def whole_months(period: Period) -> tuple[str, str]:
    """The first and the last month that lie in the period as a whole; the first is later than the last: none does."""
    first, last = period.start, period.last
    begin = first if first.day == 1 else _next_month(first)
    end = last if (last + timedelta(days=1)).day == 1 else last.replace(day=1) - timedelta(days=1)
    return period_code(begin, "month"), period_code(end, "month")


def edge_months(period: Period) -> tuple[str, ...]:
    """The months at the ends of a period that it cuts, whose rows must be looked at one by one."""
    begin, end = whole_months(period)
    months = {period_code(period.start, "month"), period_code(period.last, "month")}
    return tuple(sorted(month for month in months if not begin <= month <= end))


def _next_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=31)).replace(day=1)


def row_of_cell(key: CellKey, sums: str, spreads: str) -> Row:
    """A kept cell as a row that stands for many."""
    unit, month, codes = key
    first = date.fromisoformat(f"{month}-01")
    last = _next_month(first) - timedelta(days=1)
    return Row(unit, "", first, last, json.loads(codes), json.loads(sums), spreads_of(spreads))


def sums_text(sums: object) -> str:
    """Sums, or codes, as a store keeps them."""
    return json.dumps(sums, separators=(",", ":"))


def spreads_text(spreads: Mapping[int, Mapping[str, int]]) -> str:
    """Values as a store keeps them; blank where there are none."""
    return (
        sums_text({str(place): dict(values) for place, values in spreads.items() if values})
        if spreads
        else ""
    )


def spreads_of(text: str) -> dict[int, dict[str, int]]:
    """Kept values, by place."""
    return {int(place): values for place, values in json.loads(text).items()} if text else {}


@dataclass(slots=True)
class Changes:
    """What a renewal of some groups changes in the cells."""

    projector: Projector
    cells: dict[CellKey, Kept] = field(default_factory=dict)

    def take(self, rows: Iterable[Row], sign: int) -> None:
        """Note rows that came (1) or went (-1)."""
        for row in rows:
            key = cell_key(self.projector, row)
            if key is not None:
                if key not in self.cells:
                    self.cells[key] = Kept(0, [0] * len(row.sums))
                self.cells[key].add(row, sign)

    def merged(self, key: CellKey, rows: int, sums: str, spreads: str) -> Kept:
        """A cell as it was kept before, with the changes."""
        change = self.cells[key]
        whole = Kept(rows, json.loads(sums), spreads_of(spreads))
        whole.add(Row(key[0], "", None, None, {}, change.sums, change.spreads), 1)
        whole.rows = rows + change.rows
        return whole


def in_batches(ids: Sequence[str], size: int = 2000) -> Iterator[Sequence[str]]:
    """Ids in batches: a renewal of everything needs little memory at a time."""
    for begin in range(0, len(ids), size):
        yield ids[begin : begin + size]
