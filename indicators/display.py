"""Figures in words for people: rounded at the very end, half away from zero, with what they are made of.

Owns the rounding and the wording; values stay exact until here (domain rules for all indicators).
"""

from __future__ import annotations

from fractions import Fraction

NO_DATA = "no data"


def percent(share: Fraction) -> str:
    """A share as a percentage with one decimal, half away from zero.

    >>> percent(Fraction(27, 64)), percent(Fraction(1, 800))
    ('42.2%', '0.1%')
    """
    return f"{rounded(share, 1, times=100)}%"


def whether(value: Fraction) -> str:
    """Whether there is any, in words.

    >>> whether(Fraction(3))
    'yes'
    """
    return "yes" if value else "no"


def points(gap: Fraction) -> str:
    """A difference of shares in percentage points, with its sign.

    >>> points(Fraction(2, 15))
    '+13.3 points'
    """
    return f"{signed(gap, 1, times=100)} points"


def signed(value: Fraction, decimals: int, *, times: int = 1) -> str:
    """A number with its sign; zero has none."""
    shown = rounded(value, decimals, times=times)
    return f"+{shown}" if value > 0 and shown.strip("0.") else shown


def rounded(value: Fraction, decimals: int, *, times: int = 1) -> str:
    """A number, so many times as large, with so many decimals, half away from zero; never "-0.0".

    >>> rounded(Fraction(-1, 2), 0), rounded(Fraction(19, 8), 2), rounded(Fraction(2, 3), 1, times=100)
    ('-1', '2.38', '66.7')
    """
    # In whole numbers: a product of fractions would first be reduced, which takes longer than all else here.
    scaled, denominator = abs(value.numerator) * 10**decimals * times, value.denominator
    whole = (2 * scaled + denominator) // (2 * denominator)
    digits = str(whole).rjust(decimals + 1, "0")
    text = f"{digits[:-decimals]}.{digits[-decimals:]}" if decimals else digits
    return f"-{text}" if value < 0 and whole else text


def over(numerator: int | None, denominator: int | None) -> str:
    """What a mean or ratio is made of: points of so many people are no part of them.

    >>> over(19, 8)
    ' (19 / 8)'
    """
    return f" ({numerator} / {denominator})"


def beside(definition: str) -> str:
    """The definition that a figure follows, where it is not the one that the title speaks of.

    >>> beside("15-35"), beside("")
    ('; here 15-35', '')
    """
    return f"; here {definition}" if definition else ""


def bounds(low: Fraction, high: Fraction) -> str:
    """The least and the most that a share can be.

    >>> bounds(Fraction(1, 3), Fraction(2, 3))
    '33.3-66.7%'
    """
    return f"{rounded(low, 1, times=100)}-{percent(high)}"
