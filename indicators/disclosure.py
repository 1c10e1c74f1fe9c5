"""What may be said to whom: the primary rules for small groups (domain rules, part F).

Owns the thresholds of each audience and the judgement on one figure by itself; that nothing can be worked out from
several is `indicators.suppression`'s. Invariant: a wider audience is never told more than a narrower one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction


class Audience(StrEnum):
    """Who will read it, from the narrowest circle to the widest."""

    INSIDE = "inside"
    LEAVING = "leaving"
    PUBLIC = "public"


@dataclass(frozen=True, slots=True)
class Rules:
    """What holds for one audience."""

    threshold: int
    """A count of 1 to one less is unsafe. 5, 10 and 20 stand between the 3 of the laxest statistical offices and the
    thresholds for cancer registers; with less than 3, two members of a group of three find the third."""
    rounding: int
    """Counts are told as multiples of it; 1: exactly. Odd, so that a number has one nearest multiple."""
    steps: int
    """Percentages are told in steps of 1/steps: 1000 is one decimal, 100 whole percents."""


RULES: Mapping[Audience, Rules] = {
    Audience.INSIDE: Rules(threshold=5, rounding=1, steps=1000),
    Audience.LEAVING: Rules(threshold=10, rounding=1, steps=100),
    Audience.PUBLIC: Rules(threshold=20, rounding=5, steps=100),
}

LEAST_RECORDS: Mapping[str, int] = {"mediation_workshop": 2, "trainee_followup": 2}
"""Form to the least number of its submissions behind a figure."""
LEAST_RECORDS_ELSEWHERE = 3
"""Sessions or cases: a figure from one place-period of one or two is their answer."""
GREATEST_SHARE = Fraction(85, 100)
"""Of a total that one submission may give: above it the total is that submission's number."""


def readers(audience: Audience) -> tuple[Audience, ...]:
    """Everyone who will see what is released to this audience: itself first, then the narrower circles."""
    circles = list(Audience)
    return tuple(reversed(circles[: circles.index(audience) + 1]))


def is_unsafe(count: int, threshold: int) -> bool:
    """Whether a count points at people: few, but not none.

    >>> [is_unsafe(count, 5) for count in (0, 1, 4, 5)]
    [False, True, True, False]
    """
    return 1 <= count < threshold


def is_unsafe_share(numerator: int, denominator: int, threshold: int, *, sensitive: bool) -> bool:
    """Whether a share points at people: of few, by few, by all but few; on a sensitive matter also none or all.

    >>> is_unsafe_share(8, 10, 5, sensitive=False), is_unsafe_share(5, 10, 5, sensitive=False)
    (True, False)
    >>> is_unsafe_share(0, 12, 10, sensitive=True), is_unsafe_share(0, 20, 10, sensitive=True)
    (True, False)
    """
    if denominator == 0:
        return False
    if denominator < threshold:
        return True
    complement = denominator - numerator
    if is_unsafe(numerator, threshold) or is_unsafe(complement, threshold):
        return True
    return sensitive and denominator < 2 * threshold and 0 in (numerator, complement)


def least_records(form_id: str) -> int:
    """The least number of submissions of a form behind a figure."""
    return LEAST_RECORDS.get(form_id, LEAST_RECORDS_ELSEWHERE)


def is_of_few(form_id: str, contributions: Iterable[int]) -> bool:
    """Whether a figure is really that of one or two submissions.

    `contributions` has what each submission gives to the total, nought included; without any there is nobody to
    protect, and the figure is "none".
    """
    numbers = list(contributions)
    if not numbers:
        return False
    if len(numbers) < least_records(form_id):
        return True
    return Fraction(max(numbers)) > GREATEST_SHARE * sum(numbers)
