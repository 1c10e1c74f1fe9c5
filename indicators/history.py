"""What readers know from earlier releases.

Owns the evidence that a release leaves behind (what it told, of which numbers) and its meaning today: where a number is
still the same, it is the same number to a reader; where late or corrected submissions changed it, the change is a
number of its own, and a small one is as unsafe as any. Evidence holds hidden numbers: it never leaves the vault.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from indicators.disclosure import Audience
from indicators.quantities import Quantity
from indicators.statements import Constraint, Key


@dataclass(frozen=True, slots=True)
class Evidence:
    """One earlier release."""

    audience: Audience
    numbers: Mapping[Key, int] = field(repr=False)
    """The numbers as they were then."""
    known: tuple[Constraint, ...] = field(repr=False)
    """How they hung together."""
    told: tuple[Constraint, ...] = field(repr=False)
    always: frozenset[Key]
    """What must stay uncertain however large it is."""
    changed: frozenset[str] = frozenset()
    """The groups of submissions that came or changed since then, as far as it is known; never written down."""

    def quantities(self) -> Iterator[Quantity]:
        """The quantities that were spoken of."""
        for key in sorted({key for constraint in self.told for key, _ in constraint.terms}):
            yield Quantity.read(key)

    def of(self, units: Collection[str]) -> Evidence:
        """What it tells about these units alone; nothing links one unit with another."""
        return Evidence(
            self.audience,
            {key: number for key, number in self.numbers.items() if key[0] in units},
            tuple(constraint for constraint in self.known if constraint.terms[0][0][0] in units),
            tuple(constraint for constraint in self.told if constraint.terms[0][0][0] in units),
            frozenset(key for key in self.always if key[0] in units),
            self.changed,
        )

    def as_json(self) -> dict[str, Any]:
        """Values that JSON can hold; numbers stand once, constraints name them by their place."""
        names = sorted(self.numbers)
        place = {key: number for number, key in enumerate(names)}
        return {
            "audience": self.audience.value,
            "names": [list(key) for key in names],
            "numbers": [self.numbers[key] for key in names],
            "known": [_packed(constraint, place) for constraint in self.known],
            "told": [_packed(constraint, place) for constraint in self.told],
            "always": sorted(place[key] for key in self.always),
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Evidence:
        """The evidence that `as_json` gave."""
        names = [tuple(key) for key in stored["names"]]
        return cls(
            Audience(stored["audience"]),
            dict(zip(names, stored["numbers"], strict=True)),
            tuple(_unpacked(packed, names) for packed in stored["known"]),
            tuple(_unpacked(packed, names) for packed in stored["told"]),
            frozenset(names[place] for place in stored["always"]),
        )


@dataclass(slots=True)
class Past:
    """Earlier releases, told in the numbers of today."""

    numbers: dict[Key, int] = field(repr=False)
    """Begins with the numbers of today; gets those of then that differ, and the changes."""
    constraints: list[Constraint] = field(default_factory=list, repr=False)
    always: set[Key] = field(default_factory=set)
    changes: dict[Key, tuple[Key, frozenset[str]]] = field(default_factory=dict)
    """Name of a change to the number that changed, and the groups of submissions that may have changed it."""

    def take(self, earlier: Iterable[Evidence]) -> None:
        """Add releases."""
        for evidence in earlier:
            names = {
                key: self._name(key, number, evidence.changed) for key, number in evidence.numbers.items()
            }
            for constraint in (*evidence.known, *evidence.told):
                terms = tuple((names[key], factor) for key, factor in constraint.terms)
                self.constraints.append(Constraint(terms, constraint.low, constraint.high))
            self.always |= {names[key] for key in evidence.always}
        self.constraints = list(dict.fromkeys(self.constraints))

    def _name(self, key: Key, number: int, changed: frozenset[str]) -> Key:
        """The number as it is called today: itself where it is unchanged, else "was", with the change beside it."""
        today = self.numbers.setdefault(key, number)
        if today == number or min(today, number) < 0:
            return key
        then, change = (*key, f"was {number}"), (*key, f"since {number}")
        if change in self.changes:
            self.changes[change] = key, self.changes[change][1] & changed
        if then not in self.numbers:
            self.numbers[then] = number
            self.numbers[change] = abs(today - number)
            self.changes[change] = key, changed
            sign = 1 if today > number else -1
            self.constraints.append(Constraint(((key, 1), (then, -1), (change, -sign)), 0, 0))
        return then


def _packed(constraint: Constraint, place: Mapping[Key, int]) -> list[Any]:
    return [[[place[key], factor] for key, factor in constraint.terms], constraint.low, constraint.high]


def _unpacked(packed: list[Any], names: list[Key]) -> Constraint:
    terms, low, high = packed
    return Constraint(tuple((names[place], factor) for place, factor in terms), low, high)
