"""What histories went through, counted: events, faults, and what these led to."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum


class Consequence(StrEnum):
    """What one rule of the exchange is there for.

    A control leaves that rule out and counts the histories in which the matter came up: elsewhere nothing can fail.
    """

    TWO_UNDER_ONE_ID = "two acknowledged changes under one id, neither of them gone"
    FORGOTTEN = "a server that began anew without changes that it had confirmed"


@dataclass(slots=True)
class Coverage:
    """How often each kind of event and fault happened."""

    events: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    consequences: Counter[str] = field(default_factory=Counter)
    """What faults led to; a control counts the histories in which the rule that it leaves out was needed."""

    def __iadd__(self, other: Coverage) -> Coverage:
        self.events += other.events
        self.faults += other.faults
        self.consequences += other.consequences
        return self

    def total(self) -> int:
        """All events and faults."""
        return self.events.total() + self.faults.total()

    def table(self) -> str:
        """One line for each kind."""
        counters = (self.events, self.faults, self.consequences)
        return "\n".join(f"{count:7} {kind}" for each in counters for kind, count in each.most_common())
