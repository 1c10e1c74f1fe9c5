"""Tally grids.

1. An unconfirmed grid blocks; confirming writes 0 into every empty cell, as answers.
2. Emptying a cell takes the confirmation back; changing it does not.
3. The confirmation is saved and comes back.
"""

from __future__ import annotations

from forms.interview import FindingKind
from tests.forms.running_interviews import GRID, again, session

CELL = "/data/g_people/p_f_18_29"


def test_an_unconfirmed_grid_blocks() -> None:
    begun = session()
    [finding] = begun.findings(GRID)
    assert (finding.kind, finding.blocking, finding.ref) == (FindingKind.GRID, True, GRID)
    assert finding in begun.findings()


def test_confirming_writes_zero_into_empty_cells() -> None:
    begun = session()
    begun.set(CELL, "4")
    change = begun.confirm_grid(GRID)
    people = begun.tree()["g_people"]
    assert isinstance(people, dict)
    assert (people["p_f_18_29"], people["p_m_60p"], people["tot_all"]) == (4, 0, "4")
    assert begun.is_grid_confirmed(GRID)
    assert begun.findings(GRID) == ()
    assert GRID in change.findings
    assert ("grid:/data/g_people/p", "confirmed") in change.saved


def test_emptying_a_cell_takes_the_confirmation_back() -> None:
    begun = session()
    begun.confirm_grid(GRID)
    change = begun.set(CELL, "")
    assert not begun.is_grid_confirmed(GRID)
    assert ("grid:/data/g_people/p", None) in change.saved
    assert GRID in change.findings


def test_changing_a_cell_keeps_the_confirmation() -> None:
    begun = session()
    begun.confirm_grid(GRID)
    begun.set(CELL, "7")
    assert begun.is_grid_confirmed(GRID)


def test_confirming_twice_is_no_fault() -> None:
    begun = session()
    begun.confirm_grid(GRID)
    change = begun.confirm_grid(GRID)
    assert change.changed == set()
    assert begun.is_grid_confirmed(GRID)


def test_a_confirmation_comes_back() -> None:
    begun = session()
    begun.confirm_grid(GRID)
    assert again(begun, "full").is_grid_confirmed(GRID)
