"""Decisions of the exchange: which changes go together, and when what failed is tried again.

Pure: owns the limits of a segment and the retry rule, which stand nowhere else; `sync.exchange` acts on them.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pydantic import ValidationError

from sync.blocks import size
from sync.problems import Fault, Retry, SyncProblem
from sync.wire import LIMITS, Change, Limits

FIRST_WAIT_SECONDS = 0.3
"""Asked of a line that is down, the question costs next to nothing; once it is back, each second counts."""
LONGEST_WAIT_SECONDS = 60.0
WAIT_GROWTH = 1.1
"""So that a wait is about a tenth of the time that the line is down already: however long it was, no more is added."""
PATIENCE = 42
"""Failures in a row without progress, after which a person is told: two minutes. They can press sync at any time."""
FIRST_BUSY_WAIT_SECONDS = 1.0
BUSY_GROWTH = 1.5
"""A server that says that it is busy is there, and a crowd that asks again at once keeps it so."""
BUSY_PATIENCE = 12
"""The same two minutes."""
STATEMENTS_TOGETHER = 32
_AWAY = frozenset({Fault.UNREACHABLE, Fault.NAME_UNKNOWN})


@dataclass(frozen=True, slots=True)
class Candidate:
    """A waiting change as a store holds it; it may turn out to be unable to travel."""

    change_id: str
    content: Mapping[str, object] = field(repr=False)
    """The fields of `sync.wire.Change`."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A change that can't travel; it is set aside with its reason, so that it blocks nothing."""

    change_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class Choice:
    """What the next segment holds, and what was set aside on the way."""

    changes: tuple[Change, ...]
    refused: tuple[Refusal, ...]


def choose(candidates: Sequence[Candidate], limits: Limits = LIMITS) -> Choice:
    """The first candidates that fit together: by number, and by size before compression.

    A change larger than `limits.together` travels alone; one larger than `limits.change` not at all.
    """
    changes: list[Change] = []
    refused: list[Refusal] = []
    total = 0
    for candidate in candidates:
        measured = _measured(candidate)
        if measured is None:
            refused.append(Refusal(candidate.change_id, "It holds something that can't travel. Correct it."))
            continue
        change, length = measured
        if length > limits.change:
            refused.append(
                Refusal(candidate.change_id, "It is larger than 1 MB. Shorten its longest answers.")
            )
            continue
        if changes and (total + length > limits.together or len(changes) == limits.changes):
            break
        changes.append(change)
        total += length
    return Choice(tuple(changes), tuple(refused))


def first_together(statements: Sequence[str], limits: Limits = LIMITS) -> list[str]:
    """The first statements that one request may bring: at least one, by number and by size."""
    chosen: list[str] = []
    size = 0
    for jws in statements:
        size += len(jws)
        if chosen and (size > limits.statement or len(chosen) == STATEMENTS_TOGETHER):
            break
        chosen.append(jws)
    return chosen


def _measured(candidate: Candidate) -> tuple[Change, int] | None:
    try:
        change = Change.model_validate(candidate.content)
        return change, size(change)
    except (ValidationError, SyncProblem):
        return None


@dataclass(slots=True)
class Patience:
    """How long one sync goes on trying; there is no limit on the whole, only on failures without progress."""

    randomness: random.Random
    _reached: bool = False
    _failures: int = 0
    _steps: int = 0
    """How often the wait has grown."""

    def answered(self) -> None:
        """The server is there again: waiting begins anew, though what failed without progress still counts."""
        self._reached, self._steps = True, 0

    def progressed(self) -> None:
        """Something is done, or the server holds more than before: what failed until now is forgotten."""
        self.answered()
        self._failures = 0

    def next_wait(self, problem: SyncProblem) -> float | None:
        """Seconds until the same thing is tried again after one more failure; None: give up and tell the person.

        Grows to sixty seconds, jittered by half so that devices don't return together after an outage. A server that
        can't be reached at all is told at once; one that was there before, or only broke off, is waited for. What a
        busy server asks for is waited besides, up to a minute: a hostile one could ask for years.
        """
        self._failures += 1
        waiting_helps = problem.retry is Retry.SOON or (self._reached and problem.fault in _AWAY)
        self._reached |= problem.retry is Retry.SOON
        busy = problem.fault is Fault.SERVER_BUSY
        if not waiting_helps or self._failures >= (BUSY_PATIENCE if busy else PATIENCE):
            return None
        first, growth = (FIRST_BUSY_WAIT_SECONDS, BUSY_GROWTH) if busy else (FIRST_WAIT_SECONDS, WAIT_GROWTH)
        whole = min(LONGEST_WAIT_SECONDS, first * growth**self._steps)
        self._steps += 1
        asked = min(LONGEST_WAIT_SECONDS, problem.retry_after_seconds)
        return asked + whole * self.randomness.uniform(0.5, 1.0)
