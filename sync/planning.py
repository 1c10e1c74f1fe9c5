"""Decisions of the exchange: which changes go together, and when a failed request is tried again.

Pure: owns the limits of a segment and the retry rule, which stand nowhere else; `sync.exchange` acts on them.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pydantic import ValidationError

from sync.problems import Retry, SyncProblem
from sync.segments import size
from sync.wire import LIMITS, Change, Limits

FIRST_WAIT_SECONDS = 1.0
LONGEST_WAIT_SECONDS = 60.0
PATIENCE = 3
"""Failures in a row without any progress, after which a person is told: they can press sync again at any time."""


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


def choose(candidates: Sequence[Candidate], project: str, limits: Limits = LIMITS) -> Choice:
    """The first candidates that fit together: by number, and by size before compression.

    A change larger than `limits.together` travels alone; one larger than `limits.change` not at all.
    """
    changes: list[Change] = []
    refused: list[Refusal] = []
    total = 0
    for candidate in candidates:
        measured = _measured(candidate, project)
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


def _measured(candidate: Candidate, project: str) -> tuple[Change, int] | None:
    try:
        change = Change.model_validate(candidate.content)
        return change, size(change, project)
    except (ValidationError, SyncProblem):
        return None


def next_wait(problem: SyncProblem, failures: int, randomness: random.Random) -> float | None:
    """Seconds until the same request is made again; None: give up and tell the person.

    Doubles from one second to sixty, jittered by half so that devices don't return together after an outage.

    Args:
        failures: in a row, this one included; any progress sets the count back to 0.
    """
    if problem.retry is not Retry.SOON or failures >= PATIENCE:
        return None
    whole = min(LONGEST_WAIT_SECONDS, FIRST_WAIT_SECONDS * 2.0 ** (failures - 1))
    return whole * randomness.uniform(0.5, 1.0)
