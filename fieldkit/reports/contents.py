"""What a release holds, looked up by indicator, part and breakdown.

Owns the look-up and nothing else: no cell is added to, subtracted from or divided by another here or above.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, timedelta

from indicators.catalogue import PERIODS
from indicators.measures import State
from indicators.projection import period_code
from indicators.releases import Defined, Release, ReleasedCell, ReleasedTable


class Contents:
    """One release, for those who print it."""

    def __init__(self, release: Release) -> None:
        self.release = release
        self._tables = {(table.indicator, table.part, frozenset(table.by)): table for table in release.tables}
        self._defined = {defined.id: defined for defined in release.definitions}

    def table(self, indicator: str, part: str, by: Iterable[str]) -> ReleasedTable | None:
        """The table of that part by those disaggregations, in whatever order; None where the release has none."""
        return self._tables.get((indicator, part, frozenset(by)))

    def cells(self, indicator: str, part: str, by: Iterable[str]) -> tuple[ReleasedCell, ...]:
        """The cells of that table that are broken down by all of it, without totals; empty where there is none."""
        wanted = frozenset(by)
        table = self.table(indicator, part, wanted)
        return () if table is None else tuple(cell for cell in table.cells if frozenset(cell.by) == wanted)

    def total(self, indicator: str, part: str = "") -> ReleasedCell | None:
        """The total of that part, from whichever table tells it; None where the release has none."""
        for table in self.release.tables:
            if (table.indicator, table.part) == (indicator, part):
                for cell in table.cells:
                    if not cell.by:
                        return cell
        return None

    def cells_told(self, table: ReleasedTable) -> tuple[ReleasedCell, ...]:
        """The cells of the table of that name that are told; empty where this release has none."""
        own = self.table(table.indicator, table.part, table.by)
        return () if own is None else tuple(cell for cell in own.cells if cell.state is State.VALUE)

    def is_same_time(self, other: Contents, cell: ReleasedCell) -> bool:
        """Whether a cell of that name is of the same days in both releases."""
        periods = [one.release.period for one in (self, other)]
        codes = [code for name, code in cell.by.items() if name in PERIODS]
        if not codes:
            return (periods[0].start, periods[0].end) == (periods[1].start, periods[1].end)
        first, last = span(codes[0])
        return all(period.start <= first and last <= period.end for period in periods)

    def defined(self, indicator: str) -> Defined | None:
        """How the indicator was defined when the release was frozen."""
        return self._defined.get(indicator)

    def parts(self) -> tuple[tuple[str, str], ...]:
        """Indicator and part of every table, each once, in the order in which they are read."""
        return tuple(dict.fromkeys((table.indicator, table.part) for table in self.in_order()))

    def in_order(self) -> list[ReleasedTable]:
        """The tables in the order in which they are read."""
        return sorted(self.release.tables, key=lambda table: as_numbered(table.id))

    def times(self, name: str) -> tuple[str, ...]:
        """The months, quarters or years of the period in their order, also those of which the release tells nothing.

        Args:
            name: one of `PERIODS`; codes are ``2026-01``, ``2026-Q1`` and ``2026``.
        """
        month, last = self.release.period.start.replace(day=1), self.release.period.end
        found = []
        while month <= last:
            found.append(period_code(month, name))
            month = _next(month)
        return tuple(dict.fromkeys(found))


def _next(month: date) -> date:
    return (month + timedelta(days=31)).replace(day=1)


def as_numbered(name: str) -> tuple[str | int, ...]:
    """What names are sorted by, where the numbers in them count as such.

    >>> sorted(["B29.m12", "B29.m3", "B29.m1_partly", "B29.m1", "B29.m1.adm1"], key=as_numbered)
    ['B29.m1', 'B29.m1.adm1', 'B29.m1_partly', 'B29.m3', 'B29.m12']
    """
    return tuple(int(piece) if piece.isdigit() else piece for piece in re.split(r"(\d+)", name))


def beginning(code: str) -> tuple[str, int]:
    """Year and first month of a code of time, to put months, quarters and years in one order.

    >>> sorted(["2026-Q2", "2026-01", "2025"], key=beginning)
    ['2025', '2026-01', '2026-Q2']
    """
    year, _, rest = code.partition("-")
    if rest.startswith("Q") and rest[1:].isdigit():
        return year, 3 * int(rest[1:]) - 2
    return year, int(rest) if rest.isdigit() else 0


def span(code: str) -> tuple[date, date]:
    """The first and the last day of a code of time.

    >>> [day.isoformat() for day in span("2026-Q1")]
    ['2026-01-01', '2026-03-31']
    """
    year, first = beginning(code)
    months = 3 if "Q" in code else 1 if first else 12
    start = date(int(year), first or 1, 1)
    end = start
    for _ in range(months):
        end = _next(end)
    return start, end - timedelta(days=1)


def number_of(cell: ReleasedCell | None) -> float | None:
    """The cell's value as it is shown; None where it is hidden, missing or no number."""
    if cell is None or cell.state is not State.VALUE or cell.value is None:
        return None
    return float(cell.value)


def is_hidden(cell: ReleasedCell | None) -> bool:
    """Whether the release has the cell and does not tell it."""
    return cell is not None and cell.state is State.SUPPRESSED


def is_quality(indicator: str) -> bool:
    """Whether the id is a quality measure's: no indicator, and told in sections of its own."""
    return indicator.startswith("Q") and indicator[1:].isdigit()
