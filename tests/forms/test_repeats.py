"""Rows of a repeat.

1. Row ids are random and unique; keys hold when rows before are removed, references move up.
2. What is outside follows rows that come, go and change; a counted repeat grows and shrinks.
3. Expressions inside a row read that row.
4. Defaults and actions of a new row.
"""

from __future__ import annotations

import pytest

from forms.interview import Interview
from forms.problems import FormProblem
from forms.row_copies import copy_row, put_back
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


NESTED = """
| survey |
| | type | name | label | calculation | default | repeat_count |
| | begin_repeat | house | House | | | |
| | text | head | Head | | | |
| | calculate | drawn | | once(random()) | | |
| | begin_repeat | person | Person | | | |
| | text | name | Name | | 'nobody' | |
| | end_repeat | | | | | |
| | end_repeat | | | | | |
| | calculate | names | | join(',', ${name}) | | |
"""


def test_a_row_is_put_back_where_it_was_with_all_that_stood_in_it() -> None:
    begun = written(NESTED)
    for house, names in enumerate((("a",), ("b", "c"), ()), 1):
        begun.add_row("/data/house")
        begun.set(f"/data/house[{house}]/head", f"head {house}")
        for person, name in enumerate(names, 1):
            begun.add_row(f"/data/house[{house}]/person")
            begun.set(f"/data/house[{house}]/person[{person}]/name", name)
    before, tree = begun.saved(), begun.tree()
    copy = copy_row(begun, "/data/house[2]")
    gone = begun.remove_row("/data/house[2]")
    assert begun.tree()["names"] == "a"
    change = put_back(begun, copy)
    assert (begun.saved(), begun.tree()) == (before, tree)
    assert change.rows >= {"/data/house"}
    stored = {**before, **dict(gone.saved), **dict(change.saved)}
    assert {key: text for key, text in stored.items() if text is not None} == before


def test_a_row_is_put_back_once_only() -> None:
    begun = with_rows("1", "2")
    copy = copy_row(begun, "/data/trip[1]")
    begun.remove_row("/data/trip[1]")
    put_back(begun, copy)
    with pytest.raises(FormProblem):
        put_back(begun, copy)


def test_the_confirmation_of_a_grid_comes_back_with_its_row() -> None:
    begun = written("""
    | survey |
    | | type | name | label |
    | | begin_repeat | day | Day |
    | | integer | p_f_y | Women, young |
    | | integer | p_f_o | Women, old |
    | | integer | p_m_y | Men, young |
    | | integer | p_m_o | Men, old |
    | | end_repeat | | |
    """)
    begun.add_row("/data/day")
    grid = next(item.ref for page in begun.pages() for item in page.questions if item.kind.value == "grid")
    begun.confirm_grid(grid)
    before = begun.saved()
    copy = copy_row(begun, "/data/day[1]")
    begun.remove_row("/data/day[1]")
    put_back(begun, copy)
    assert begun.is_grid_confirmed(grid)
    assert begun.saved() == before


def test_an_answer_in_any_row_below_fires_what_waits_for_it_and_a_row_that_goes_does_not() -> None:
    begun = written("""
        | survey |              |        |       |           |                     |         |
        |        | type         | name   | label | trigger   | calculation         | default |
        |        | begin_repeat | r      | R     |           |                     |         |
        |        | begin_repeat | s      | S     |           |                     |         |
        |        | text         | inside | I     |           |                     |         |
        |        | end_repeat   |        |       |           |                     |         |
        |        | integer      | other  | O     |           |                     |         |
        |        | integer      | whose  | W     | ${inside} | 4 + count(/data/r)  | 3       |
        |        | end_repeat   |        |       |           |                     |         |
        """)
    begun.add_row("/data/r")
    found = []
    for row in (1, 2):
        begun.add_row("/data/r[1]/s")
        begun.set(f"/data/r[1]/s[{row}]/inside", "x")
        found.append(begun.question("/data/r[1]/whose").value)
        begun.set("/data/r[1]/whose", "9")
    begun.remove_row("/data/r[1]/s[1]")
    assert (found, begun.question("/data/r[1]/whose").value) == (["5", "5"], "9")
