"""How one cell of a release is told: its figure, what is behind it, its bounds and its flag.

Owns the words of a single cell. What is hidden has one sign and nothing else: no number, no bound, no count behind it.
"""

from __future__ import annotations

from fractions import Fraction

from fieldkit.reports.wording import Wording, plain
from indicators.display import rounded
from indicators.measures import State
from indicators.releases import HIDDEN, ReleasedCell

SMALL = 30
"""Below so many, one person more or less moves a percentage by more than three points: flagged."""

FEW, BOUNDED = "◊", "~"
_ANSWERS = ("yes", "no")


def told(cell: ReleasedCell, wording: Wording) -> str:
    """The figure as the release shows it, with what stands behind it; its bounds are told apart."""
    if cell.state is State.SUPPRESSED:
        return HIDDEN
    if cell.state is State.NO_DATA:
        return wording.say("no_data")
    if cell.display in _ANSWERS:
        return wording.say(f"answer.{cell.display}")
    return plain(cell.display.partition(", bounds ")[0])


def brief(cell: ReleasedCell, wording: Wording) -> str:
    """The figure alone, without what stands in brackets."""
    return told(cell, wording).partition(" (")[0]


def behind(cell: ReleasedCell) -> str:
    """How many a share is taken of, ‡ where that is hidden; empty for a count, and where no figure is told."""
    if cell.state is not State.VALUE:
        return ""
    if cell.denominator is None:
        return HIDDEN if HIDDEN in cell.display else ""
    return str(cell.denominator)


def bounds(cell: ReleasedCell) -> str:
    """From the least to the most that a share can be; empty where there are no bounds, or everyone was reached."""
    if cell.state is not State.VALUE or cell.low is None or cell.high is None or cell.low == cell.high:
        return ""
    return f"{percent(cell.low)} – {percent(cell.high)}"


def flag(cell: ReleasedCell) -> str:
    """‡ hidden, ◊ few behind a share, ~ bounds; empty for a plain figure."""
    if cell.state is State.SUPPRESSED:
        return HIDDEN
    few = (
        FEW if cell.state is State.VALUE and cell.denominator is not None and cell.denominator < SMALL else ""
    )
    return few + (BOUNDED if bounds(cell) else "")


def percent(share: Fraction) -> str:
    """A share as a percentage: whole where it is, else with one decimal, half away from zero.

    >>> percent(Fraction(1, 3)), percent(Fraction(67, 100))
    ('33.3%', '67%')
    """
    hundredths = share * 100
    return f"{rounded(hundredths, 0 if hundredths.denominator == 1 else 1)}%"
