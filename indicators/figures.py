"""One figure: from the sums of a cell to a value, its bounds, what was left out, and whether it is one at all.

Owns the arithmetic of each kind and the state; which rows are in the cell was decided before.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from enum import StrEnum
from fractions import Fraction
from itertools import accumulate
from typing import NamedTuple

from indicators import display
from indicators.catalogue import COMPARING, SPREAD, Indicator, Kind, Part
from indicators.cells import ByDefinition, Cell, Codes
from indicators.slots import Places, total

NOTHING: Mapping[str, Cell] = {}
NONE: Mapping[str, int] = {}
"""Nothing was left out: one mapping for all such figures."""


class State(StrEnum):
    """Whether a figure is one."""

    VALUE = "value"
    NO_DATA = "no data"
    NOT_COMPARABLE = "not comparable"
    """Its rows follow several definitions that share no edges."""
    SEALED = "needs sealed answers"
    """It can be computed only where sealed answers can be read."""
    SUPPRESSED = "suppressed"


class Measured(NamedTuple):
    """One figure. `value` is exact; `display` is for people. A tuple: by month and place there are ten thousands."""

    indicator: Indicator
    part: str
    """Empty for the headline."""
    by: Mapping[str, str]
    numerator: int | None
    """Of a relative or a gap: of the value as one fraction. None: of a median or mean, or there is no data."""
    denominator: int | None
    """None for a count; of a median or mean the number of values."""
    state: State
    excluded: Mapping[str, int]
    """Reason to count; reasons that left nothing out are absent."""
    contributors: int
    """How many rows count."""
    low: Fraction | None = None
    high: Fraction | None = None
    middle: Fraction | None = None
    """The value of a median or mean."""
    definition: str = ""
    """The definition that the rows follow, where it is not the one that the title speaks of."""

    @property
    def value(self) -> Fraction | None:
        """The exact value; None where there is none to be told."""
        if self.state is not State.VALUE:
            return None
        if self.middle is not None:
            return self.middle
        if self.numerator is None:
            return None
        return Fraction(self.numerator, 1 if self.denominator is None else self.denominator)

    @property
    def display(self) -> str:
        """The value in words, with what it is made of."""
        return self.told(self.value)

    def told(self, value: Fraction | None) -> str:
        """The same, by those who have worked out its value before."""
        if self.state is State.SUPPRESSED:
            return "‡"
        if value is None:
            return self.state.value
        return self._plainly_told(value) + display.beside(self.definition)

    def _plainly_told(self, value: Fraction) -> str:
        part = self.indicator.part(self.part)
        of = f" ({self.numerator} of {self.denominator})"
        match part.kind:
            case Kind.COUNT:
                return str(self.numerator)
            case Kind.SHARE:
                return f"{display.percent(value)}{of}{self._bounds}"
            case Kind.RATIO:
                return (
                    f"{display.rounded(value, part.decimals)}{display.over(self.numerator, self.denominator)}"
                )
            case Kind.RELATIVE:
                return display.rounded(value, part.decimals)
            case Kind.GAP:
                return display.points(value)
            case Kind.WHETHER:
                return display.whether(value)
        return f"{display.rounded(value, part.decimals)} (n = {self.denominator})"

    @property
    def _bounds(self) -> str:
        if self.low is None or self.high is None or self.low == self.high:
            return ""
        return f", bounds {display.bounds(self.low, self.high)}"


def measured(
    indicator: Indicator,
    part: Part,
    places: Places,
    cells: ByDefinition,
    by: Mapping[str, str],
    left_out: Mapping[str, Cell] = NOTHING,
) -> Measured:
    """The figure of a part over the cells of each definition that it must tell apart.

    Args:
        left_out: rows of which it can't be told whether they belong, by reason.
    """
    found = measured_if_any(indicator, part, places, cells, by, left_out)
    return found or _nothing(indicator, part, by)


def measured_if_any(
    indicator: Indicator,
    part: Part,
    places: Places,
    cells: ByDefinition,
    by: Mapping[str, str],
    left_out: Mapping[str, Cell] = NOTHING,
) -> Measured | None:
    """The same; None where nothing counts in these cells and nothing is left out."""
    excluded: Mapping[str, int] = NONE
    counting = []
    for definition, cell in cells.items():
        sums = cell.sums
        if sums[places.counted]:
            counting.append((definition, cell))
        for reason, place in places.excluded:
            if sums[place]:
                # A mapping for every figure that leaves nothing out would cost more than all else here.
                excluded = {**excluded, reason: excluded.get(reason, 0) + sums[place]}
    for reason, cell in left_out.items():
        if count := cell.sums[places.counted]:
            excluded = {**excluded, reason: count}
    if not counting:
        if not excluded:
            return None
        # Something was there but could not be counted: that is no zero.
        return _nothing(indicator, part, by, excluded)
    definition, cell = counting[0]
    contributors = cell.sums[places.counted]
    if len(counting) > 1:
        contributors = sum([each.sums[places.counted] for _, each in counting])
        return Measured(indicator, part.id, by, None, None, State.NOT_COMPARABLE, excluded, contributors)
    if places.spread is not None:
        found = _middle(indicator, part, places.spread, cell, by, excluded, contributors)
    else:
        found = _pooled(indicator, part, places, cell.sums, by, excluded, contributors)
    return found if definition == places.usual else found._replace(definition=_unusual(definition, places))


def _unusual(definition: Codes, places: Places) -> str:
    """What differs from what the title speaks of."""
    told = zip(definition, places.usual, strict=True)
    return ", ".join(code for code, usual in told if usual not in ("", code))


def _nothing(
    indicator: Indicator, part: Part, by: Mapping[str, str], excluded: Mapping[str, int] = NONE
) -> Measured:
    """Nothing counts: a real zero of a count, but where something was left out; no data for all else."""
    if part.kind is Kind.COUNT:
        number, state = (None, State.NO_DATA) if excluded else (0, State.VALUE)
        return Measured(indicator, part.id, by, number, None, state, excluded, 0)
    numerator = None if part.kind in SPREAD else 0
    return Measured(indicator, part.id, by, numerator, 0, State.NO_DATA, excluded, 0)


def _pooled(
    indicator: Indicator,
    part: Part,
    places: Places,
    sums: Sequence[int],
    by: Mapping[str, str],
    excluded: Mapping[str, int],
    contributors: int,
) -> Measured:
    numerator = total(sums, places.numerator)
    if places.denominator is None:
        return Measured(indicator, part.id, by, numerator, None, State.VALUE, excluded, contributors)
    denominator = total(sums, places.denominator)
    if part.kind in COMPARING and places.against is not None:
        above, below = (total(sums, each) for each in places.against)
        if part.kind is Kind.RELATIVE:
            numerator, denominator = numerator * below, denominator * above
        else:
            numerator, denominator = numerator * below - above * denominator, denominator * below
        # A share without a denominator can't be set against anything.
        denominator = denominator if below else 0
    low = high = None
    # Of none, bounds from nothing to everything would tell nothing.
    if denominator and places.bounds is not None:
        least, most, of = (total(sums, each) for each in places.bounds)
        low, high = (Fraction(least, of), Fraction(most, of)) if of else (None, None)
    state = State.VALUE if denominator else State.NO_DATA
    return Measured(indicator, part.id, by, numerator, denominator, state, excluded, contributors, low, high)


def _middle(
    indicator: Indicator,
    part: Part,
    place: int,
    cell: Cell,
    by: Mapping[str, str],
    excluded: Mapping[str, int],
    contributors: int,
) -> Measured:
    values = cell.spreads.get(place, Counter[str]())
    number = values.total()
    if not number:
        return Measured(indicator, part.id, by, None, 0, State.NO_DATA, excluded, contributors)
    middle = mean(values) if part.kind is Kind.MEAN else quantile(values, _QUARTERS[part.kind])
    return Measured(indicator, part.id, by, None, number, State.VALUE, excluded, contributors, middle=middle)


_QUARTERS = {Kind.LOWER: 1, Kind.MEDIAN: 2, Kind.UPPER: 3}


def median(values: Mapping[str, int]) -> Fraction:
    """The middle value, or halfway between the two in the middle; at least one value.

    >>> median({"9": 1, "24": 1, "30": 2})
    Fraction(27, 1)
    """
    return quantile(values, 2)


def quantile(values: Mapping[str, int], quarters: int) -> Fraction:
    """The value with so many quarters of the values before it, on the line between its neighbours; at least one value.

    >>> quantile({"1": 1, "2": 1, "3": 1, "10": 2}, 1), quantile({"1": 1, "2": 1}, 3)
    (Fraction(2, 1), Fraction(7, 4))
    """
    ordered = sorted(values, key=Fraction)
    ends = list(accumulate(values[value] for value in ordered))
    place, part = divmod((ends[-1] - 1) * quarters, 4)
    before, after = (
        Fraction(ordered[bisect_right(ends, min(at, ends[-1] - 1))]) for at in (place, place + 1)
    )
    return before + (after - before) * Fraction(part, 4)


def mean(values: Mapping[str, int]) -> Fraction:
    """The mean; at least one value.

    >>> mean({"1/2": 1, "1": 1})
    Fraction(3, 4)
    """
    return sum((Fraction(value) * count for value, count in values.items()), Fraction(0)) / sum(
        values.values()
    )
