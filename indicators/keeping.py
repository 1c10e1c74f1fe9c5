"""Rows kept beside the submissions, and rolled up by month and place.

Owns what a store keeps of rows, and which kept sums stand for which period; the store's tables are the store's. A cell
is the sum of all rows of one unit that share span (nearly always a month), place and definitions. Invariant: every row
is in one cell, and cells are changed by what a group's rows were and are now, so they always equal the sum over all
rows.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from hashlib import sha256
from itertools import chain
from operator import add, sub

from indicators.catalogue import PERIODS
from indicators.cells import Period
from indicators.projection import Projector, Row, period_code

PLACE = "adm1"
"""The disaggregation that cells keep beside the month."""
MONTH_LENGTH = len("2026-01")
"""A span of any other length is no month: see `span_of`."""
_WAY = "2"
"""The way in which rows are kept; a new one has kept rows made anew."""

CellKey = tuple[str, str, str]
"""Unit, span, and the codes that the cell keeps, as JSON."""

Head = tuple[str, str, str, dict[str, str], dict[int, dict[str, int]]]
"""Unit, first and last day (blank: none), codes, and values by place."""

_in_words = json.JSONEncoder(separators=(",", ":")).encode
_SMALL, _LONG, _ANY = b"b", b"q", b"j"
"""How sums are packed: a byte each, eight bytes each, or as JSON. Most are small: a row takes a third of its JSON."""


@dataclass(frozen=True, slots=True)
class Sheaf:
    """The rows of one group in one span, as a store keeps them: together, since they come and go together."""

    group: str
    span: str
    heads: str = field(repr=False)
    """All of the rows but their sums."""
    sums: bytes = field(repr=False)
    """The sums of all rows, one row after the other."""


@dataclass(slots=True)
class Kept:
    """A sum of rows as a store keeps it."""

    rows: int
    """How many rows were added; at 0 the cell goes."""
    sums: Sequence[int] = field(repr=False)
    spreads: dict[int, dict[str, int]] = field(default_factory=dict, repr=False)

    def add(self, other: Row | Kept, sign: int, rows: int = 1) -> None:
        """Add a row, or another sum of so many, (1) or take it away again (-1)."""
        self.rows += sign * rows
        self.sums = list(map(add if sign > 0 else sub, self.sums, other.sums))
        for place, values in other.spreads.items():
            known = self.spreads.setdefault(place, {})
            for value, count in values.items():
                left = known.get(value, 0) + sign * count
                if left:
                    known[value] = left
                else:
                    known.pop(value, None)


def kept_with(projector: Projector) -> str:
    """What a store notes of what rows are kept with: rows kept with something else are made anew."""
    sealed = "" if projector.sealed is None else f"{sorted(projector.sealed)}"
    told = sha256(f"{projector.catalogue.digest}{sealed}".encode()).hexdigest()
    return f"{told[:60]}.{_WAY}"


def span_of(row: Row) -> str:
    """The month in which a row lies; its first and last day where that is no single month; blank: undated."""
    return _span_of(row.first_day, row.last_day)


@lru_cache(maxsize=4096)
def _span_of(first: date | None, last: date | None) -> str:
    if first is None or last is None:
        return ""
    month = period_code(first, "month")
    return month if month == period_code(last, "month") else f"{first}/{last}"


def _days_of(span: str) -> tuple[date | None, date | None]:
    if len(span) == MONTH_LENGTH:
        first = date.fromisoformat(f"{span}-01")
        return first, _next_month(first) - timedelta(days=1)
    begin, _, end = span.partition("/")
    return _day(begin), _day(end)


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


def packed(rows: Iterable[Row | Kept]) -> bytes:
    """The sums of rows as a store keeps them, one row after the other; the same on every machine.

    >>> packed([Kept(1, [1, 255])]), packed([Kept(1, [-1])])[:2]
    (b'b\\x01\\xff', b'q\\xff')
    """
    sums = [row.sums for row in rows]
    try:
        return _SMALL + b"".join(map(bytes, sums))
    except ValueError:
        numbers = list(chain.from_iterable(sums))
    try:
        return _LONG + struct.pack(f"<{len(numbers)}q", *numbers)
    except struct.error:
        return _ANY + _in_words(numbers).encode()


def unpacked(content: bytes) -> Sequence[int]:
    """Kept sums.

    >>> list(unpacked(packed([Kept(1, [1, 2**70])]))) == [1, 2**70]
    True
    """
    form = content[:1]
    if form == _SMALL:
        return content[1:]
    if form == _LONG:
        return struct.unpack(f"<{len(content) // 8}q", content[1:])
    return [int(number) for number in json.loads(content[1:])]


def sheaves(rows: Iterable[Row]) -> list[Sheaf]:
    """Rows put together by group and span."""
    bound: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        bound.setdefault((row.source, span_of(row)), []).append(row)
    return [
        Sheaf(group, span, _heads(together), packed(together)) for (group, span), together in bound.items()
    ]


def rows_of(projector: Projector, sheaf: Sheaf) -> Iterator[Row]:
    """The rows of a sheaf, which the same catalogue projected."""
    sums, begin = unpacked(sheaf.sums), 0
    for unit, first, last, codes, spreads in _read_heads(projector, sheaf.heads):
        end = begin + projector.width(unit)
        yield Row(unit, sheaf.group, _day(first), _day(last), codes, sums[begin:end], spreads)
        begin = end


def _heads(rows: Sequence[Row]) -> str:
    """All of the rows but their sums: a line each, its fields parted by tabs; as JSON where a text holds such signs."""
    fields = [_fields(row) for row in rows]
    text = "\n".join(["\t".join(each) for each in fields])
    is_plain = text.count("\t") == sum(map(len, fields)) - len(fields) and text.count("\n") == len(fields) - 1
    return text if is_plain else _in_words(fields)


def _fields(row: Row) -> list[str]:
    first, last = row.first_day, row.last_day
    return [
        row.unit,
        "" if first is None else first.isoformat(),
        "" if last is None else last.isoformat(),
        spreads_text(row.spreads),
        *row.codes.values(),
    ]


def _read_heads(projector: Projector, text: str) -> Iterator[Head]:
    parted = json.loads(text) if text.startswith("[") else [line.split("\t") for line in text.split("\n")]
    for unit, first, last, spreads, *codes in parted:
        names = projector.catalogue.units[unit].codes
        yield unit, first, last, dict(zip(names, codes, strict=True)), spreads_of(spreads)


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def row_of_cell(key: CellKey, sums: bytes, spreads: str) -> Row:
    """A kept cell as a row that stands for many."""
    unit, span, codes = key
    first, last = _days_of(span)
    return Row(unit, "", first, last, json.loads(codes), unpacked(sums), spreads_of(spreads))


def spreads_text(spreads: Mapping[int, Mapping[str, int]]) -> str:
    """Values as a store keeps them; blank where there are none."""
    if not spreads:
        return ""
    kept = {place: values for place, values in spreads.items() if values}
    return _in_words(kept) if kept else ""


def spreads_of(text: str) -> dict[int, dict[str, int]]:
    """Kept values, by place."""
    return {int(place): values for place, values in json.loads(text).items()} if text else {}


class Changes:
    """What a renewal of some groups changes in the cells.

    Attributes:
        cells: the differences, to be added to what is kept.
    """

    def __init__(self, projector: Projector) -> None:
        self.cells: dict[CellKey, Kept] = {}
        self._names = {unit: (PLACE, *projector.same(unit)) for unit in projector.catalogue.units}
        self._found: dict[tuple[str, ...], Kept] = {}

    def take(self, rows: Iterable[Row], sign: int) -> None:
        """Note rows that came (1) or went (-1)."""
        for row in rows:
            span = span_of(row)
            codes = [row.codes.get(name, "") for name in self._names[row.unit]]
            key = (row.unit, span, *codes)
            kept = self._found.get(key)
            if kept is None:
                kept = self._found[key] = Kept(0, [0] * len(row.sums))
                text = _in_words(dict(zip(self._names[row.unit], codes, strict=True)))
                self.cells[row.unit, span, text] = kept
            kept.add(row, sign)

    def merged(self, key: CellKey, rows: int, sums: bytes, spreads: str) -> Kept:
        """A cell as it was kept before, with the changes."""
        change = self.cells[key]
        whole = Kept(rows, unpacked(sums), spreads_of(spreads))
        whole.add(change, 1, change.rows)
        return whole


def in_batches(ids: Sequence[str], size: int = 2000) -> Iterator[Sequence[str]]:
    """Ids in batches: a renewal of everything needs little memory at a time."""
    for begin in range(0, len(ids), size):
        yield ids[begin : begin + size]
