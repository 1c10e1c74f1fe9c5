"""How few submissions, or people, stand behind a number that nobody tells but that can be worked out.

Owns the rule on contributors for numbers that are no cell of a table: what is left of a sum, a difference of two
periods, a change since an earlier release. For cells themselves `indicators.candidates` judges by the same rule.
Invariant: a number that can't be judged counts as one of few.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import replace

from indicators.catalogue import Unit
from indicators.disclosure import GREATEST_SHARE, is_of_few, is_unsafe, least_records
from indicators.meanings import is_condition
from indicators.projection import Row
from indicators.quantities import Ledger, Quantity
from indicators.relations import Rest


class Contributors:
    """Who gives what to the numbers of a ledger."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._greatest: dict[str, list[int]] = {}

    def are_few(self, number: Quantity | Rest, value: int, threshold: int) -> bool:
        """Whether the number, other than none, is really that of one or two submissions, or of few people's points."""
        item, without = (number.wide, number.narrow) if isinstance(number, Rest) else (number, None)
        if value < 0 or (rows := self._counted(item, without)) is None:
            return False
        unit = self._ledger.projector.catalogue.units[item.unit]
        if _is_of_points(unit, item) and is_unsafe(rows, threshold):
            return True
        if not value or self._are_plainly_many(unit, item, without, value, rows):
            return False
        return is_of_few(unit.form_id, self._given(item, without).values())

    def of_these_are_few(self, item: Quantity, sources: Collection[str]) -> bool:
        """Whether what these submissions alone give to the number is that of few."""
        unit = self._ledger.projector.catalogue.units[item.unit]
        numbers = [number for source, number in self._given(item, None).items() if source in sources]
        return not numbers or is_of_few(unit.form_id, numbers)

    def _counted(self, item: Quantity, without: Quantity | None) -> int | None:
        """How many rows count; None where the ledger does not count them."""
        counts = [
            each if without is not None and self._is_count(each) else _count(each)
            for each in (item, without)
            if each is not None
        ]
        if not all(map(self._ledger.has, counts)):
            return None
        whole, *rest = map(self._ledger.value, counts)
        return whole - sum(rest)

    def _are_plainly_many(
        self, unit: Unit, item: Quantity, without: Quantity | None, value: int, rows: int
    ) -> bool:
        """Whether even if the greatest number of all came together, it would not be of few."""
        if len(item.terms) > 1 or item.terms[0][1] < 0:
            return False
        greatest = self._greatest_of(item.unit)
        places = self._ledger.projector.layouts.units[item.unit].slots
        most = greatest[places[item.where, item.terms[0][0]]]
        together = greatest[places[item.where, ""]] if unit.each or unit.follow_up else 1
        return rows >= least_records(unit.form_id) * max(together, 1) and most <= GREATEST_SHARE * value

    def _greatest_of(self, unit: str) -> list[int]:
        """The most that one submission gives at any place, whenever it was."""
        if unit not in self._greatest:
            known = self._ledger.projector.catalogue.units[unit]
            rows = [row for row in self._ledger.all_rows if row.unit == unit]
            if known.each or known.follow_up is not None:
                added: dict[str, list[int]] = {}
                for row in rows:
                    before = added.get(row.source)
                    added[row.source] = (
                        list(row.sums)
                        if before is None
                        else [one + other for one, other in zip(before, row.sums, strict=True)]
                    )
                found = list(added.values())
            else:
                found = [list(row.sums) for row in rows]
            self._greatest[unit] = [max(column) for column in zip(*found, strict=True)]
        return self._greatest[unit]

    def _given(self, item: Quantity, without: Quantity | None) -> dict[str, int]:
        """Submission to what it gives, nought included; those without a row that counts are absent."""
        found: dict[str, int] = defaultdict(int)
        for row in self._rows(item, without):
            found[row.source] += self._of_row(row, item)
        return found

    def _rows(self, item: Quantity, without: Quantity | None) -> Iterator[Row]:
        places = self._ledger.projector.layouts.units[item.unit].slots
        counted = places.get((item.where, ""))
        left_out = None
        if without is not None:
            left_out = places[without.where, without.terms[0][0] if self._is_count(without) else ""]
        for row in self._ledger.rows_with(item.unit, item.start, item.end, item.codes):
            is_in = not item.where or (row.sums[counted] if counted is not None else self._of_row(row, item))
            if is_in and (left_out is None or not row.sums[left_out]):
                yield row

    def _is_count(self, item: Quantity) -> bool:
        """Whether the number counts rows, by its column, where that is true or false."""
        columns = self._ledger.projector.catalogue.units[item.unit].columns
        (column, _), *more = item.terms
        return not more and column != "" and is_condition(columns[column], columns)

    def _of_row(self, row: Row, item: Quantity) -> int:
        places = self._ledger.projector.layouts.units[item.unit].slots
        return sum(factor * row.sums[places[item.where, column]] for column, factor in item.terms)


def _count(item: Quantity) -> Quantity:
    return replace(item, terms=(("", 1),))


def _is_of_points(unit: Unit, item: Quantity) -> bool:
    """Whether it adds up what single people scored: a sum over few tells nearly each of them, none included."""
    limited = unit.at_least.keys() | unit.at_most.keys()
    return bool(unit.each in unit.distinct and any(column in limited for column, _ in item.terms))
