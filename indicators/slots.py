"""What is added up for each row of a unit, as places in one list of whole numbers.

Owns the numbering. Each measure of each part asks for the sums of a few columns over the rows that meet its conditions;
equal ones share a place. Sums of rows are then sums of lists, in any order and grouping.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from indicators.catalogue import SPREAD, Catalogue, Measure, Part, Share, Sum, Table, Unit
from indicators.meanings import left_out, met_by

Slot = tuple[tuple[str, ...], str]
"""Columns that must be true, and the column that is added up then; blank: the rows are counted."""
Spread = tuple[tuple[str, ...], Sum, Sum]
"""Columns that must be true, and the fraction that is then kept; no denominator: over 1."""
Signed = tuple[tuple[int, int], ...]
"""Places, each with the sign of its sum."""


@dataclass(slots=True)
class Layout:
    """The places of one unit."""

    slots: dict[Slot, int] = field(default_factory=dict)
    spreads: dict[Spread, int] = field(default_factory=dict)

    def place(self, where: tuple[str, ...], column: str = "") -> int:
        """The place of a sum, a new one where it has none."""
        return self.slots.setdefault((where, column), len(self.slots))

    def sum(self, where: tuple[str, ...], terms: Sum) -> Signed:
        """The places of the terms of a sum."""
        return tuple((self.place(where, term.column), term.sign) for term in terms)

    def spread(self, measure: Measure) -> int:
        """The place of a measure's values."""
        share = measure.share
        key = (measure.where, share.numerator, share.denominator)
        return self.spreads.setdefault(key, len(self.spreads))


def total(sums: Sequence[int], places: Signed) -> int:
    """The sum at some places."""
    if len(places) == 1:
        ((place, sign),) = places
        return sign * sums[place]
    return sum([sign * sums[place] for place, sign in places])


@dataclass(frozen=True, slots=True)
class Places:
    """Where the sums of one measure stand; None: it has no such sum."""

    counted: int
    numerator: Signed
    denominator: Signed | None
    against: tuple[Signed, Signed] | None
    bounds: tuple[Signed, Signed, Signed] | None
    spread: int | None
    excluded: tuple[tuple[str, int], ...]
    """Words for the reason, and the place of its count."""
    usual: tuple[str, ...]
    """The codes that the title speaks of, of those that tell definitions apart; blank: it speaks of none."""

    @property
    def every(self) -> frozenset[int]:
        """All places that the figure is worked out from."""
        sums = (self.numerator, self.denominator or (), *(self.against or ()), *(self.bounds or ()))
        left_out = (place for _, place in self.excluded)
        return frozenset([self.counted, *(place for sum_ in sums for place, _ in sum_), *left_out])


class Layouts:
    """The layouts of all units of a catalogue, and the places of every measure in them.

    Args:
        sealed: indicator and part of what needs sealed answers, where these can't be read. Then the other figures alone
            have places, since neither tables nor releases are made there; None: all can be read.
    """

    def __init__(self, catalogue: Catalogue, sealed: Collection[tuple[str, str]] | None = None) -> None:
        self.catalogue = catalogue
        self.units = {name: Layout() for name in catalogue.units}
        self._are_all = False
        """Whether no place may come after these: kept rows have no others."""
        self._places: dict[tuple[str, bool, tuple[str, ...], Measure], Places] = {}
        for part, measure in _measures(catalogue, sealed or ()):
            self.places(part, measure)
        self._are_all = sealed is not None
        if sealed is not None:
            return
        for table in catalogue.tables.values():
            self.columns(table)
        for name, unit in catalogue.units.items():
            limits = {
                column: tuple(limit[column] for limit in (unit.at_least, unit.at_most) if column in limit)
                for column in unit.at_least.keys() | unit.at_most.keys()
            }
            self._place_parts(name, {**unit.sums, **limits})
            self._place_wholes(name, unit)

    def _place_parts(self, unit: str, sums: Mapping[str, Sequence[str]]) -> None:
        """Places for the parts and limits of every sum, so that it can be told what a reader may work out from them."""
        layout = self.units[unit]
        waiting = list(layout.slots)
        while waiting:
            where, column = waiting.pop()
            for part in sums.get(column, ()):
                if (where, part) not in layout.slots:
                    layout.place(where, part)
                    waiting.append((where, part))

    def _place_wholes(self, name: str, unit: Unit) -> None:
        """Places for the numbers from which something was left out, and for what was not."""
        layout = self.units[name]
        for where, column in list(layout.slots):
            tree = unit.columns.get(column)
            if not where and tree is not None and (meaning := left_out(tree)) is not None:
                layout.place(tuple(sorted(meaning[0])))
                layout.place(met_by(meaning, unit.columns))

    def places(self, part: Part, measure: Measure) -> Places:
        """Where the sums of a part's measure stand."""
        key = (part.unit, part.kind in SPREAD, part.same, measure)
        known = self._places.get(key)
        if known is None:
            if self._are_all:
                raise LookupError(
                    f"rows are kept without {part.id or part.title['en']}: it needs sealed answers"
                )
            known = self._places[key] = self._place(part, measure)
        return known

    def columns(self, table: Table) -> dict[str, int]:
        """Where the sums of a table's columns stand."""
        if self._are_all:
            raise LookupError(f"rows are kept without the table {table.id}")
        layout = self.units[table.unit]
        return {column: layout.place(table.where, column) for column in table.columns}

    def _place(self, part: Part, measure: Measure) -> Places:
        layout, where = self.units[part.unit], measure.where
        unit = self.catalogue.units[part.unit]
        share, limits = measure.share, measure.bounds

        def both(given: Share) -> tuple[Signed, Signed]:
            return layout.sum(where, given.numerator), layout.sum(where, given.denominator)

        return Places(
            counted=layout.place(where),
            numerator=layout.sum(where, share.numerator),
            denominator=layout.sum(where, share.denominator) if share.denominator else None,
            against=None if measure.against is None else both(measure.against),
            bounds=None
            if limits is None
            else (
                layout.sum(where, limits.low),
                layout.sum(where, limits.high),
                layout.sum(where, limits.of),
            ),
            spread=layout.spread(measure) if part.kind in SPREAD else None,
            excluded=tuple((unit.reasons[column], layout.place((), column)) for column in measure.excluded),
            usual=tuple(unit.usual.get(name, "") for name in part.same),
        )


def _measures(catalogue: Catalogue, left_out: Collection[tuple[str, str]]) -> Iterator[tuple[Part, Measure]]:
    for indicator in catalogue.indicators:
        for part in indicator.parts:
            if (indicator.id, part.id) in left_out:
                continue
            yield part, part.measure
            for split in part.splits:
                for measure in split.measures.values():
                    yield part, measure
