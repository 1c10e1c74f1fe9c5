"""Rows of a repeat.

1. Row ids are random and unique; keys hold when rows before are removed, references move up.
2. What is outside follows rows that come, go and change; a counted repeat grows and shrinks.
3. Expressions inside a row read that row.
4. Defaults and actions of a new row.
"""

from __future__ import annotations

from forms.interview import Interview
from tests.forms.running_interviews import written

TRIPS = """
| survey |
| | type | name | label | calculation | relevant | default | repeat_count |
| | integer | n | N | | | | |
| | begin_repeat | trip | Trip | | | | |
| | integer | km | Km | | | 5 | |
| | text | why | Why | | ${km} > 100 | | |
| | calculate | place | | position(..) | | | |
| | end_repeat | | | | | | |
| | calculate | total | | sum(${km}) | | | |
| | calculate | trips | | count(${trip}) | | | |
| | begin_repeat | seat | Seat | | | | ${n} |
| | text | who | Who | | | | |
| | end_repeat | | | | | | |
"""


def with_rows(*kilometres: str) -> Interview:
    begun = written(TRIPS)
    for position, km in enumerate(kilometres, 1):
        begun.add_row("/data/trip")
        begun.set(f"/data/trip[{position}]/km", km)
    return begun


def test_totals_follow_rows_that_come_change_and_go() -> None:
    begun = with_rows("10", "20", "30")
    assert (begun.tree()["total"], begun.tree()["trips"]) == ("60", "3")
    begun.set("/data/trip[2]/km", "25")
    change = begun.remove_row("/data/trip[1]")
    assert (begun.tree()["total"], begun.tree()["trips"]) == ("55", "2")
    assert change.rows == {"/data/trip"}


def test_a_row_reads_its_own_answers() -> None:
    begun = with_rows("10", "200")
    assert [begun.question(f"/data/trip[{row}]/why").relevant for row in (1, 2)] == [False, True]


def test_positions_move_up() -> None:
    begun = with_rows("1", "2", "3")
    begun.remove_row("/data/trip[1]")
    assert [row["place"] for row in begun.tree()["trip"]] == ["1", "2"]  # type: ignore[attr-defined]


def test_keys_hold_when_rows_before_are_removed() -> None:
    begun = with_rows("1", "2")
    kept = [key for key, text in begun.saved().items() if text == "2" and key.endswith("/km")]
    begun.remove_row("/data/trip[1]")
    assert kept == [key for key in begun.saved() if key.endswith("/km")]


def test_row_ids_differ_and_tell_nothing() -> None:
    begun = with_rows(*["1"] * 50)
    ids = [row["@id"] for row in begun.tree()["trip"]]  # type: ignore[attr-defined]
    assert len(set(ids)) == 50
    assert all(len(each) == 6 and each.isalnum() for each in ids)
    assert ids != sorted(ids)


def test_a_new_row_has_its_defaults() -> None:
    begun = written(TRIPS)
    begun.add_row("/data/trip")
    assert begun.question("/data/trip[1]/km").value == "5"


def test_a_counted_repeat_grows_and_shrinks_with_its_count() -> None:
    begun = written(TRIPS)
    begun.set("/data/n", "3")
    assert len(begun.rows("/data/seat")) == 3
    begun.set("/data/n", "1")
    assert len(begun.rows("/data/seat")) == 1
    assert not begun.can_add("/data/seat")


def test_a_blank_count_changes_nothing() -> None:
    begun = written(TRIPS)
    begun.set("/data/n", "2")
    begun.set("/data/n", "")
    assert len(begun.rows("/data/seat")) == 2


def test_a_slip_of_the_finger_does_not_fill_the_memory() -> None:
    begun = written(TRIPS)
    begun.set("/data/n", "99999999")
    assert len(begun.rows("/data/seat")) == 1000
