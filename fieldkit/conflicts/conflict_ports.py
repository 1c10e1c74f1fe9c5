"""What screens and commands may ask about submissions of which there are two versions.

Plain values and one protocol, as in `fieldkit.ports`; `fieldkit.conflicts.reconciling` stands behind them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class Standing(StrEnum):
    """What a person can do about a submission with two versions, or one that was made of two."""

    DECIDE = "decide"
    """Both versions are here: each answer that differs is to be decided."""
    WITHDRAWN = "withdrawn"
    """One version withdraws what another one changed: it no longer counts."""
    ELSEWHERE = "elsewhere"
    """An answer, or the form, is not held here: somebody else decides."""
    LOOK = "look"
    """It was merged by itself over answers that one side had never seen: somebody should look at it once."""


class Take(StrEnum):
    """Which answer a person takes."""

    LEFT = "left"
    RIGHT = "right"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class Listed:
    """One submission of the list."""

    submission: str
    title: str
    """The form's title."""
    name: str = field(repr=False)
    standing: Standing


@dataclass(frozen=True, slots=True)
class Side:
    """Whose version it is."""

    revision: str
    mine: bool
    """Whether this device made it."""
    role: str
    """Of the device that made it; empty: not known here."""
    words: tuple[str, ...]
    """The device's six words; empty: not known here, or this device."""
    made_at: datetime
    """By the clock of the device that made it."""
    withdraws: bool = False


@dataclass(frozen=True, slots=True)
class Difference:
    """One answer that the two versions give differently, in words."""

    place: str
    label: str
    left: str = field(repr=False)
    right: str = field(repr=False)
    can_keep_both: bool
    taken: Take | None


@dataclass(frozen=True, slots=True)
class TwoVersions:
    """A submission with two versions, opened to be decided."""

    listed: Listed
    left: Side
    """This device's own where one is; else the one with the lower id."""
    right: Side
    differences: tuple[Difference, ...] = field(repr=False)
    misfits: tuple[str, ...] = field(repr=False)
    """Why the answers as decided can't stand together; empty: nothing against them."""
    more: int
    """Further versions, which come up once these two are decided."""

    @property
    def is_decided(self) -> bool:
        """Whether every answer was decided, and together they can stand."""
        return not self.misfits and all(each.taken is not None for each in self.differences)


class Conflicts(Protocol):
    """Submissions of which there are two versions."""

    def count(self) -> int:
        """How many of them wait for a person."""

    def listed(self) -> Sequence[Listed]:
        """All of them, and what was merged and should be looked at; by name."""

    def listed_one(self, submission: str) -> Listed | None:
        """The same for one submission; None where nothing is to be said of it."""

    def open(self, submission: str) -> TwoVersions:
        """Both versions side by side. Raises VaultProblem VAULT-007 when there are none."""

    def take(self, submission: str, place: str, taken: Take | None) -> TwoVersions:
        """Note what is taken at one place, durably; None takes it back. The two versions as they stand then."""

    def take_all(self, submission: str, taken: Take) -> TwoVersions:
        """Note the same for every answer that differs. Keeping both is possible where all of them are texts."""

    def finish(self, submission: str) -> str:
        """Make one version of the two as decided; the new revision's id.

        Raises VaultProblem VAULT-010 while something is undecided or can't stand; nothing is lost by that.
        """

    def merge(self) -> int:
        """Merge whatever needs no person; how many submissions. Twice makes nothing new."""

    def looked_at(self, submission: str) -> None:
        """Somebody looked at what was merged by itself. Twice is no fault."""
