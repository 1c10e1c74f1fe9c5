"""Rows kept beside the submissions, and rolled up by month and place.

Owns what a store keeps of rows, and which kept sums stand for which period; the store's tables are the store's. Rows of
one span (nearly always a month) are kept in sheaves: those of a group together, since they change together, or those of
a batch of groups that came together. A cell is the sum of all rows of one unit that share span, place and definitions.
Invariant: every row is in one sheaf and in one cell, and cells are changed by what a group's rows were and are now, so
they always equal the sum over all rows.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from hashlib import sha256
from itertools import chain
from operator import add
from typing import TypeVar, cast

from indicators.catalogue import PERIODS
from indicators.cells import Period
from indicators.projection import Projector, Row, period_code

PLACE = "adm1"
"""The disaggregation that cells keep beside the month."""
MONTH_LENGTH = len("2026-01")
"""A span of any other length is no month: see `span_of`."""
_WAY = "3"
"""The way in which rows are kept; a new one has kept rows made anew."""

Item = TypeVar("Item")

CellKey = tuple[str, str, str]
"""Unit, span, and the codes that the cell keeps, as JSON."""

MOST_TOGETHER = 32
"""Groups in one sheaf of a batch. More: less is written while they arrive; fewer: less when one of them changes."""

_in_words = json.JSONEncoder(separators=(",", ":")).encode
_SMALL, _LONG, _ANY = b"b", b"q", b"j"
"""How sums are packed: a byte each, eight bytes each, or as JSON. Most are small: a row takes a third of its JSON."""


@dataclass(frozen=True, slots=True)
class Sheaf:
    """Rows of one span, as a store keeps them: a group's, or those of several groups of a batch."""

    name: str
    """The group, or the batch."""
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

    def __bool__(self) -> bool:
        """Whether adding it changes anything."""
        return bool(self.rows) or any(self.sums) or any(self.spreads.values())

    def add(self, other: Kept) -> None:
        """Add another sum."""
        self.rows += other.rows
        self.sums = list(map(add, self.sums, other.sums))
        self.spread(other.spreads, 1)

    def spread(self, spreads: Mapping[int, Mapping[str, int]], sign: int) -> None:
        """Add (1) or take away (-1) values that are kept one by one."""
        for place, values in spreads.items():
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
    return _told(row.first_day, row.last_day)[0]


@lru_cache(maxsize=4096)
def _told(first: date | None, last: date | None) -> tuple[str, str, str]:
    """The span of two days, and both as texts; blank: there is none."""
    texts = "" if first is None else first.isoformat(), "" if last is None else last.isoformat()
    if first is None or last is None:
        return "", *texts
    month = period_code(first, "month")
    return month if month == period_code(last, "month") else "/".join(texts), *texts


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


def standing_units(projector: Projector) -> list[str]:
    """Units that stand for a state: of these, what began before the period counts, too."""
    return [name for name, unit in projector.catalogue.units.items() if unit.standing is not None]


def edge_rows(projector: Projector, period: Period, rows: Iterable[Row]) -> Iterator[Row]:
    """Those of edge months that no cell stands for: of a state, cells hold all that began by the last whole month."""
    standing, last_whole = frozenset(standing_units(projector)), whole_months(period)[1]
    return (row for row in rows if row.unit not in standing or span_of(row) > last_whole)


def _next_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=31)).replace(day=1)


def packed(sums: Sequence[Sequence[int]]) -> bytes:
    """The sums of rows as a store keeps them, one row after the other; the same on every machine.

    >>> packed([[1, 255]]), packed([[-1]])[:2]
    (b'b\\x01\\xff', b'q\\xff')
    """
    try:
        return _SMALL + b"".join([each if each.__class__ is bytes else bytes(each) for each in sums])
    except ValueError:
        numbers = list(chain.from_iterable(sums))
    try:
        return _LONG + struct.pack(f"<{len(numbers)}q", *numbers)
    except struct.error:
        return _ANY + _in_words(numbers).encode()


def unpacked(content: bytes) -> Sequence[int]:
    """Kept sums.

    >>> list(unpacked(packed([[1, 2**70]]))) == [1, 2**70]
    True
    """
    form = content[:1]
    if form == _SMALL:
        return content[1:]
    if form == _LONG:
        return struct.unpack(f"<{len(content) // 8}q", content[1:])
    return [int(number) for number in json.loads(content[1:])]


def batch_name(number: int) -> str:
    """What the sheaves of a batch are called; no group has such a name."""
    return f"@{number}"


def sheaves(rows: Iterable[Row], batch: str = "") -> list[Sheaf]:
    """Rows put together by span: those of each group, or those of some groups of a batch.

    Rows whose sums take more than a byte stand apart, since all sums of a sheaf are packed alike.

    Args:
        batch: its name; empty: each group is kept by itself. The rows of a group stand side by side.
    """
    bound: dict[tuple[str, str, int, bool], tuple[list[list[str]], list[Sequence[int]]]] = {}
    groups: dict[str, int] = {}
    for unit, source, first_day, last_day, codes, sums, spreads in rows:
        span, first, last = _told(first_day, last_day)
        is_small = sums.__class__ is bytes
        which = groups.setdefault(source, len(groups)) // MOST_TOGETHER if batch and is_small else 0
        key = batch or source, span, which, is_small
        together = bound.get(key)
        if together is None:
            together = bound[key] = [], []
        told = spreads_text(spreads) if spreads else ""
        together[0].append([source if batch else "", unit, first, last, told, *codes.values()])
        together[1].append(sums)
    return [
        Sheaf(name, span, _heads(heads), packed(sums)) for (name, span, *_), (heads, sums) in bound.items()
    ]


def rows_of(projector: Projector, sheaf: Sheaf) -> Iterator[Row]:
    """The rows of a sheaf, which the same catalogue projected."""
    sums, begin = unpacked(sheaf.sums), 0
    units = projector.catalogue.units
    for source, unit, first, last, spreads, *given in _read_heads(sheaf.heads):
        codes = dict(zip(units[unit].codes, given, strict=True))
        end = begin + projector.width(unit)
        yield Row(
            unit,
            source or sheaf.name,
            _day(first),
            _day(last),
            codes,
            sums[begin:end],
            spreads_of(spreads),
        )
        begin = end


def holds_any(sheaf: Sheaf, groups: Set[str]) -> bool:
    """Whether a sheaf has rows of any of the groups."""
    return any((source or sheaf.name) in groups for source, *_ in _read_heads(sheaf.heads))


def parted(projector: Projector, sheaf: Sheaf, groups: Set[str]) -> tuple[list[Row], list[Sheaf]]:
    """The rows of some groups in a batch's sheaf, and what then keeps the others."""
    gone, left = list[Row](), list[Row]()
    for row in rows_of(projector, sheaf):
        (gone if row.source in groups else left).append(row)
    return gone, sheaves(left, sheaf.name)


def _heads(rows: Sequence[Sequence[str]]) -> str:
    """All of the rows but their sums: a line each, its fields parted by tabs; as JSON where a text holds such signs."""
    text = "\n".join(map("\t".join, rows))
    is_plain = text.count("\t") == sum(map(len, rows)) - len(rows) and text.count("\n") == len(rows) - 1
    return text if is_plain else _in_words(rows)


def _read_heads(text: str) -> list[list[str]]:
    if text.startswith("["):
        return cast(list[list[str]], json.loads(text))
    return [line.split("\t") for line in text.split("\n")]


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def with_change(change: Kept, rows: int, sums: bytes, spreads: str) -> Kept:
    """A cell as a store kept it before, with what changes."""
    whole = Kept(rows, unpacked(sums), spreads_of(spreads))
    whole.add(change)
    return whole


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
    """What a renewal of some groups changes in the cells."""

    def __init__(self, projector: Projector) -> None:
        self._names = {unit: (PLACE, *projector.same(unit)) for unit in projector.catalogue.units}
        self._taken: dict[tuple[str, ...], dict[int, list[Row]]] = {}

    def take(self, rows: Iterable[Row], sign: int) -> None:
        """Note rows that came (1) or went (-1)."""
        taken, names = self._taken, self._names
        for row in rows:
            get = row.codes.get
            key = (row.unit, span_of(row), *[get(name, "") for name in names[row.unit]])
            signed = taken.get(key)
            if signed is None:
                signed = taken[key] = {1: [], -1: []}
            signed[sign].append(row)

    def cells(self) -> dict[CellKey, Kept]:
        """The differences, to be added to what is kept; of cells that stay as they are there is none."""
        found = {}
        for (unit, span, *codes), signed in self._taken.items():
            difference = _difference(signed[1], signed[-1])
            if difference:
                text = _in_words(dict(zip(self._names[unit], codes, strict=True)))
                found[unit, span, text] = difference
        return found


def _difference(came: Sequence[Row], went: Sequence[Row]) -> Kept:
    """What came without what went, added up place by place: several times as quick as row by row."""
    if not went:
        sums = [*map(sum, zip(*[row.sums for row in came], strict=True))]
    else:
        sums = [-number for number in map(sum, zip(*[row.sums for row in went], strict=True))]
        if came:
            sums = [*map(sum, zip(sums, *[row.sums for row in came], strict=True))]
    kept = Kept(len(came) - len(went), sums)
    for row in came:
        kept.spread(row.spreads, 1)
    for row in went:
        kept.spread(row.spreads, -1)
    return kept


def in_batches(items: Sequence[Item], size: int = 2000) -> Iterator[Sequence[Item]]:
    """Ids or keys in batches: a renewal of everything needs little memory at a time."""
    for begin in range(0, len(items), size):
        yield items[begin : begin + size]
