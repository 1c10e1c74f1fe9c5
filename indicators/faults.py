"""Faults of a catalogue: what its author should mend, each with its table, its key and, for expressions, a caret.

Owns the shape of a fault and the problem that carries them all; `indicators.reading`, `indicators.unit_tables` and
`indicators.own` find them. A fault is a value: checking never stops at the first.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from forms.faults import Severity
from forms.problems import FormProblem
from forms.xpath.problems import ExpressionProblem
from indicators.problems import IndicatorProblem

Read = TypeVar("Read")
Path = tuple[str | int, ...]
"""The keys that lead to an entry of a text; of a table that stands several times its number, from 0."""


@dataclass(frozen=True, slots=True)
class Place:
    """An entry of a catalogue: how faults call it, and the way to it."""

    name: str
    path: Path

    def at(self, *keys: str | int) -> Place:
        """What stands under these keys; faults call it as the entry."""
        return Place(self.name, (*self.path, *keys))


def named(where: str) -> Place:
    """The entry that is called by its way, as ``unit.visit.columns.visitors``."""
    return Place(where, tuple(where.split(".")))


@dataclass(frozen=True, slots=True)
class CatalogueFault:
    """One thing that the author of a catalogue should look at."""

    where: str
    """Table and key, parted by full stops: ``unit.visit.columns.visitors``; an indicator stands by its id."""
    message: str
    severity: Severity = Severity.FAULT
    marked: str = ""
    """The line of the expression with a caret below the character; blank where no character is meant."""
    line: int | None = None
    """The line of the text, from 1, where it was found."""
    given: Path = ()
    """The way to it where `where` does not say it."""

    @property
    def path(self) -> Path:
        """The way to what it is about."""
        return self.given or named(self.where).path

    def lines(self) -> tuple[str, ...]:
        """The fault for a terminal."""
        line = "" if self.line is None else f"line {self.line}: "
        return (f"{line}{self.where}: {self.message}.", *self.marked.splitlines())

    def as_json(self) -> dict[str, str | int | None]:
        """The fault as a JSON object."""
        return {
            "severity": self.severity.value,
            "line": self.line,
            "where": self.where,
            "message": self.message,
            "marked": self.marked,
        }


class InvalidCatalogue(IndicatorProblem):
    """The catalogue has faults (IND-001); all of them are in `faults`."""

    def __init__(self, faults: Sequence[CatalogueFault]) -> None:
        first, count = faults[0], len(faults)
        others = f" And {count - 1} more." if count > 1 else ""
        super().__init__(
            "IND-001",
            f"The catalogue of indicators has a fault: {first.message}.{others}",
            remedy="Correct the entry; nothing was counted.",
            where=first.where,
        )
        self.faults = tuple(faults)


class Faulty(Exception):
    """Raised inside this package: an entry that can't be read, with its fault."""

    def __init__(self, where: str | Place, message: str) -> None:
        place = named(where) if isinstance(where, str) else where
        super().__init__(place.name)
        self.fault = CatalogueFault(place.name, message, given=place.path)

    @classmethod
    def expression(cls, where: str, problem: FormProblem) -> Faulty:
        """Of an expression that can't be understood, with the character marked where it is known."""
        if not isinstance(problem, ExpressionProblem):
            return cls(where, problem.message.rstrip("."))
        faulty = cls(where, problem.reason)
        faulty.fault = CatalogueFault(where, problem.reason, marked=problem.marked())
        return faulty


class Unread(Exception):
    """Raised inside this package: what an entry names has faults of its own, which are noted already."""


class Faults:
    """The faults found so far."""

    def __init__(self) -> None:
        self.found: list[CatalogueFault] = []

    def note(self, where: str | Place, message: str) -> None:
        """Remember a fault, once however often it is found."""
        fault = Faulty(where, message).fault
        if fault not in self.found:
            self.found.append(fault)

    def tried(self, read: Callable[[], Read]) -> Read | None:
        """What `read` gives; None, and its fault noted, where it can't."""
        try:
            return read()
        except Faulty as faulty:
            self.found.append(faulty.fault)
        except Unread:
            pass
        return None
