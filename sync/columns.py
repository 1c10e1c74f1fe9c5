"""Records turned into columns: all answers to one question beside each other, which compresses by a fifth more.

Owns the transposition of JSON values and its way back; leaves bytes and compression to `sync.segments`. Invariant:
`read(write(records)) == records` for any JSON objects, and reading takes memory in proportion to what is read.

A column is one of

    {"v": [value, ...]}               the values as they are
    {"c": [value, ...], "i": "0010"}  values that repeat: each once, then one letter of `LETTERS` for each place
    {"x": "0f3a..."}                  ids of 32 hexadecimal digits, one behind the other
    {"d": {key: column, ...}}         objects: a column for each key
    {"r": column, "e": column}        lists of objects: their lengths, then all their elements

and has ``"p": "1101"`` besides when some values are absent: one digit for each place, 0 where there is none.
"""

from __future__ import annotations

import re
import string
import sys
from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from itertools import compress, islice
from typing import cast

from pydantic import JsonValue

from sync.problems import SyncProblem
from sync.wire import canonical, damaged

Record = dict[str, JsonValue]
Column = dict[str, JsonValue]

LETTERS = string.digits + string.ascii_letters
"""Name the values of a column that repeat, in the order in which they first occur. With one letter instead of a value
and a comma, 200 sessions are a tenth shorter."""
MOST_REPEATED = 32 * 1024 * 1024
"""Bytes of keys and of values named by letters in all records that are read. The largest change that may travel holds
half a million answers of one letter, whose names have sixty letters then; ours have a hundredth of both."""
_ID = re.compile(r"[0-9a-f]{32}")
_ID_LENGTH = 32


class _Absent:
    """Stands where an object has no such key."""


_ABSENT = _Absent()
_Cell = JsonValue | _Absent


def write(records: Sequence[Record]) -> Column:
    """The records as one column; left as they are where that is shorter, as it is for one alone."""
    plain: Column = {"v": list(records)}
    turned = _column(list(records))
    return turned if len(canonical(turned)) < len(canonical(plain)) else plain


def read(column: JsonValue, count: int) -> list[Record]:
    """So many records of a column. Raises SyncProblem DAMAGED for anything that `write` does not write."""
    records = _Reading().whole(column, count)
    if not all(isinstance(record, dict) for record in records):
        raise damaged("columns that are no records")
    return cast(list[Record], records)


def size(value: JsonValue) -> int:
    """Bytes that a value adds to columns; its keys stand there once for all records, and don't count.

    Raises:
        UnicodeEncodeError: text that is no Unicode.
    """
    if isinstance(value, dict):
        return sum(size(inner) for inner in value.values())
    if isinstance(value, list) and value and all(isinstance(inner, dict) for inner in value):
        return sum(size(inner) for inner in value)
    return len(canonical(value)) + 1


def _column(cells: Sequence[_Cell]) -> Column:
    present = [cell for cell in cells if not isinstance(cell, _Absent)]
    column = _turned(present)
    if len(present) < len(cells):
        column["p"] = "".join("0" if isinstance(cell, _Absent) else "1" for cell in cells)
    return column


def _turned(values: list[JsonValue]) -> Column:
    objects = [value for value in values if isinstance(value, dict)]
    keys = sorted({key for value in objects for key in value})
    if keys and len(objects) == len(values):
        return {"d": {key: _column([value.get(key, _ABSENT) for value in objects]) for key in keys}}
    lists = [value for value in values if isinstance(value, list)]
    elements = [element for value in lists for element in value]
    if len(lists) == len(values) and any(elements) and all(isinstance(each, dict) for each in elements):
        return {"r": _turned([len(value) for value in lists]), "e": _column(elements)}
    if values and all(isinstance(value, str) and _ID.fullmatch(value) for value in values):
        return {"x": "".join(cast(list[str], values))}
    return _lettered(values) or {"v": values}


def _lettered(values: list[JsonValue]) -> Column | None:
    """A letter for each value; None where too few repeat."""
    written = [canonical(value) for value in values]
    places = {text: place for place, text in enumerate(dict.fromkeys(written))}
    if len(places) > min(len(LETTERS), len(values) // 2):
        return None
    distinct = [values[written.index(text)] for text in places]
    return {"c": distinct, "i": "".join(LETTERS[places[text]] for text in written)}


@dataclass(slots=True)
class _Reading:
    """Columns being turned back; what is named once and stands in many records is paid for from one purse.

    Each cell costs the sender a byte at least; a long key in a million rows would still make something small large.
    """

    left: int = MOST_REPEATED

    def whole(self, column: JsonValue, count: int) -> Sequence[JsonValue]:
        """The values of a column in which none is absent."""
        _, values = self._cells(column, count)
        if len(values) != count:
            raise _unreadable()
        return values

    def _cells(self, column: JsonValue, count: int) -> tuple[str, Sequence[JsonValue]]:
        """A digit for each place, 1 where there is a value, or none when all have one; and the values."""
        if not isinstance(column, dict):
            raise _unreadable()
        if "p" not in column:
            return "", self._values(column, count)
        presence = column["p"]
        if not isinstance(presence, str) or len(presence) != count or presence.strip("01"):
            raise _unreadable()
        values = {key: value for key, value in column.items() if key != "p"}
        return presence, self._values(values, presence.count("1"))

    def _values(self, column: Column, count: int) -> Sequence[JsonValue]:
        match column:
            case {"v": list(values), **rest} if not rest and len(values) == count:
                return values
            case {"c": list(distinct), "i": str(letters), **rest} if not rest and len(letters) == count:
                return self._named(distinct, letters)
            case {"x": str(ids), **rest} if not rest and len(ids) == count * _ID_LENGTH:
                return [ids[at : at + _ID_LENGTH] for at in range(0, len(ids), _ID_LENGTH)]
            case {"d": dict(columns), **rest} if not rest and columns:
                return self._objects(columns, count)
            case {"r": dict(lengths), "e": elements, **rest} if not rest:
                return self._lists(self._values(lengths, count), elements)
        raise _unreadable()

    def _named(self, distinct: Sequence[JsonValue], letters: str) -> list[JsonValue]:
        self._pay(len(letters) * max((_length(value) for value in distinct), default=0))
        meant = dict(zip(LETTERS, distinct, strict=False))
        try:
            values = [meant[letter] for letter in letters]
        except KeyError:
            raise _unreadable() from None
        if any(isinstance(value, list | dict) for value in distinct):
            return [copy(value) for value in values]
        return values

    def _objects(self, columns: Mapping[str, JsonValue], count: int) -> list[JsonValue]:
        self._pay(count * sum(map(len, columns)))
        full: dict[str, Sequence[JsonValue]] = {}
        partly = []
        for name, column in columns.items():
            key = sys.intern(name)  # once for all records, each of which is then looked into by such names
            presence, values = self._cells(column, count)
            if len(values) == count:
                full[key] = values
            else:
                partly.append((key, presence, values))
        rows = zip(*full.values(), strict=True) if full else [()] * count
        records: list[Record] = [dict(zip(full, row, strict=True)) for row in rows]
        for key, presence, values in partly:
            for record, value in zip(compress(records, map(int, presence)), values, strict=True):
                record[key] = value
        return cast(list[JsonValue], records)

    def _lists(self, lengths: Sequence[JsonValue], elements: JsonValue) -> list[JsonValue]:
        sizes = [size for size in lengths if type(size) is int and size >= 0]
        if len(sizes) != len(lengths) or not isinstance(elements, dict):
            raise _unreadable()
        if sum(sizes) > len(canonical(elements)):
            raise _unreadable()
        following = iter(self.whole(elements, sum(sizes)))
        return [list(islice(following, size)) for size in sizes]

    def _pay(self, length: int) -> None:
        self.left -= length
        if self.left < 0:
            raise _unreadable()


def _length(value: JsonValue) -> int:
    return len(value) if isinstance(value, str) else len(canonical(value))


def _unreadable() -> SyncProblem:
    return damaged("columns that don't fit together")
