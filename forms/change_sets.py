"""What one call on an interview changed, by reference, and what of it is to be stored.

Owns how changes inside the tree of answers become references and keys; what changes is for `forms.consequences`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from forms import safety
from forms.answers import Answer, Part
from forms.consequences import Changes
from forms.state import State
from forms.storing import stored_text
from forms.tallies import LiveGrid


@dataclass(frozen=True, slots=True)
class ChangeSet:
    """What one call changed; references carry positions as they are after it."""

    changed: frozenset[str]
    """Questions and notes whose answer, words, choices or rights differ."""
    relevance: frozenset[str]
    """Questions, groups, rows and repeats that became relevant or ceased to be."""
    rows: frozenset[str]
    """Repeats that gained or lost rows."""
    findings: frozenset[str]
    """Questions and grids whose findings differ."""
    saved: tuple[tuple[str, str | None], ...] = field(repr=False)
    """Keys to store with their text, None to forget; empty while nothing may be kept."""
    discarded: bool
    """It is not safe to record: nothing of this interview may remain anywhere."""


def lapsed(state: State, changes: Changes) -> tuple[LiveGrid, ...]:
    """The grids whose confirmation no longer holds after these changes."""
    grids = [
        grid for part in changes.texts if isinstance(part, Answer) and (grid := state.tallies.of_cell(part))
    ]
    return tuple(grid for grid in grids if state.tallies.lapse(grid))


def change_set(state: State, changes: Changes, grids: Sequence[LiveGrid], *, keep: bool) -> ChangeSet:
    """The changes by reference; `grids` are those whose confirmation changed."""
    saved: dict[str, str | None] = {}
    if keep:
        saved.update(dict.fromkeys(changes.removed))
        saved.update(
            (part.key, stored_text(part)) for part in changes.stored if state.live.schedule.knows(part)
        )
        for grid in grids:
            said = state.tallies.said(grid)
            saved[grid.key] = None if said is None else said.value
    return ChangeSet(
        changed=_refs(state, changes.texts),
        relevance=_refs(state, changes.relevance),
        rows=_refs(state, changes.rows),
        findings=_refs(state, changes.verdicts) | {grid.ref for grid in grids},
        saved=tuple(saved.items()),
        discarded=safety.is_discarded(state),
    )


def _refs(state: State, parts: Iterable[Part]) -> frozenset[str]:
    """References of the parts that are still there."""
    return frozenset(part.ref for part in parts if state.live.schedule.knows(part))
