"""From rows to figures: sums, pooled shares, what was left out and why.

Owns the rules that hold for every indicator (domain.md B.0): missing is never zero, a share is pooled from sums, a
zero denominator is "no data", numbers stay exact until they are shown, halves are rounded away from zero.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction

from indicators.catalogue import Catalogue, Indicator, Table, Term
from indicators.problems import IndicatorProblem
from indicators.projection import Row

DATE_UNKNOWN = "dates that can't be read"
MONTH_ONLY = "only the month is known, and the period cuts it"
CODE_UNKNOWN = "unknown"
"""The code of a disaggregation whose answer is missing."""


class State(StrEnum):
    """Whether a figure is one."""

    VALUE = "value"
    NO_DATA = "no data"


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


@dataclass(frozen=True, slots=True)
class Measured:
    """One figure. `value` is exact; `display` is for people."""

    indicator: Indicator
    by: Mapping[str, str]
    numerator: int | None
    denominator: int | None
    """None for a count."""
    value: Fraction | None
    display: str
    excluded: Mapping[str, int]
    """Reason to count; reasons that left nothing out are absent."""
    state: State


def measure(
    catalogue: Catalogue, rows: Iterable[Row], period: Period, by: Sequence[str] = ()
) -> list[Measured]:
    """Every indicator that can be broken down by all of `by`: the total first, then one figure for each combination.

    Raises IndicatorProblem IND-002 when no indicator can be broken down so.
    """
    wanted = [indicator for indicator in catalogue.indicators if set(by) <= set(indicator.disaggregations)]
    if not wanted:
        known = sorted({name for indicator in catalogue.indicators for name in indicator.disaggregations})
        raise IndicatorProblem(
            "IND-002",
            f"No indicator is broken down by {', '.join(by)}.",
            remedy=f"Choose from: {', '.join(known)}.",
        )
    by_unit: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_unit[row.unit].append(row)
    return [figure for indicator in wanted for figure in _figures(catalogue, indicator, by_unit, period, by)]


def tabulate(
    table: Table, rows: Iterable[Row], period: Period, by: Sequence[str] = ()
) -> dict[tuple[str, ...], dict[str, int]]:
    """Sums of the table's columns: codes of `by` to column to number; the empty tuple is the total."""
    sums: dict[tuple[str, ...], dict[str, int]] = {(): dict.fromkeys(table.columns, 0)}
    for row in rows:
        if row.unit != table.unit or _left_out(row, period) != "":
            continue
        if not all(row.numbers.get(column, 0) for column in table.where):
            continue
        key = tuple(code_of(row, name) for name in by)
        for part in {(), key}:
            cells = sums.setdefault(part, dict.fromkeys(table.columns, 0))
            for column in table.columns:
                cells[column] += row.numbers.get(column, 0)
    return sums


def _figures(
    catalogue: Catalogue,
    indicator: Indicator,
    by_unit: Mapping[str, list[Row]],
    period: Period,
    by: Sequence[str],
) -> list[Measured]:
    reasons = catalogue.units[indicator.unit].reasons
    total = _Sum(indicator, reasons)
    parts: dict[tuple[str, ...], _Sum] = {}
    for row in by_unit.get(indicator.unit, ()):
        left_out = _left_out(row, period)
        if left_out is None:
            continue
        total.add(row, left_out)
        if by and not left_out and _concerns(indicator, row):
            key = tuple(code_of(row, name) for name in by)
            parts.setdefault(key, _Sum(indicator, reasons)).add(row, "")
    figures = [total.figure({})]
    figures += [parts[key].figure(dict(zip(by, key, strict=True))) for key in sorted(parts)]
    return figures


def _concerns(indicator: Indicator, row: Row) -> bool:
    """Whether the indicator counts the row, or says that it was left out; else the row is none of its business."""
    return _counts(indicator, row) or any(row.numbers.get(column, 0) for column in indicator.excluded)


def _counts(indicator: Indicator, row: Row) -> bool:
    return all(row.numbers.get(column, 0) for column in indicator.where)


def _left_out(row: Row, period: Period) -> str | None:
    """None: outside the period. Empty: inside. Else the reason why it can't be told."""
    if row.first_day is None or row.last_day is None:
        return DATE_UNKNOWN
    end = min(period.end, period.as_of)
    if row.last_day < period.start or row.first_day > end:
        return None
    if row.first_day < period.start or row.last_day > end:
        return MONTH_ONLY
    return ""


def code_of(row: Row, disaggregation: str) -> str:
    """The code by which a row is broken down: ``2026-01``, ``2026-Q1``, ``2026`` or the answer's code."""
    day = row.first_day
    if disaggregation == "month" and day is not None:
        return f"{day:%Y-%m}"
    if disaggregation == "quarter" and day is not None:
        return f"{day.year}-Q{(day.month + 2) // 3}"
    if disaggregation == "year" and day is not None:
        return str(day.year)
    return row.codes.get(disaggregation) or CODE_UNKNOWN


class _Sum:
    """Numerator, denominator and what was left out, while rows come in."""

    def __init__(self, indicator: Indicator, reasons: Mapping[str, str]) -> None:
        self.indicator = indicator
        self.reasons = reasons
        self.numerator = 0
        self.denominator = 0
        self.counted = 0
        self.excluded: dict[str, int] = defaultdict(int)

    def add(self, row: Row, left_out: str) -> None:
        if left_out:
            self.excluded[left_out] += 1
            return
        for column in self.indicator.excluded:
            if count := row.numbers.get(column, 0):
                self.excluded[self.reasons[column]] += count
        if _counts(self.indicator, row):
            self.counted += 1
            self.numerator += added(self.indicator.numerator, row)
            self.denominator += added(self.indicator.denominator, row)

    def figure(self, by: Mapping[str, str]) -> Measured:
        excluded = dict(self.excluded)
        if not self.counted and excluded:
            return Measured(self.indicator, by, None, None, None, "no data", excluded, State.NO_DATA)
        if not self.indicator.denominator:
            value = Fraction(self.numerator)
            return Measured(
                self.indicator, by, self.numerator, None, value, str(self.numerator), excluded, State.VALUE
            )
        if self.denominator == 0:
            return Measured(self.indicator, by, self.numerator, 0, None, "no data", excluded, State.NO_DATA)
        value = Fraction(self.numerator, self.denominator)
        return Measured(
            self.indicator,
            by,
            self.numerator,
            self.denominator,
            value,
            f"{percent(value)} ({self.numerator} of {self.denominator})",
            excluded,
            State.VALUE,
        )


def added(terms: Iterable[Term], row: Row) -> int:
    """The sum of the terms' columns in one row; a column without a number adds nothing."""
    return sum(term.sign * row.numbers.get(term.column, 0) for term in terms)


def percent(share: Fraction) -> str:
    """A share as a percentage with one decimal, half away from zero.

    >>> percent(Fraction(27, 64)), percent(Fraction(1, 800))
    ('42.2%', '0.1%')
    """
    tenths = abs(share) * 1000
    rounded = (2 * tenths.numerator + tenths.denominator) // (2 * tenths.denominator)
    return f"{'-' if share < 0 and rounded else ''}{rounded // 10}.{rounded % 10}%"
