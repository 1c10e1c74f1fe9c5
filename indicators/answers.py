"""Answers as numbers, texts and rows, of whatever type they came.

Owns what counts as missing and which numbers are too long to be counted with. Invariant: no sum of what it gives as
numbers leaves what a float can hold.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from forms.xpath import to_number

Scope = Mapping[str, object]
"""Answers by question name; an absent name is a missing answer."""
Number = int | float

LONGEST_NUMBER = 100
"""A text with more signs is no number that can be counted with."""
_BEYOND = 10**LONGEST_NUMBER
"""A sum of such whole numbers may be more than a float holds, and can't be added to one."""


def number_of(value: object) -> Number:
    """An answer as a number: NaN where it is missing, no number or too long a one; true is 1; whole ones are an int."""
    if value.__class__ is int:
        return value if -_BEYOND < value < _BEYOND else math.nan
    if isinstance(value, str):
        try:
            return int(value) if 0 < len(value) <= LONGEST_NUMBER else math.nan
        except ValueError:
            return whole(to_number(value))
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, float):
        return whole(value)
    return math.nan


def whole(number: float) -> Number:
    """A number as an int where it is whole; NaN where it is too long."""
    if not -_BEYOND < number < _BEYOND:
        return math.nan
    return int(number) if number.is_integer() else number


def without_long_numbers(scope: Scope) -> Scope:
    """The same answers, texts for whole numbers that `number_of` takes for none: no float could hold their sums."""
    return {
        name: str(value) if isinstance(value, int) and not -_BEYOND < value < _BEYOND else value
        for name, value in scope.items()
    }


class NumbersOfTexts(dict[str, Number]):
    """`number_of` of the texts that were asked for: calculations are kept as text, and most are small numbers."""

    MOST = 4096
    """Texts kept; each is at most `LONGEST_KEPT` signs long."""
    LONGEST_KEPT = 8

    def __missing__(self, text: str) -> Number:
        """The number of a text that was not asked for before."""
        number = number_of(text)
        if len(text) <= self.LONGEST_KEPT and len(self) < self.MOST:
            self[text] = number
        return number


def text_of(value: object) -> str:
    """An answer as its canonical text; several choices parted by spaces; blank where it is missing."""
    if value.__class__ is str:
        return value
    if value is None or value != value:
        return ""
    if isinstance(value, list):
        return " ".join(map(str, value))
    return str(value)


def is_true(value: object) -> bool:
    """Whether a column's value is there and not 0."""
    return bool(value) and value == value


def rows_of(value: object) -> Sequence[Scope]:
    """The rows of a repeat; none where it is missing, and nothing else that a list may hold."""
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else ()
