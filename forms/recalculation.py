"""When rules run: the queue of stale rules and the order in which they are worked out again.

Owns the rules of each node and their turn; leaves what a rule does to `forms.consequences`. Rules wait in the order of
the definition, in which each comes after what it reads, so that one run each is the usual case; what a run really read
decides what it waits for next (`forms.tracking`). Invariant: after `settle` no rule is stale. A form that never comes
to rest stops after `MOST_RUNS` of one rule.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from enum import IntEnum
from heapq import heappop, heappush
from itertools import count

from forms.answers import Part, walk
from forms.definition import Definition
from forms.tracking import Reader, Tracker

MOST_RUNS = 30
"""A chain that feeds back into itself settles within a few runs or never; more only costs time."""


class Role(IntEnum):
    """What a rule works out; the order in which rules of one node run."""

    RELEVANT = 0
    COUNT = 1
    CHOICES = 2
    CALCULATE = 3
    TRIGGER = 4
    READONLY = 5
    REQUIRED = 6
    VERDICTS = 7
    WORDS = 8


ON_DEMAND = frozenset({Role.CHOICES, Role.WORDS})
"""Worked out when somebody asks, not when they become stale."""


class Rule(Reader):
    """One rule at one node, with what it last worked out."""

    __slots__ = ("node", "queued", "rank", "role", "value")

    def __init__(self, node: Part, role: Role, rank: tuple[int, int, int]) -> None:
        super().__init__()
        self.node = node
        self.role = role
        self.rank = rank
        self.queued = False
        self.value: object = None
        """None: not worked out yet, or stale and worked out on demand."""


class Schedule:
    """The rules of all nodes of one interview, and those whose turn it is.

    Args:
        run: works a rule out.
        lapse: told when a rule that is worked out on demand becomes stale.
    """

    def __init__(
        self,
        definition: Definition,
        tracker: Tracker,
        run: Callable[[Rule], None],
        lapse: Callable[[Rule], None],
    ) -> None:
        self._tracker = tracker
        self.run = run
        self._lapse = lapse
        self._rules: dict[Part, dict[Role, Rule]] = {}
        self._queue: list[tuple[tuple[int, int, int], int, Rule]] = []
        self._turn = count()
        self._order: Mapping[str, int] = {ref: index for index, ref in enumerate(definition.order)}
        tracker.stale = self._stale

    def adopt(self, part: Part, roles: Callable[[Part], Iterable[Role]]) -> None:
        """Take up the rules of a part and everything below; they are stale."""
        for found in walk(part):
            self._rules[found] = {role: Rule(found, role, self._rank(found, role)) for role in roles(found)}
            for rule in self._rules[found].values():
                if rule.role not in ON_DEMAND:
                    self.enqueue(rule)

    def drop(self, part: Part) -> None:
        """Forget the rules of a part and everything below."""
        for found in walk(part):
            for rule in self._rules.pop(found, {}).values():
                self._tracker.forget(rule)

    def knows(self, part: Part) -> bool:
        """Whether a part was taken up and not dropped since."""
        return part in self._rules

    def rule(self, part: Part, role: Role) -> Rule | None:
        """The rule of that role at a node; None where the form has none, or the node is gone."""
        return self._rules.get(part, {}).get(role)

    def again(self, part: Part, role: Role) -> None:
        """Make a rule stale whatever it read."""
        rule = self.rule(part, role)
        if rule is not None:
            self._stale(rule)

    def enqueue(self, rule: Rule) -> None:
        """Give a rule a turn, once."""
        if not rule.queued:
            rule.queued = True
            heappush(self._queue, (rule.rank, next(self._turn), rule))

    def settle(self) -> None:
        """Run what is stale until nothing is."""
        runs: dict[Rule, int] = {}
        while self._queue:
            rule = heappop(self._queue)[2]
            rule.queued = False
            runs[rule] = runs.get(rule, 0) + 1
            if rule.node in self._rules and runs[rule] <= MOST_RUNS:
                self.run(rule)

    def _stale(self, reader: Reader) -> None:
        assert isinstance(reader, Rule)
        if reader.role not in ON_DEMAND:
            self.enqueue(reader)
        elif reader.value is not None:
            reader.value = None
            self._lapse(reader)

    def _rank(self, part: Part, role: Role) -> tuple[int, int, int]:
        """Values before rights and verdicts; values in the order of the definition."""
        place = self._order.get(part.definition.ref, len(self._order))
        return (0 if role <= Role.TRIGGER else 1, place, role)
