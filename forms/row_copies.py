"""Rows of a repeat that were removed and may be put back.

Owns what a copy of a row holds and how it comes back as it was; leaves to screens how long a copy is kept. Invariant: a
row that was copied, removed and put back leaves the interview as it was, with the same ids and stored keys.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from forms.answers import Rows, Section
from forms.change_sets import ChangeSet, change_set
from forms.interview import Interview, no_such
from forms.storing import bring_back, stored_below


@dataclass(frozen=True, slots=True)
class RowCopy:
    """A row as it stood before it was removed; held in memory alone."""

    repeat: str
    """Key of its repeat."""
    row_id: str
    position: int
    """From 1."""
    stored: Mapping[str, str] = field(repr=False)
    """Keys and texts of the row and of everything in it."""


def copy_row(interview: Interview, row_ref: str) -> RowCopy:
    """All that stands in a row. Raises FormProblem FORM-006 where there is no such row."""
    row = interview.state.answers.find(row_ref)
    if not isinstance(row, Section) or row.rows is None or row.parent is None:
        raise no_such(row_ref)
    stored = stored_below(row, interview.state.tallies)
    return RowCopy(f"{row.parent.key}/{row.name}", row.row_id, row.position, stored)


def put_back(interview: Interview, copy: RowCopy) -> ChangeSet:
    """Give a repeat a row again that was removed, at its place, with its id and answers.

    Raises FormProblem FORM-006 where the repeat is gone, or the row still there.
    """
    state = interview.state
    rows, key = state.answers.find(copy.repeat), f"{copy.repeat}[@{copy.row_id}]"
    if not isinstance(rows, Rows) or state.answers.find(key) is not None:
        raise no_such(copy.repeat)
    state.live.holding.update(bring_back(copy.stored, state.live, state.tallies, state.give_stored))
    row = state.answers.find(key)
    assert isinstance(row, Section)
    rows.move(row, copy.position - 1)
    state.live.changes.stored.update(dict.fromkeys(rows))
    grids = tuple(state.tallies.within(row))
    return change_set(state, state.live.take_changes(), grids, keep=interview.may_keep())
