"""From rows to figures: sums, pooled shares, what was left out and why.

Owns the rules that hold for every indicator (domain.md B.0): missing is never zero, a share is pooled from sums, a
zero denominator is "no data", numbers stay exact until they are shown. Adding up is `indicators.cells`', the figure of
one sum `indicators.figures`'.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from operator import itemgetter

from indicators.catalogue import PERIODS, Indicator, Measure, Part, Table
from indicators.cells import ByDefinition, Cells, Codes, Period, place_in, sum_of
from indicators.collecting import collector_paused
from indicators.figures import Measured, State, measured, measured_if_any
from indicators.projection import Projector, Row

__all__ = ["Measured", "Period", "State", "counted_rows", "figure", "measure", "tabulate"]

Shape = tuple[str, Codes]
"""A unit, and the disaggregations by codes of its rows."""


@collector_paused()
def measure(
    projector: Projector,
    rows: Iterable[Row],
    period: Period,
    by: Sequence[str] = (),
) -> list[Measured]:
    """Every part of every indicator that can be broken down by all of `by`: its total, then each combination.

    What needs sealed answers that the projector can't read says so.

    Raises IndicatorProblem IND-002 when no indicator can be broken down so.
    """
    names, wanted = projector.catalogue.named(by), projector.catalogue.broken_down_by(by)
    tables = _Tables(projector, rows, period, {(part.unit, _row_level(part, names)) for _, part in wanted})
    told = dict(zip(names, by, strict=True))
    return [
        each
        for indicator, part in wanted
        for each in (
            [Measured(indicator, part.id, {}, None, None, State.SEALED, {}, 0)]
            if (indicator.id, part.id) in (projector.sealed or ())
            else tables.figures(indicator, part, names, told)
        )
    ]


def tabulate(
    projector: Projector, table: Table, rows: Iterable[Row], period: Period, by: Sequence[str] = ()
) -> dict[tuple[str, ...], dict[str, int]]:
    """Sums of the table's columns: codes of `by` to column to number; the empty tuple is the total."""
    names = projector.catalogue.named(by)
    places = projector.layouts.columns(table)
    cells = Cells(projector.catalogue.units[table.unit], projector.width(table.unit), period, names, ())
    for row in rows:
        if row.unit == table.unit:
            cells.add(row)
    found: dict[Codes, dict[str, int]] = {(): dict.fromkeys(places, 0)}
    for grouped in (cells.grouped(()), cells.grouped(names)):
        for key, by_definition in grouped.items():
            (cell,) = by_definition.values()
            found[key] = {column: cell.sums[place] for column, place in places.items()}
    return found


def counted_rows(projector: Projector, unit: str, rows: Iterable[Row], period: Period) -> list[Row]:
    """The rows of a unit that lie in the period."""
    known = projector.catalogue.units[unit]
    return [row for row in rows if row.unit == unit and place_in(period, known, row) == ""]


def figure(
    projector: Projector,
    indicator: Indicator,
    part: Part,
    rows: Iterable[Row],
    by: Mapping[str, str] | None = None,
    measure: Measure | None = None,
) -> Measured:
    """One figure over rows that were chosen before.

    Args:
        by: what the figure is said to be broken down by.
        measure: of one of the part's splits; None: the part's own.
    """
    apart: dict[Codes, list[Row]] = {}
    for row in rows:
        definition = tuple([row.codes.get(name, "") for name in part.same])
        apart.setdefault(definition, []).append(row)
    places, width = projector.layouts.places(part, measure or part.measure), projector.width(part.unit)
    cells = {definition: sum_of(alike, places.every, width) for definition, alike in apart.items()}
    return measured(indicator, part, places, cells, by or {})


def _row_level(part: Part, by: Sequence[str]) -> Codes:
    """Those of `by` that are codes of a row, and not of a split."""
    return tuple(name for name in by if name in PERIODS or name in part.by)


class _Tables:
    """The cells of every unit and shape that is asked for."""

    def __init__(
        self, projector: Projector, rows: Iterable[Row], period: Period, shapes: Iterable[Shape]
    ) -> None:
        self._projector = projector
        names: dict[str, dict[str, None]] = {}
        for unit, by in shapes:
            names.setdefault(unit, {}).update(dict.fromkeys(by))
        self._cells = {
            unit: Cells(
                projector.catalogue.units[unit],
                projector.width(unit),
                period,
                tuple(by),
                projector.same(unit),
            )
            for unit, by in names.items()
        }
        for row in rows:
            if row.unit in self._cells:
                self._cells[row.unit].add(row)
        self._named: dict[Codes, dict[Codes, Mapping[str, str]]] = {}
        """Disaggregations to codes to what figures are said to be broken down by: one mapping for all of them."""
        self._grouped: dict[tuple[str, Codes, Codes], dict[Codes, ByDefinition]] = {}
        self._in_order: dict[tuple[str, Codes, Codes], Sequence[tuple[Codes, ByDefinition]]] = {}

    def figures(
        self, indicator: Indicator, part: Part, by: Sequence[str], told: Mapping[str, str]
    ) -> Iterator[Measured]:
        """The total of a part and its figure for each combination of codes that it counts or leaves out."""
        places = self._projector.layouts.places
        whole = self._of(part, ()).get((), {})
        left_out = self._cells[part.unit].left_out
        yield measured(indicator, part, places(part, part.measure), whole, {}, left_out)
        if not by:
            return
        row_level = _row_level(part, by)
        split = part.split_by(frozenset(by).difference(row_level))
        measures = {(): part.measure} if split is None else split.measures
        chosen = [(codes, places(part, measure)) for codes, measure in measures.items()]
        names = row_level if split is None else (*row_level, *split.by)
        named = self._named.setdefault(names, {})
        for key, cells in self._sorted(part, row_level):
            for split_codes, stand in chosen:
                codes = key + split_codes
                known = named.get(codes)
                if known is None:
                    code = dict(zip(names, codes, strict=True))
                    known = named[codes] = {given: code[name] for name, given in told.items()}
                found = measured_if_any(indicator, part, stand, cells, known)
                if found is not None:
                    yield found

    def _sorted(self, part: Part, by: Codes) -> Sequence[tuple[Codes, ByDefinition]]:
        """The cells by some codes in the order of the codes; sorted once for all parts that ask for the same."""
        key = (part.unit, by, part.same)
        if key not in self._in_order:
            self._in_order[key] = sorted(self._of(part, by).items(), key=itemgetter(0))
        return self._in_order[key]

    def _of(self, part: Part, by: Codes) -> dict[Codes, ByDefinition]:
        """The cells of a part's unit by some codes; made once for all parts that ask for the same."""
        key = (part.unit, by, part.same)
        if key not in self._grouped:
            self._grouped[key] = self._cells[part.unit].grouped(by, part.same)
        return self._grouped[key]
