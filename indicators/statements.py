"""What a reader is told: whole numbers, what is known to add up, and the statements made about them.

Owns the values that suppression and the attack work on; knows no indicator, no form and no solver. Invariant: the true
quantities satisfy every constraint, so that a reader who believes all of them is never contradicted.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum

Key = tuple[str, ...]
"""The name of a quantity or a statement, unique in its publication; it sorts, so that results repeat."""


@dataclass(frozen=True, slots=True)
class Constraint:
    """low <= the sum of coefficient times quantity <= high; None leaves that side open."""

    terms: tuple[tuple[Key, int], ...]
    low: int | None
    high: int | None


class Loss(IntEnum):
    """What hiding a statement costs a reader; the least is hidden first."""

    ORDINARY = 0
    WANTED = 1
    """A figure that indicators are about: women, youth."""
    COUNTS_OF_TOTAL = 2
    """The counts behind the share of a total, which can be told without them."""
    VALUE_OF_TOTAL = 3
    """A share, a mean or the like of everything."""
    TOTAL = 4
    """Of everything: what the rest is read against."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One thing that a publication may say, and may leave unsaid."""

    key: Key
    constraints: tuple[Constraint, ...]
    loss: Loss = Loss.ORDINARY
    size: int = field(default=0, repr=False)
    """The number that it says; among equals the smallest is hidden first."""
    is_unsafe: bool = False
    """It may not be said at all, whatever else is said (a primary rule)."""


@dataclass(frozen=True, slots=True)
class Publication:
    """Everything that one reader gets to know, and what must stay uncertain to him."""

    quantities: Mapping[Key, int] = field(repr=False)
    """True values: whole numbers, zero or more."""
    protected: Mapping[Key, int]
    """Quantity to the least width that its feasible range must keep."""
    known: tuple[Constraint, ...] = field(repr=False)
    """What the reader knows whatever is said now: definitions, earlier releases."""
    statements: tuple[Statement, ...] = field(repr=False)

    def told(self, hidden: Iterable[Key]) -> list[Constraint]:
        """All constraints that a reader has when the statements of those keys are left unsaid."""
        unsaid = set(hidden)
        said = (statement for statement in self.statements if statement.key not in unsaid)
        return [*self.known, *(constraint for statement in said for constraint in statement.constraints)]


def exactly(key: Key, value: int) -> Constraint:
    """The number itself is told."""
    return Constraint(((key, 1),), value, value)


def adds_up(whole: Key, parts: Iterable[Key]) -> Constraint:
    """The parts make the whole."""
    return Constraint(((whole, 1), *((part, -1) for part in parts)), 0, 0)


def at_most(part: Iterable[Key], whole: Iterable[Key]) -> Constraint:
    """The one sum is no larger than the other."""
    return Constraint((*((key, 1) for key in whole), *((key, -1) for key in part)), 0, None)


def rounded(key: Key, value: int, base: int) -> Constraint:
    """The number is told rounded to a multiple of an odd base (1 and 2 become 0, 3 and 4 become 5).

    >>> rounded(("women",), 27, 5)
    Constraint(terms=((('women',), 1),), low=23, high=27)
    """
    middle = round_to(value, base)
    return Constraint(((key, 1),), max(0, middle - base // 2), middle + base // 2)


def round_to(value: int, base: int) -> int:
    """The nearest multiple of an odd base.

    >>> [round_to(number, 5) for number in (2, 3, 7, 8)]
    [0, 5, 5, 10]
    """
    return (value + base // 2) // base * base


def percentage(
    numerator: Mapping[Key, int], denominator: Mapping[Key, int], steps: int, shown: int
) -> tuple[Constraint, Constraint]:
    """A share that is told as `shown` of `steps` (100: whole percents; 1000: one decimal), half away from zero.

    Numerator and denominator are given as quantity to coefficient. The pair of inequalities is
    (shown - 1/2) / steps <= numerator / denominator < (shown + 1/2) / steps.
    """
    keys = sorted({*numerator, *denominator})
    scaled = [(key, 2 * steps * numerator.get(key, 0), denominator.get(key, 0)) for key in keys]
    least = tuple((key, top - (2 * shown - 1) * bottom) for key, top, bottom in scaled)
    most = tuple((key, top - (2 * shown + 1) * bottom) for key, top, bottom in scaled)
    return Constraint(least, 0, None), Constraint(most, None, -1)
