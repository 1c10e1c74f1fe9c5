"""What waits for a coordinator, as values: follow-ups, long-open cases, likely duplicates, harm, and what is missing.

`fieldkit.coordinator.attention` stands behind the protocol, `tests/fakes.py` puts a fake. Nothing here decides
anything.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol


@dataclass(frozen=True, slots=True)
class FollowUpDue:
    """A follow-up that nobody has recorded yet."""

    code: str
    """Of the case or workshop."""
    window: str
    """``m1``, ``m3``, ``m6`` or ``m12``."""
    due_on: date
    """So many calendar months later, clipped to the end of the month."""
    people: int
    """How many trainees are to be asked; 0: it is a case."""
    submission: str
    """The case or the workshop."""


@dataclass(frozen=True, slots=True)
class OpenCase:
    """An admitted case without a closing date that was opened more than 90 days ago."""

    code: str
    opened_on: date
    days: int
    suspended: bool
    """Listed apart: somebody decided to wait."""
    submission: str


@dataclass(frozen=True, slots=True)
class Harm:
    """A follow-up that says that someone was put at risk for having taken part."""

    code: str
    day: date | None
    submission: str


@dataclass(frozen=True, slots=True)
class Twin:
    """One of two submissions that may record the same thing."""

    submission: str
    device: str
    is_own: bool
    """Recorded on this device, which alone can withdraw it; a coordinator can erase what others recorded."""


@dataclass(frozen=True, slots=True)
class LikelyDuplicate:
    """Two submissions, for a person to decide."""

    why: str
    """``code``: they share one, and the second counts. ``totals``: two devices, one month, place and totals."""
    what: str
    """The code; or month, place and how many took part."""
    first: Twin
    second: Twin
    kept: date | None = None
    """When somebody decided that both stay; None: nobody has."""


@dataclass(frozen=True, slots=True)
class ListDoubt:
    """Something in a list that submissions write, for a person to look at."""

    list_name: str
    label: str
    """Of the row; its id where it has none."""
    column: str
    """Changed differently by submissions that did not know of one another; empty: a change to what is not there."""
    submission: str
    """The one that counts, or that waits."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """All that waits on one day; each list with the most urgent first."""

    harms: tuple[Harm, ...]
    follow_ups: tuple[FollowUpDue, ...]
    """Overdue, and due in the next 30 days."""
    open_cases: tuple[OpenCase, ...]
    duplicates: tuple[LikelyDuplicate, ...]
    """The undecided before those that were kept."""
    missing: tuple[str, ...]
    """Sentences on what the figures do not hold, and since when."""
    lists: tuple[ListDoubt, ...] = ()


class Attention(Protocol):
    """What waits for a coordinator; may take seconds over many years, so it is asked in a thread."""

    def waiting(self, today: date) -> Waiting:
        """Everything, read anew."""

    def keep_both(self, first: str, second: str, today: date) -> None:
        """Remember that two submissions are no duplicates; durable when this returns. Twice is no fault."""

    def undecide(self, first: str, second: str) -> None:
        """Forget that decision; without one, nothing happens."""


def overdue(follow_ups: Sequence[FollowUpDue], today: date) -> int:
    """How many follow-ups were due before today."""
    return sum(each.due_on < today for each in follow_ups)
